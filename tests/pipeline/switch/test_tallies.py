"""In a large store a worker counts the past, and takes it in: the sheet says so, and nothing is done before it was counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.model import Store, Tally, TallyState, WorkflowSetting
from app.pipeline.fair import claim
from app.pipeline.switch import Change, ChangeKind, Plan, past, plan, tallies
from app.pipeline.switch.past import LEASE, TOLD_FOR, Past, under_way
from app.runtime import Runtime
from tests.pipeline.switch.conftest import Acts, Planned
from tests.story import Story

NAME, DAYS = "welcome", 30


@pytest.fixture
def large(story: Story, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A store with more people than are counted while somebody looks on."""
    monkeypatch.setattr(tallies, "FEW", 1)
    for name in ("anna", "ben", "cleo"):
        story.join(name)
    story.travel(hours=1)
    return story


def seen(story: Story, *, asks: bool = True) -> Plan:
    """What somebody sees who looks at the sheet, and has it counted where nobody did."""
    change = Change(ChangeKind.ON, recent_days=DAYS)
    with story.runtime.database.write() as session:
        store, workflow = session.get_one(Store, story.store_id), story.runtime.workflows[NAME]
        sheet = plan(session, store=store, workflow=workflow, change=change, now=story.now, is_patient=False)
        if asks and sheet.is_counting and sheet.tally is None:
            tallies.ask(session, store_id=store.id, workflow=NAME, days=DAYS, now=story.now)
    return sheet


def switched(story: Story, act: Acts) -> None:
    seen(story)
    tallies.work_off(story.runtime)
    assert act(seen(story)).complaints == ()


def told(story: Story) -> Past | None:
    with story.runtime.database.read() as session:
        return under_way(session, session.get(WorkflowSetting, (story.store_id, NAME)), now=story.now)


class Killed(BaseException):
    """A worker that is no more."""


@contextmanager
def stopped_after(count: int, runtime: Runtime, *, then: Callable[[], object] | None = None) -> Iterator[None]:
    """One person a piece, and after so many pieces the worker dies, or something else happens."""
    kept, pieces = past._taken, iter(range(count))

    def taken(way: Any, people: Any) -> bool:
        if next(pieces, None) is None:
            if then is None:
                raise Killed
            then()
        return kept(way, people)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "SOME", 1)
        patch.setattr(past, "_taken", taken)
        yield


def test_a_small_store_is_counted_at_once(story: Story) -> None:
    story.join("anna")
    sheet = seen(story)
    assert (sheet.is_counting, sheet.recent and sheet.recent.entering) == (False, 1)


def test_what_the_worker_counted_is_what_is_counted_at_once_and_what_is_done(
    large: Story, planned: Planned, act: Acts
) -> None:
    assert (seen(large).tally, seen(large).tally) == (None, TallyState.WAITING)
    assert tallies.work_off(large.runtime) == 1
    sheet = seen(large)
    assert (sheet.is_counting, sheet.recent) == (False, planned(NAME, ChangeKind.ON, recent_days=DAYS).recent)
    done = act(sheet)
    assert (done.complaints, done.changed, done.recent) == ((), None, sheet.recent)
    assert told(large) == Past(DAYS, done=0, total=0, entered=0, is_over=False)
    tallies.work_off(large.runtime)
    assert told(large) == Past(DAYS, done=3, total=3, entered=3, is_over=True)
    assert sum(len(large.ways(name)) for name in ("anna", "ben", "cleo")) == 3


def test_nothing_is_done_while_it_is_counted(large: Story, act: Acts) -> None:
    done = act(seen(large))
    assert [*map(str, done.complaints)] == ["The past was still being counted; please look at the numbers first."]
    assert large.ways("anna") == []
    assert done.plan.is_counting
    tallies.work_off(large.runtime)
    assert act(seen(large)).complaints == ()


def test_who_came_since_it_was_counted_is_taken_in_and_told_of(large: Story, act: Acts) -> None:
    seen(large)
    tallies.work_off(large.runtime)
    large.join("dora")
    sheet = seen(large)
    act(sheet)
    tallies.work_off(large.runtime)
    past = told(large)
    assert (sheet.recent and sheet.recent.entering, past and past.entered) == (3, 4)


def test_whoever_the_past_took_in_once_stays_in_once(large: Story, act: Acts) -> None:
    """Anna's news comes again while the past waits, and the worker that took some in died before it had them all."""
    switched(large, act)
    large.join("anna")
    with stopped_after(1, large.runtime), pytest.raises(Killed):
        tallies.work_off(large.runtime)
    assert told(large) == Past(DAYS, done=1, total=3, entered=1, is_over=False)
    large.clock.travel(LEASE)
    tallies.work_off(large.runtime)
    assert told(large) == Past(DAYS, done=3, total=3, entered=3, is_over=True)
    assert [len(large.ways(name)) for name in ("anna", "ben", "cleo")] == [1, 1, 1]


def test_a_workflow_that_was_switched_off_takes_nobody_in(large: Story, act: Acts) -> None:
    """It is counted instead, for the sheet that somebody may look at next."""
    switched(large, act)
    large.clock.travel(timedelta(seconds=1))
    large.off(NAME)
    tallies.work_off(large.runtime)
    assert (told(large), large.ways("anna")) == (None, [])
    assert seen(large, asks=False).recent is not None


def test_switched_off_on_the_way_it_takes_in_no_more(large: Story, act: Acts) -> None:
    switched(large, act)
    with stopped_after(1, large.runtime, then=lambda: large.off(NAME)):
        tallies.work_off(large.runtime)
    assert sum(len(large.ways(name)) for name in ("anna", "ben", "cleo")) == 1


def test_it_is_told_for_a_day_and_until_it_is_switched_off(large: Story, act: Acts) -> None:
    switched(large, act)
    tallies.work_off(large.runtime)
    large.clock.travel(TOLD_FOR + timedelta(seconds=1))
    assert told(large) is None


@pytest.mark.parametrize("later", ["minutes", "dials", "switched"])
def test_a_count_that_is_old_or_of_other_settings_is_not_shown(large: Story, later: str) -> None:
    seen(large)
    tallies.work_off(large.runtime)
    large.clock.travel(timedelta(seconds=1))
    assert seen(large, asks=False).recent is not None
    if later == "minutes":
        large.clock.travel(tallies.GOOD_FOR)
    elif later == "dials":
        large.turn(NAME, story=3)
    else:
        large.on(NAME)
        large.off(NAME)
    assert (seen(large).tally, seen(large).tally) == (None, TallyState.WAITING)


def test_what_breaks_off_again_and_again_is_given_up_says_so_and_is_tried_later(large: Story) -> None:
    seen(large)
    for _ in range(tallies.MOST_TRIES):
        with large.runtime.database.write() as session:
            claim(session, tallies.TALLY, states=tallies.WAITING, now=large.now, lease=tallies.LEASE, limit=1)
        large.clock.travel(tallies.LEASE)
    tallies.work_off(large.runtime)
    assert (seen(large).tally, seen(large).is_counting) == (TallyState.FAILED, True)
    large.clock.travel(tallies.REST * 2)
    assert (seen(large).tally, seen(large).tally) == (None, TallyState.WAITING)
    with large.runtime.database.read() as session:
        assert session.scalars(sa.select(sa.func.count()).select_from(Tally)).one() == 1
