"""What the sheet says is what then happens: for on, off, dials and texts; and what changed in between is said."""

from datetime import timedelta

import pytest

from app.pipeline.switch import ChangeKind, Choice, Counts
from tests.pipeline.switch.conftest import Acts, Planned
from tests.story import Story

PEOPLE = [f"person{number}" for number in range(6)]


@pytest.fixture
def paused(story: Story) -> Story:
    """Six subscribers joined half a day apart, then the welcome was switched off for a day and a half."""
    story.on("welcome")
    for name in PEOPLE:
        story.join(name)
        story.travel(hours=12)
    story.off("welcome")
    story.travel(hours=36)
    return story


def newly_sent(story: Story, before: int) -> int:
    return len(story.sent) - before


@pytest.mark.parametrize("choice", [Choice.KEEP, Choice.SHIFT, Choice.DROP])
def test_on_does_what_its_sheet_says(paused: Story, planned: Planned, act: Acts, choice: Choice) -> None:
    sheet = planned("welcome", ChangeKind.ON)
    told, before = sheet.option(choice), len(paused.sent)
    assert told is not None
    assert told.counts.waiting == sheet.today.waiting == len(PEOPLE)
    assert sheet.pause == timedelta(hours=36)
    done = act(sheet, choice)
    assert (done.counts, done.changed, done.complaints) == (told.counts, None, ())
    paused.travel(hours=1)
    assert newly_sent(paused, before) == told.counts.soon
    waiting = [name for name in PEOPLE if paused.ways(name)[0].state == "waiting"]
    paused.travel(days=30)
    got_more = {line.partition(":")[0] for line in paused.sent[before:]}
    assert len(got_more) == told.counts.soon + told.counts.later
    assert len(PEOPLE) - len(got_more) == told.counts.stale
    assert bool(waiting) is (choice is not Choice.DROP)


def test_after_a_long_pause_the_first_that_is_not_too_late_is_what_they_get(
    story: Story, planned: Planned, act: Acts
) -> None:
    story.on("welcome")
    story.join("anna")
    story.off("welcome")
    # The story of day two is stale at day four; the favourites of day four are not yet.
    story.travel(days=4, hours=1)
    sheet = planned("welcome", ChangeKind.ON)
    assert sheet.today == Counts(1, soon=1)
    act(sheet)
    story.travel(hours=1)
    assert story.sent == ["anna: welcome_hello", "anna: welcome_favourites"]
    assert "welcome.story: stale" in story.reasons("anna")


def test_off_stops_everybody_and_nobody_is_lost(story: Story, planned: Planned, act: Acts) -> None:
    story.on("welcome")
    for name in PEOPLE:
        story.join(name)
    story.travel(hours=47, minutes=30)
    sheet = planned("welcome", ChangeKind.OFF)
    assert sheet.today == Counts(6, soon=6)
    assert [(one.choice, one.counts.later) for one in sheet.options] == [(Choice.KEEP, 6), (Choice.DROP, 0)]
    act(sheet)
    before = len(story.sent)
    story.travel(days=1)
    assert newly_sent(story, before) == 0
    assert planned("welcome", ChangeKind.ON).today.waiting == 6


@pytest.mark.parametrize(("choice", "story_at"), [(Choice.KEEP, 48), (Choice.MOVE, 72)])
def test_people_finish_on_the_dials_with_which_they_came_in_unless_moved(
    story: Story, planned: Planned, act: Acts, choice: Choice, story_at: int
) -> None:
    story.on("welcome")
    story.join("anna")
    story.travel(hours=47, minutes=30)
    sheet = planned("welcome", ChangeKind.DIALS, dials={"story": 3, "favourites": 5})
    assert [(one.choice, one.counts) for one in sheet.options] == [
        (Choice.KEEP, Counts(1, soon=1)),
        (Choice.MOVE, Counts(1, later=1)),
    ]
    act(sheet, choice)
    story.travel(days=10)
    joined = story.ways("anna")[0].event_at
    assert [(at - joined) // timedelta(hours=1) for at, line in story.left() if "story" in line] == [story_at]


def test_whoever_stayed_behind_may_be_moved_later(story: Story, planned: Planned, act: Acts) -> None:
    story.on("welcome")
    story.join("anna")
    act(planned("welcome", ChangeKind.DIALS, dials={"story": 3, "favourites": 5}))
    act(planned("welcome", ChangeKind.DIALS), Choice.MOVE)
    story.travel(days=2, hours=12)
    assert story.sent == ["anna: welcome_hello"]
    assert story.ways("anna")[0].version == 2


def test_dials_and_texts_that_are_wrong_are_refused_on_the_sheet_and_by_the_act(planned: Planned, act: Acts) -> None:
    for sheet in (
        planned("welcome", ChangeKind.DIALS, dials={"story": 99}),
        planned("welcome", ChangeKind.TEXT, step="hello", source="Subject\n{{ nonsense }}"),
        planned("welcome", ChangeKind.OFF),
        planned("price_drop", ChangeKind.ON, recent_days=30),
        planned("welcome", ChangeKind.ON, recent_days=4000),
    ):
        assert sheet.complaints
        assert sheet.options == ()
        assert act(sheet).complaints == sheet.complaints


def test_a_text_is_saved_for_those_who_wait(story: Story, planned: Planned, act: Acts) -> None:
    story.on("welcome")
    story.join("anna")
    sheet = planned("welcome", ChangeKind.TEXT, step="story", source="Own words\nHello {{ customer.first_name }}.")
    assert [(one.choice, one.counts.waiting) for one in sheet.options] == [(Choice.KEEP, 1)]
    assert act(sheet).counts == sheet.today
    story.travel(days=2)
    assert story.letter("anna").startswith("Hello")


def test_a_clock_that_jumps_between_the_sheet_and_the_act_is_told_of_and_nothing_is_done(
    paused: Story, planned: Planned, act: Acts
) -> None:
    sheet = planned("welcome", ChangeKind.ON)
    paused.travel(days=3)
    done = act(sheet)
    assert [*map(str, done.complaints)] == ["These numbers were counted 4320 minutes ago; please look at them again."]
    assert done.plan.today != sheet.today
    assert planned("welcome", ChangeKind.ON).complaints == ()
    ahead = planned("welcome", ChangeKind.ON).ticket.replace("2026", "2027", 1)
    assert "a clock that went back" in str(act(sheet, ticket=ahead).complaints[0])
    assert "not known" in str(act(sheet, ticket="nonsense").complaints[0])
    assert act(done.plan).complaints == ()


def test_what_happened_in_a_few_minutes_is_done_and_said(story: Story, planned: Planned, act: Acts) -> None:
    story.on("welcome")
    story.join("anna")
    sheet = planned("welcome", ChangeKind.OFF)
    story.join("ben")
    story.travel(minutes=10)
    done = act(sheet, Choice.DROP)
    assert done.counts == Counts(2, stale=2)
    assert (
        str(done.changed) == "It changed since you looked: 2 wait: 0 within the hour, 0 later, 2 too late and dropped."
    )
