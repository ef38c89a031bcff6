"""A first import comes in page by page, whole and once, wherever a worker dies and however many work on it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import cast

import pytest
import sqlalchemy as sa

from app.behind import FEWEST
from app.clock import FrozenClock
from app.db import Database
from app.model import Enrollment, Event, OrderLine, StoreState, SyncRun, WorkflowSetting
from app.pipeline import sync
from app.runtime import Runtime
from connectors.base import SyncKind
from connectors.records import LineRecord, OrderRecord
from tests.conftest import NOW
from tests.pipeline.ingest.picture import picture
from tests.pipeline.sync.corner import an_order
from tests.pipeline.sync.town import KilledError, Town, killed_at
from tests.snapshot import held, kept

ALL = {f"o{number}" for number in range(7)}


def test_a_history_comes_in_whole_and_says_how_far_it_is(town: Town) -> None:
    seen: list[tuple[int, int | None, str]] = []
    town.shop.meanwhile = lambda: seen.append((town.run.done, town.run.total, town.run.phase))
    assert town.go_on() == 4
    assert seen == [(0, None, ""), (2, 7, "things"), (4, 7, "things"), (6, 7, "things")]
    run = town.run
    assert (run.kind, run.state, run.done, run.total, run.trouble) == ("history", "done", 7, 7, None)
    assert run.ended_at == NOW
    assert town.orders == ALL
    assert town.counted() == [(f"person{number}@example.com", 1, 1000) for number in range(7)]
    assert town.go_on() == 0


def test_history_starts_no_workflow(town: Town) -> None:
    with town.runtime.database.write() as session:
        for name in town.runtime.workflows:
            since = NOW - timedelta(days=1000)
            session.add(
                WorkflowSetting(store_id=town.store_id, workflow=name, is_on=True, on_since=since, updated_at=since)
            )
    town.finish()
    assert town.orders == ALL
    assert (town.rows(Event), town.rows(Enrollment)) == ([], [])


def test_no_transaction_is_open_while_the_store_is_called(town: Town) -> None:
    used: list[int] = []
    pool = town.runtime.database.main.pool
    assert isinstance(pool, sa.QueuePool)
    town.shop.meanwhile = lambda: used.append(pool.checkedout())
    town.go_on()
    assert used == [0, 0, 0, 0]


def test_a_worker_lets_go_when_its_time_is_up_and_anybody_goes_on_at_once(town: Town) -> None:
    assert town.go_on(seconds=0) == 1
    assert (town.run.cursor, town.run.alarm_at, town.run.tries) == ({"place": 2}, NOW, 0)
    assert town.go_on() == 3
    assert [cursor for _, cursor, _ in town.shop.asked] == [None, {"place": 2}]


def _picture(town: Town) -> dict[str, list[object]]:
    with town.runtime.database.read() as session:
        return picture(session, town.store_id)


def test_a_worker_may_die_between_any_two_statements(runtime: Runtime, clock: FrozenClock) -> None:
    """Before each of them. Where it leaves what an earlier death left, and the same time, the next one was seen to go on."""
    town, seen = Town.of(runtime, clock, orders=3), set[object]()
    with kept(runtime.database) as go_back:
        with killed_at(runtime, 0) as statements:
            town.finish()
        whole, count = _picture(town), statements[0]
        assert count > 40
        for number in range(1, count + 1):
            go_back()
            clock.set(NOW)
            with killed_at(runtime, number), pytest.raises(KilledError):
                town.finish()
            left = (clock.now(), held(runtime.database))
            if left in seen:
                continue
            seen.add(left)
            assert town.run.done == (town.run.cursor or {"place": 0})["place"] == len(town.orders)
            town.finish()
            assert _picture(town) == whole, f"killed before statement {number} of {count}"
            assert (town.run.state, town.run.done, town.run.total) == ("done", 3, 3)
    assert len(seen) > 3


def test_a_worker_that_lost_its_lease_moves_nothing(town: Town) -> None:
    other = replace(town.runtime, database=Database(town.runtime.config.database_url), worker="other")
    town.go_on(seconds=0)

    def meanwhile() -> None:
        town.shop.meanwhile = lambda: None
        town.clock.travel(timedelta(minutes=5))
        assert sync.go_on(other) == 3

    town.shop.meanwhile = meanwhile
    assert town.go_on() == 0
    other.database.close()
    assert (town.run.state, town.run.done, town.run.cursor) == ("done", 7, {"place": 7})
    assert town.counted() == [(f"person{number}@example.com", 1, 1000) for number in range(7)]


def test_a_run_that_was_woken_and_claimed_in_the_same_moment_has_one_holder(town: Town) -> None:
    def meanwhile() -> None:
        town.shop.meanwhile = lambda: None
        town.change(SyncRun, alarm_at=NOW)
        assert town.go_on(seconds=0) == 1

    town.shop.meanwhile = meanwhile
    assert town.go_on(seconds=0) == 0
    assert (town.run.done, town.run.state) == (2, "waiting")


def test_many_workers_at_once_take_each_page_once(town: Town) -> None:
    town.keep(*(an_order(number) for number in range(7, 60)))
    taken: list[int] = []

    def work() -> None:
        taken.extend(town.go_on(seconds=0) for _ in range(40))

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    town.finish()
    assert (town.run.done, town.run.total, len(town.orders)) == (60, 60, 60)
    assert sum(taken) <= 30
    assert {orders for _, orders, _ in town.counted()} == {1}


def test_stores_take_turns(town: Town) -> None:
    second = town.install(address="second.example")
    town.shop.keep("second.example", *(an_order(number) for number in range(3)))
    served: list[int] = []
    town.shop.meanwhile = lambda: served.append(next(one.store_id for one in town.runs() if one.alarm_at > NOW))
    for _ in range(4):
        town.go_on(seconds=0)
    assert sorted(served[:2]) == sorted(served[2:]) == [town.store_id, second]


def test_one_record_that_cannot_be_taken_in_stops_no_other(town: Town) -> None:
    poison = an_order(99)
    town.shop.page_size = 100
    town.keep(replace(poison, total=2**80), an_order(100))
    town.finish()
    assert (town.run.state, town.run.done) == ("done", 9)
    assert town.orders == {*ALL, "o100"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_so_does_one_among_so_many_that_their_lines_are_written_by_a_thread(town: Town) -> None:
    count = FEWEST // 3 + 1
    lines = tuple(LineRecord(f"Thing {number}", 1, 500, "thing") for number in range(3))
    orders = [replace(an_order(number), lines=lines) for number in range(100, 100 + count)]
    orders[7] = replace(orders[7], total=2**63)
    # The database itself refuses what has no currency, once it is written.
    orders[count // 2] = replace(orders[count // 2], currency=cast("str", None))
    town.shop.page_size = count + 7
    town.keep(*orders)
    town.finish()
    assert (town.run.state, town.run.done) == ("done", count + 7)
    broken = {orders[7].external_id, orders[count // 2].external_id}
    assert town.orders == {*ALL, *(one.external_id for one in orders)} - broken
    with town.runtime.database.read() as session:
        kept = session.scalars(sa.select(sa.func.count()).select_from(OrderLine)).one()
    assert kept == 7 + 3 * (count - 2)


def test_a_store_that_leaves_in_the_middle_is_left_alone(town: Town) -> None:
    town.go_on(seconds=0)

    def meanwhile() -> None:
        with town.runtime.database.write() as session:
            session.get_one(type(town.store), town.store_id).state = StoreState.UNINSTALLED

    town.shop.meanwhile = meanwhile
    assert town.go_on() == 0
    assert (town.run.done, town.orders) == (2, {"o0", "o1"})
    town.clock.travel(timedelta(days=1))
    calls = len(town.shop.calls)
    assert town.go_on() == 0
    assert len(town.shop.calls) == calls


def test_a_store_that_comes_back_is_read_from_the_beginning(town: Town) -> None:
    town.go_on(seconds=0)
    town.change(type(town.store), state=StoreState.UNINSTALLED)
    town.clock.travel(timedelta(days=9))
    town.install()
    town.finish()
    first, second = town.runs(SyncKind.HISTORY)
    assert (first.state, first.trouble) == ("failed", "The store was uninstalled meanwhile.")
    assert (second.state, second.done) == ("done", 7)
    assert town.store.live_since == NOW + timedelta(days=9)


def test_an_import_that_waits_is_joined_and_one_that_ended_is_done_again(town: Town) -> None:
    town.begin(SyncKind.HISTORY)
    assert len(town.runs()) == 1
    town.finish()
    town.begin(SyncKind.HISTORY)
    town.keep(replace(_told(town), total=5000, updated_at=NOW))
    town.finish()
    assert [one.state for one in town.runs()] == ["done", "done"]
    assert town.counted()[0] == ("person0@example.com", 1, 5000)


def _told(town: Town) -> OrderRecord:
    first = town.shop.things["corner.example"][0][1]
    assert isinstance(first, OrderRecord)
    return first


def test_a_crash_that_comes_again_and_again_ends_the_run_with_a_sentence(town: Town) -> None:
    def crash() -> None:
        raise KilledError

    town.shop.meanwhile = crash
    for _ in range(40):
        with suppress(KilledError):
            town.go_on()
        town.clock.travel(timedelta(minutes=5))
    assert town.run.state == "failed"
    assert town.run.trouble == "It broke many times on our side; it goes on from here when it is asked for again."
    assert len(town.shop.calls) == 30
