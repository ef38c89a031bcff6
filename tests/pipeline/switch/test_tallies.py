"""In a large store a worker counts the past: the sheet says so, shows what was counted, and nothing is done before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.model import Store, Tally, TallyState
from app.pipeline.fair import claim
from app.pipeline.switch import Change, ChangeKind, Plan, plan, tallies
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
    assert sum(len(large.ways(name)) for name in ("anna", "ben", "cleo")) == 3


def test_nothing_is_done_while_it_is_counted(large: Story, act: Acts) -> None:
    done = act(seen(large))
    assert [*map(str, done.complaints)] == ["The past was still being counted; please look at the numbers first."]
    assert large.ways("anna") == []
    assert act(done.plan).complaints == (), "the sheet that comes back is counted"


def test_who_came_since_it_was_counted_is_taken_in_and_told_of(large: Story, act: Acts) -> None:
    seen(large)
    tallies.work_off(large.runtime)
    large.join("dora")
    sheet = seen(large)
    assert sheet.recent is not None
    done = act(sheet)
    assert (sheet.recent.entering, done.recent and done.recent.entering) == (3, 4)
    assert "4 would enter" in str(done.changed)


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
