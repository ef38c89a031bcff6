"""A catch-up reaches back far enough, joins one that waits, and heals what webhooks lost: news where it is news."""

from dataclasses import replace
from datetime import timedelta

from app.model import Enrollment, Event, WorkflowSetting
from connectors.base import SyncKind
from connectors.errors import Unsupported
from connectors.records import CustomerRecord
from tests.conftest import NOW
from tests.pipeline.sync.corner import an_order
from tests.pipeline.sync.town import Town


def test_it_reads_what_changed_since_the_last_run_began(town: Town) -> None:
    town.imported()
    town.keep(an_order(50, at=town.clock.now()))
    town.begin(SyncKind.CHANGES)
    town.finish()
    assert town.shop.asked == [(SyncKind.CHANGES, None, NOW - timedelta(minutes=5))]
    assert (town.run.state, town.run.done) == ("done", 1)
    assert "o50" in town.orders


def test_what_came_while_the_import_ran_is_in_the_next_one(town: Town) -> None:
    """It came behind the place where the import stood, in the very second in which that began, by a clock that goes behind."""
    town.go_on(seconds=0)
    late = replace(an_order(0), total=7777, updated_at=NOW - timedelta(minutes=4))
    town.finish()
    town.keep(late)
    town.clock.travel(timedelta(hours=1))
    town.begin(SyncKind.CHANGES)
    town.finish()
    assert town.counted()[0] == ("person0@example.com", 1, 7777)


def test_only_runs_that_ended_well_count(town: Town) -> None:
    town.imported()
    well = town.clock.now()
    town.begin(SyncKind.CHANGES)
    town.finish()
    town.clock.travel(timedelta(hours=1))
    town.begin(SyncKind.CHANGES)
    town.shop.troubles = [Unsupported("not today")]
    town.finish()
    assert [one.state for one in town.runs()] == ["done", "done", "failed"]
    town.begin(SyncKind.CHANGES)
    assert town.run.since == well - timedelta(minutes=5)


def test_before_the_first_import_has_ended_it_reaches_back_to_when_the_store_went_live(town: Town) -> None:
    town.clock.travel(timedelta(days=2))
    town.begin(SyncKind.CHANGES)
    assert town.run.since == NOW - timedelta(minutes=5)


def test_one_that_waits_is_joined(town: Town) -> None:
    town.imported()
    for _ in range(3):
        town.begin(SyncKind.CHANGES)
        town.begin(SyncKind.RECENT)
    assert [one.kind for one in town.runs()[1:]] == ["changes", "recent"]


def test_one_that_has_to_reach_back_further_begins_anew(town: Town) -> None:
    town.imported()
    town.keep(*(an_order(number, at=town.clock.now()) for number in range(20, 26)))
    town.begin(SyncKind.CHANGES)
    town.go_on(seconds=0)
    assert town.run.done == 2
    town.begin(SyncKind.CHANGES, since=NOW)
    assert town.run.done == 2
    town.begin(SyncKind.CHANGES, since=NOW - timedelta(days=300))
    assert (town.run.done, town.run.cursor, town.run.since) == (0, None, NOW - timedelta(days=300))
    town.finish()
    assert (len(town.runs()), town.run.state) == (2, "done")


def test_a_later_since_leaves_no_gap(town: Town) -> None:
    town.imported()
    town.begin(SyncKind.CHANGES, since=town.clock.now())
    assert town.run.since == NOW - timedelta(minutes=5)


def test_a_whole_catch_up_does_not_build_on_a_recent_one(town: Town) -> None:
    town.imported()
    town.keep(CustomerRecord("c90", email="late@example.com", updated_at=town.clock.now()))
    town.begin(SyncKind.RECENT)
    town.finish()
    assert ("late@example.com", 0, 0) not in town.counted()
    recent = town.run.started_at
    town.clock.travel(timedelta(hours=3))
    town.begin(SyncKind.CHANGES)
    town.begin(SyncKind.RECENT)
    changes, again = town.runs()[-2:]
    assert (changes.since, again.since) == (NOW - timedelta(minutes=5), recent - timedelta(minutes=5))
    town.finish()
    assert ("late@example.com", 0, 0) in town.counted()


def test_news_that_a_webhook_lost_is_news_where_the_workflow_was_on(town: Town) -> None:
    town.imported()
    on_since = town.clock.now()
    with town.runtime.database.write() as session:
        values = {"store_id": town.store_id, "is_on": True, "on_since": on_since, "updated_at": on_since}
        session.add(WorkflowSetting(workflow="first_order_thanks", **values))
    before, after = on_since - timedelta(minutes=30), on_since + timedelta(minutes=1)
    old = replace(an_order(40), updated_at=after)
    town.keep(an_order(41, at=before), an_order(42, at=after), old)
    town.clock.travel(timedelta(minutes=30))
    town.begin(SyncKind.RECENT)
    town.finish()
    events = {one.subject for one in town.rows(Event) if one.kind == "order_placed"}
    assert events == {"order:o41", "order:o42"}
    assert [one.event_at for one in town.rows(Enrollment)] == [after]
    assert {"o40", "o41", "o42"} <= town.orders
