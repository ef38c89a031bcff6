"""Named objects are looked at one by one: what was seen leaves the list with it, and one that fails stops no other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.clock import FrozenClock
from app.model import ConnectionState, Order
from app.pipeline.ingest import ingest
from app.runtime import Runtime
from connectors.base import SyncKind
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.records import Kind, LookAgain
from tests.conftest import NOW
from tests.pipeline.sync.corner import an_order
from tests.pipeline.sync.town import KilledError, Town, killed_at
from tests.snapshot import held, kept


def hint(town: Town, *names: str, kind: Kind = Kind.ORDER) -> None:
    """A payload hints at these objects."""
    with town.runtime.database.write() as session:
        records = [LookAgain(kind, name) for name in names]
        ingest(session, store=town.store, records=records, now=town.clock.now(), runtime=town.runtime)


def change(town: Town, *numbers: int) -> None:
    town.keep(*(replace(an_order(number), total=5000, updated_at=NOW) for number in numbers))


def totals(town: Town) -> dict[str, int]:
    return {one.external_id: one.total for one in town.rows(Order) if one.total != 1000}


def test_each_object_is_read_and_leaves_the_list(town: Town) -> None:
    town.imported()
    change(town, 1, 3)
    hint(town, "o1", "o3")
    hint(town, "o3", "o2")
    lists: list[list[list[str]]] = []
    town.shop.meanwhile = lambda: lists.append(town.run.looks)
    assert town.go_on() == 3
    assert lists == [
        [["order", "o1"], ["order", "o2"], ["order", "o3"]],
        [["order", "o2"], ["order", "o3"]],
        [["order", "o3"]],
    ]
    run = town.run
    assert (run.kind, run.state, run.looks, run.done, run.total) == ("looks", "done", [], 3, 3)
    assert totals(town) == {"o1": 5000, "o3": 5000}


def test_what_the_store_does_not_have_any_more_is_gone(town: Town) -> None:
    town.imported()
    town.shop.things["corner.example"] = []
    hint(town, "o1")
    town.finish()
    gone = next(one for one in town.rows(Order) if one.external_id == "o1")
    assert (gone.status, gone.counts) == ("cancelled", False)


def test_what_cannot_be_looked_at_is_left_out(town: Town) -> None:
    town.imported()
    change(town, 1)
    hint(town, "p1", kind=Kind.PRODUCT)
    hint(town, "o0", "o1", "o2")
    town.shop.broken = {"o0": Permanent("never"), "o2": Malformed("what is this")}
    assert town.go_on() == 4
    assert (town.run.state, totals(town)) == ("done", {"o1": 5000})


def test_one_that_fails_rests_and_stops_no_other(town: Town) -> None:
    town.imported()
    change(town, 0, 1, 2)
    hint(town, "o0", "o1", "o2")
    town.shop.broken = {"o0": Temporary("a moment")}
    assert town.go_on() == 2
    assert (town.run.state, town.run.looks) == ("waiting", [["order", "o0"]])
    assert town.run.alarm_at == town.clock.now() + timedelta(seconds=15)
    assert totals(town) == {"o1": 5000, "o2": 5000}
    town.shop.broken = {}
    town.finish()
    assert (town.run.state, totals(town)) == ("done", {"o0": 5000, "o1": 5000, "o2": 5000})


def test_a_few_that_always_fail_are_given_up_in_the_end_and_the_others_had_their_turn(town: Town) -> None:
    town.imported()
    change(town, 5, 6)
    hint(town, *(f"o{number}" for number in range(7)))
    town.shop.broken = {f"o{number}": Temporary("a moment") for number in range(5)}
    town.go_on()
    assert totals(town) == {}
    town.clock.travel(timedelta(seconds=15))
    town.go_on()
    assert totals(town) == {"o5": 5000, "o6": 5000}
    began = town.clock.now()
    town.finish()
    assert (town.run.state, town.run.looks) == ("done", [])
    assert timedelta(hours=1) < town.clock.now() - began < timedelta(hours=3)


def test_a_store_that_asks_us_to_wait_is_asked_nothing_more(town: Town) -> None:
    town.imported()
    hint(town, "o0", "o1")
    town.shop.troubles = [Temporary("slow down", retry_after=timedelta(seconds=40))]
    assert town.go_on() == 0
    assert town.shop.calls == ["look o0"]
    assert town.run.alarm_at == town.clock.now() + timedelta(seconds=40)
    town.finish()
    assert (town.run.state, town.run.done) == ("done", 2)


def test_what_is_hinted_at_meanwhile_is_looked_at_too(town: Town) -> None:
    town.imported()
    change(town, 1)
    hint(town, "o0")

    def meanwhile() -> None:
        town.shop.meanwhile = lambda: None
        hint(town, "o1")

    town.shop.meanwhile = meanwhile
    assert town.go_on() == 2
    assert (len(town.runs(SyncKind.LOOKS)), town.run.state, totals(town)) == (1, "done", {"o1": 5000})


def test_refused_keys_keep_the_list_until_the_store_is_connected_again(town: Town) -> None:
    town.imported()
    change(town, 1)
    hint(town, "o0", "o1")
    town.shop.troubles = [None, Unauthorised("the key is wrong")]
    town.go_on()
    assert town.connection.state == ConnectionState.NEEDS_REAUTH
    assert (town.run.state, town.run.looks) == ("waiting", [["order", "o1"]])
    assert town.go_on() == 0
    town.install(key="second")
    town.go_on()
    assert (town.runs(SyncKind.LOOKS)[0].state, totals(town)) == ("done", {"o1": 5000})


def test_a_worker_may_die_between_any_two_statements(runtime: Runtime, clock: FrozenClock) -> None:
    """Before each of them. Where it leaves what an earlier death left, and the same time, the next one was seen to go on."""
    town, number, seen = Town.of(runtime, clock, orders=2).imported(), 0, set[object]()
    begun = clock.now()
    change(town, 0, 1)
    hint(town, "o0", "o1")
    with kept(runtime.database) as go_back:
        while True:
            number += 1
            go_back()
            clock.set(begun)
            with killed_at(runtime, number) as statements:
                try:
                    town.go_on()
                except KilledError:
                    names = {name for _, name in town.run.looks}
                    assert {f"o{one}" for one in (0, 1)} - names == set(totals(town))
            left = (clock.now(), held(runtime.database))
            if left not in seen:
                seen.add(left)
                town.finish()
                assert (town.run.state, town.run.looks, totals(town)) == ("done", [], {"o0": 5000, "o1": 5000})
            if statements[0] < number:
                break
    assert number > 20
    assert len(seen) > 3


@pytest.mark.parametrize("looks", [[], [["planet", "mars"]]])
def test_a_list_of_nothing_that_can_be_seen_ends(town: Town, looks: list[list[str]]) -> None:
    town.imported()
    hint(town, "o0")
    with town.runtime.database.write() as session:
        session.get_one(type(town.run), town.run.id).looks = looks
    town.finish()
    assert (town.run.state, town.shop.calls) == ("done", [])
