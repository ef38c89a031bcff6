"""A rehearsal that was asked for is worked off bite by bite, outlives its worker, and finds what one in one go finds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Store, Trial
from app.pipeline.fair import claim
from app.rehearsal import rehearse
from app.rehearsal.trials import LEASE, MOST_TRIES, TRIAL, WAITING, _settle, ask, work_off
from app.reports.workflow.rehearsed import TrialView, rehearsed
from app.runtime import Runtime
from tests.story import Story, village

PEOPLE = ("anna", "ben", "cleo", "dora", "emil")
NAME, DAYS = "win_back", 365


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    with village(runtime, clock) as made:
        story = made[0]
        for who in PEOPLE:
            story.join(who)
            story.order(who)
        story.travel(days=90)
        yield story


def asked(story: Story, days: int = DAYS) -> None:
    with story.runtime.database.write() as session:
        workflow = story.runtime.workflows[NAME]
        ask(session, workflow, store_id=story.store.id, days=days, now=story.now)


def seen(story: Story) -> TrialView:
    with story.runtime.database.read() as session:
        found = rehearsed(session, story.store.id, workflow=NAME)
    assert found is not None
    return found


def taken(story: Story) -> Any:
    """What a worker takes, who may never be heard of again."""
    with story.runtime.database.write() as session:
        (row,) = claim(session, TRIAL, states=WAITING, now=story.now, lease=LEASE, limit=1)
    return row


def test_it_goes_on_where_a_dead_worker_left_it_and_finds_what_one_go_finds(story: Story) -> None:
    asked(story)
    work_off(story.runtime, bite=2)
    assert (seen(story).done, seen(story).total, seen(story).told) == (2, 5, None)
    taken(story)
    assert work_off(story.runtime, bite=2) == 0, "it is another's until its lease ends"
    story.clock.travel(LEASE)
    while work_off(story.runtime, bite=2):
        assert seen(story).done > 2
    told = seen(story).told
    with story.runtime.database.read() as session:
        store = session.get_one(Store, story.store.id)
        row = session.scalars(sa.select(Trial)).one()
        workflow = story.runtime.workflows[NAME]
        whole = rehearse(session, store=store, workflow=workflow, dials={}, since=row.since, now=row.asked_at)
    assert told is not None
    assert (told.messages, told.people, told.taken_in) == (len(whole.said), len(PEOPLE), whole.taken_in)
    assert sum(week.sent for week in told.weeks) == told.messages == 15
    assert sum(week.held for week in told.weeks) == whole.held_back.total() == sum(n for _, n in told.held_back)


def test_asked_again_it_begins_anew_and_the_work_of_before_is_not_written_into_it(story: Story) -> None:
    asked(story)
    work_off(story.runtime, bite=2)
    slow = taken(story)
    story.clock.travel(timedelta(seconds=1))
    asked(story, days=30)
    _settle(story.runtime, slow, values={"state": "done", "done": 5})
    assert (seen(story).days, seen(story).done, seen(story).is_running) == (30, 0, True)
    work_off(story.runtime)
    told = seen(story).told
    assert told is not None
    assert told.taken_in == 0, "nobody ordered in the last month"


def test_what_breaks_off_again_and_again_is_given_up_and_says_so(story: Story) -> None:
    asked(story)
    for _ in range(MOST_TRIES):
        taken(story)
        story.clock.travel(LEASE)
    work_off(story.runtime)
    assert (seen(story).has_failed, seen(story).told) == (True, None)
    assert work_off(story.runtime) == 0
    asked(story)
    assert seen(story).is_running
