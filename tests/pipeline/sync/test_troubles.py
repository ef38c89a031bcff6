"""Stores that are slow, away, locked or out of their mind: the run rests, goes on where it was, or says why it failed."""

from datetime import timedelta

import pytest

from app.model import Connection, ConnectionState, SyncRun
from app.pipeline.sync.runs import rest
from connectors.base import SyncKind
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from tests.conftest import NOW
from tests.pipeline.sync.town import Town

AGAIN = "The store has to be connected again."
NOT_NOW = "The store does not answer just now; it is asked again."


def test_a_store_that_asks_us_to_wait_is_left_alone_for_so_long(town: Town) -> None:
    town.shop.troubles = [None, Temporary("slow down", retry_after=timedelta(seconds=90))]
    assert town.go_on() == 1
    assert (town.run.alarm_at, town.run.trouble, town.run.done) == (NOW + timedelta(seconds=90), NOT_NOW, 2)
    town.clock.travel(timedelta(seconds=89))
    assert town.go_on() == 0
    assert len(town.shop.calls) == 2
    town.clock.travel(timedelta(seconds=1))
    assert town.go_on() == 3
    assert town.shop.asked[-1] == (SyncKind.HISTORY, {"place": 2}, None)
    assert (town.run.state, town.run.trouble) == ("done", None)


def test_each_rest_is_longer_until_it_works_again(town: Town) -> None:
    town.shop.troubles = [*[Temporary("away")] * 4, None, Temporary("away")]
    rests: list[float] = []
    while town.shop.troubles:
        town.go_on()
        rests.append((town.run.alarm_at - town.clock.now()).total_seconds())
        town.clock.set(town.run.alarm_at)
    assert rests == [15, 30, 60, 120, 15]


@pytest.mark.parametrize(
    ("tries", "asked", "expected"),
    [
        (0, None, timedelta(seconds=15)),
        (9, None, timedelta(hours=1)),
        (10_000, None, timedelta(hours=1)),
        (1, timedelta(hours=3), timedelta(hours=3)),
        (1, timedelta(days=900), timedelta(days=1)),
        (1, timedelta(seconds=-5), timedelta(seconds=1)),
    ],
)
def test_a_rest_has_its_bounds(tries: int, asked: timedelta | None, expected: timedelta) -> None:
    assert rest(tries, asked=asked) == expected


def test_a_page_may_ask_to_be_called_again_later(town: Town) -> None:
    town.shop.waits = [None, 5.0]
    assert town.go_on() == 2
    assert (town.run.done, town.run.alarm_at) == (4, NOW + timedelta(seconds=5))
    assert town.go_on() == 0
    town.finish()
    assert (town.run.state, town.run.done) == ("done", 7)


def test_a_store_that_is_away_for_a_day_fails_the_import_and_the_next_one_goes_on_from_there(town: Town) -> None:
    town.go_on(seconds=0)
    town.shop.troubles = [Temporary("away")] * 30
    began = town.clock.now()
    town.finish()
    assert (town.run.state, town.run.done) == ("failed", 2)
    assert "could not be read after many tries" in (town.run.trouble or "")
    assert town.clock.now() - began > timedelta(hours=20)
    town.begin(SyncKind.HISTORY)
    town.finish()
    assert len(town.runs()) == 1
    assert town.shop.asked[-1] == (SyncKind.HISTORY, {"place": 2}, None)
    assert (town.run.state, town.run.done, town.run.trouble) == ("done", 7, None)


def test_refused_keys_ask_the_merchant_and_the_import_goes_on_when_they_have_answered(town: Town) -> None:
    town.shop.troubles = [None, Unauthorised("the key is wrong")]
    town.go_on()
    assert (town.run.state, town.run.trouble, town.run.done) == ("failed", AGAIN, 2)
    assert (town.connection.state, town.connection.trouble) == (ConnectionState.NEEDS_REAUTH, AGAIN)
    assert town.install(key="second") == town.store_id
    town.finish()
    assert town.connection.state == ConnectionState.CONNECTED
    assert (len(town.runs()), town.run.state, town.run.done) == (1, "done", 7)
    assert town.shop.asked[-1] == (SyncKind.HISTORY, {"place": 2}, None)
    assert town.store.live_since == NOW


def test_keys_that_came_while_the_old_ones_were_refused_are_not_blamed(town: Town) -> None:
    def meanwhile() -> None:
        town.shop.meanwhile = lambda: None
        town.install(key="second")

    town.shop.meanwhile, town.shop.troubles = meanwhile, [Unauthorised("the old key is wrong")]
    town.go_on()
    assert town.connection.state == ConnectionState.CONNECTED
    town.finish()
    assert (town.run.state, town.run.done) == ("done", 7)


def test_a_revoked_connection_stays_revoked(town: Town) -> None:
    town.change(Connection, state=ConnectionState.REVOKED)
    town.go_on()
    assert town.connection.state == ConnectionState.REVOKED


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Permanent("the store has not granted access to its orders"), "the store has not granted access to its orders"),
        (Permanent("order of anna@example.com is wrong"), "The store refuses what we ask."),
        (Permanent(), "The store refuses what we ask."),
        (Malformed("customer +49 170 1234567"), "The store answered with something that we cannot read."),
        (Malformed("the list is no list"), "the list is no list"),
    ],
)
def test_what_will_never_work_is_tried_three_times_and_says_why(town: Town, error: Exception, sentence: str) -> None:
    town.shop.troubles = [None, *[error] * 3]
    town.finish()
    assert (town.run.state, town.run.trouble, town.run.done) == ("failed", sentence, 2)
    assert (len(town.shop.calls), town.shop.troubles) == (4, [])


def test_what_cannot_be_done_at_all_is_tried_once(town: Town) -> None:
    town.shop.troubles = [Unsupported("no history here")]
    town.finish()
    assert (town.run.state, town.run.trouble, len(town.shop.calls)) == ("failed", "no history here", 1)


def test_unknown_values_are_counted_in_the_log(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.shop.unknown = ("order.status=frozen", "order.status=frozen", "note=anna@example.com")
    town.finish()
    lines = [line for line in capsys.readouterr().out.splitlines() if "unknown_value" in line]
    assert len(lines) == 8
    assert "count=2" in lines[0]
    assert "order.status=frozen" in lines[0]
    assert not [line for line in lines if "anna" in line]
    assert town.run.state == "done"


@pytest.mark.parametrize("kind", [SyncKind.HISTORY, SyncKind.CHANGES])
def test_a_run_whose_place_nobody_can_read_begins_anew_at_once(town: Town, kind: SyncKind) -> None:
    if kind is SyncKind.CHANGES:
        town.imported()
        town.begin(kind)
    town.change(SyncRun, cursor={"page": "of another age"})
    town.finish()
    assert [cursor for _, cursor, _ in town.shop.asked] == [{"page": "of another age"}, None]
    assert (town.run.state, town.run.trouble, len(town.orders)) == ("done", None, 7)


def test_an_import_that_failed_at_such_a_place_begins_anew_the_next_night(town: Town) -> None:
    town.change(SyncRun, state="failed", cursor={"page": "of another age"}, trouble="It failed.", ended_at=NOW)
    town.begin(SyncKind.HISTORY)
    town.finish()
    assert len(town.runs()) == 1
    assert (town.run.state, town.run.done, len(town.orders)) == ("done", 7, 7)
