"""What is done once a period is done once, at the store's own hour, whatever its zone does to the clock."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from app.model import Connection, ConnectionState, Delivery, DeliveryState, Installation, JobRun, Store, SyncRun
from app.model import StoreState as State
from app.pipeline.sync import nightly
from app.pipeline.sync.slots import each_hour, each_night
from connectors.base import Ability, SyncKind
from connectors.errors import Temporary, Unauthorised, Unsupported
from tests.conftest import NOW
from tests.pipeline.sync.corner import an_order
from tests.pipeline.sync.town import Town

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"]
ZONES += ["Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "UTC", "Pacific/Kiritimati"]
NIGHT = datetime(2026, 11, 21, 2, 1, tzinfo=UTC)


def a_store(zone: str, number: int = 0) -> Store:
    return Store(id=number, zone=zone, created_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("number", [0, 59])
def test_each_night_of_a_year_is_one_slot_that_begins_after_three(zone: str, number: int) -> None:
    store, now = a_store(zone, number), datetime(2026, 1, 2, 0, 0, tzinfo=UTC)
    first: dict[str, datetime] = {}
    while now < datetime(2027, 1, 2, tzinfo=UTC):
        slot = each_night(store, now)
        if slot is not None:
            first.setdefault(slot, now)
        now += timedelta(minutes=15)
    days = [datetime.fromisoformat(day).date() for day in first]
    assert days == [days[0] + timedelta(days=one) for one in range(len(days))]
    assert len(days) >= 365
    for day, at in list(first.items())[1:]:
        local = at.astimezone(ZoneInfo(zone))
        assert local.date().isoformat() == day
        assert 3 * 60 <= local.hour * 60 + local.minute <= 4 * 60 + 15


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Mars/Olympus", ""])
def test_each_hour_is_one_slot_also_when_the_clock_is_turned(zone: str) -> None:
    store = a_store(zone, 7)
    begin = datetime(2026, 10, 24, 22, 7, tzinfo=UTC)
    slots = [each_hour(store, begin + timedelta(minutes=minute)) for minute in range(6 * 60)]
    assert len(set(slots)) == 6
    assert [slots.count(one) for one in dict.fromkeys(slots)] == [60] * 6


def test_a_store_that_has_just_moved_in_has_no_night_behind_it() -> None:
    store = a_store("Europe/Berlin")
    store.created_at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert each_night(store, store.created_at + timedelta(hours=5)) is None
    assert each_night(store, datetime(2026, 11, 21, 1, 59, tzinfo=UTC)) is None
    assert each_night(store, datetime(2026, 11, 21, 2, 0, tzinfo=UTC)) == "2026-11-21"
    assert each_hour(store, store.created_at + timedelta(minutes=59)) is None
    assert each_hour(store, store.created_at + timedelta(minutes=60)) == "2026-11-20T13"


def chores(town: Town) -> list[str]:
    return sorted(f"{one.job} {one.slot}" for one in town.rows(JobRun))


def test_every_chore_is_done_once_a_night(town: Town) -> None:
    town.imported()
    town.clock.set(NIGHT)
    assert nightly(town.runtime) == 10
    assert town.shop.calls == ["keep_alive", "profile", "heal"]
    assert [one.kind for one in town.runs() if one.state == "waiting"] == ["recent", "changes"]
    nights = [f"{name} 2026-11-21" for name in ("catch_up", "days", "describe", "heal", "keep_alive", "retain")]
    hours = [f"{name} 2026-11-21T02" for name in ("figures", "parcels", "recent")]
    assert chores(town) == sorted([*nights, *hours, "tidy 2026-11-21"])
    assert nightly(town.runtime) == 0
    assert town.connection.webhooks_checked_at == NIGHT
    town.clock.travel(timedelta(hours=23))
    assert nightly(town.runtime) == 4
    town.clock.travel(timedelta(hours=1))
    assert nightly(town.runtime) == 9


def test_two_workers_share_a_night(town: Town) -> None:
    town.imported()
    town.clock.set(NIGHT)
    done: list[int] = []
    workers = [Thread(target=lambda: done.append(nightly(town.runtime))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == 10
    assert sorted(town.shop.calls) == ["heal", "keep_alive", "profile"]


def test_a_lost_webhook_is_made_good_within_the_hour(town: Town) -> None:
    town.imported()
    nightly(town.runtime)
    town.finish()
    town.clock.travel(timedelta(minutes=2))
    town.keep(an_order(70, at=town.clock.now()))
    town.clock.travel(timedelta(hours=1))
    nightly(town.runtime)
    town.finish()
    assert "o70" in town.orders
    assert {kind for kind, _, _ in town.shop.asked} == {SyncKind.RECENT}


def test_no_catch_up_is_begun_while_the_import_goes_on(town: Town) -> None:
    town.clock.set(NIGHT)
    nightly(town.runtime)
    assert [one.kind for one in town.runs()] == ["history"]


def test_an_import_that_failed_is_tried_again_at_night(town: Town) -> None:
    town.shop.troubles = [None, Unsupported("not today")]
    town.finish()
    town.clock.travel(timedelta(hours=2))
    nightly(town.runtime)
    assert [(one.kind, one.state) for one in town.runs()] == [("history", "failed"), ("recent", "waiting")]
    town.clock.set(NIGHT)
    nightly(town.runtime)
    town.finish()
    assert (town.runs()[0].state, town.runs()[0].done) == ("done", 7)
    assert (SyncKind.HISTORY, {"place": 2}, None) in town.shop.asked


def test_a_chore_that_fails_stops_no_other(town: Town) -> None:
    town.imported()
    town.clock.set(NIGHT)
    town.shop.troubles = [Temporary("away"), None, Temporary("away")]
    assert nightly(town.runtime) == 10
    assert town.shop.calls == ["keep_alive", "profile", "heal"]
    assert town.connection.webhooks_checked_at is None


def test_a_refused_key_is_noted_and_the_store_rests_until_it_is_connected_again(town: Town) -> None:
    town.imported()
    town.clock.set(NIGHT)
    town.shop.troubles = [Unauthorised("the key is wrong")]
    nightly(town.runtime)
    assert town.connection.state == ConnectionState.NEEDS_REAUTH
    town.clock.travel(timedelta(days=1))
    town.shop.calls.clear()
    assert nightly(town.runtime) == 2
    assert town.shop.calls == []
    assert [line for line in chores(town) if line.endswith("22")] == ["retain 2026-11-22", "tidy 2026-11-22"]


@pytest.mark.parametrize("state", [State.UNINSTALLED, State.ERASED])
def test_a_store_that_left_is_left_alone(town: Town, state: State) -> None:
    town.imported()
    town.change(Store, state=state)
    town.clock.set(NIGHT)
    nightly(town.runtime)
    assert (town.shop.calls, len(town.runs())) == ([], 1)


def test_a_platform_that_keeps_webhooks_itself_is_not_asked(town: Town) -> None:
    town.imported()
    town.shop.abilities = frozenset({Ability.REFRESH_TOKENS})
    town.clock.set(NIGHT)
    nightly(town.runtime)
    assert "heal" not in town.shop.calls


def test_what_the_store_says_of_itself_is_written_down_anew(town: Town) -> None:
    town.imported()
    town.shop.zone = "Asia/Kathmandu"
    town.clock.set(NIGHT)
    nightly(town.runtime)
    assert town.store.zone == "Asia/Kathmandu"


def test_what_has_done_its_duty_goes(town: Town) -> None:
    town.imported()
    days = (1, 8, 31)
    with town.runtime.database.write_inbox() as session:
        for state in DeliveryState:
            for age in days:
                at = NOW - timedelta(days=age)
                ended = None if state is DeliveryState.WAITING else at
                row = Delivery(store_id=1, topic="told", key=f"{state}{age}", state=state, received_at=at, alarm_at=at)
                row.body, row.done_at = b"{}", ended
                session.add(row)
    with town.runtime.database.write() as session:
        for age in (50, 2):
            at = NOW - timedelta(days=age)
            session.add(JobRun(job="heal", store_id=1, slot=f"{age}", at=at))
            session.add(JobRun(job="heartbeat", store_id=0, slot=f"{age}", at=at))
            session.add(Installation(state=f"s{age}", platform="x", address="y", created_at=at, expires_at=at))
            for kind in ("history", "looks"):
                ended = at - timedelta(hours=1)
                session.add(
                    SyncRun(store_id=1, kind=kind, state="failed", alarm_at=at, started_at=ended, ended_at=ended)
                )
            session.add(SyncRun(store_id=1, kind="looks", state="waiting", alarm_at=at, started_at=at))
    nightly(town.runtime)
    with town.runtime.database.read_inbox() as session:
        left = {one.key for one in session.query(Delivery)}
    assert left == {"waiting1", "waiting8", "waiting31", "done1", "aside1", "aside8"}
    assert {one.slot for one in town.rows(JobRun) if one.job in ("heal", "heartbeat") and len(one.slot) < 3} == {"2"}
    assert {one.state for one in town.rows(Installation)} == set()
    runs = [(one.kind, one.state, one.started_at) for one in town.runs()]
    assert len([one for one in runs if one[1] == "waiting"]) == 3
    assert ("history", "failed", NOW - timedelta(days=50, hours=1)) not in runs
    assert [one for one in runs if one[:2] == ("looks", "failed")] == []
    assert town.rows(Connection)[0].state == ConnectionState.CONNECTED
