"""History that is asked for: counted first, then done exactly so; never asked for, it starts nothing."""

from random import Random

import pytest

from app.pipeline.switch import ChangeKind, Recent
from connectors.records import ConsentState
from tests.pipeline.switch.conftest import Acts, Planned
from tests.story import Story, move_in

PEOPLE = [f"person{number}" for number in range(8)]
# One or two for each kind of news.
LIVES: tuple[str, ...] = (
    "welcome",
    "first_order_thanks",
    "win_back",
    "order_confirmation",
    "review_request",
    "shipping_update",
)
LIVES += ("abandoned_checkout", "browse_abandonment")


def live_on(story: Story, dice: Random) -> None:
    """Four weeks in which everything is off."""
    for name in PEOPLE:
        story.join(name, consent=dice.choice([ConsentState.SUBSCRIBED, ConsentState.SUBSCRIBED, None]))
    for turn in range(30):
        name = dice.choice(PEOPLE)
        deed = dice.choice(["order", "parcel", "checkout", "look", "answer"])
        if deed == "order":
            story.order(name)
        elif deed == "parcel":
            story.arrive(story.order(name))
        elif deed == "checkout":
            story.checkout(name, number=f"cart-{turn}")
        elif deed == "look":
            story.look(name)
        else:
            story.answer(name, ConsentState.SUBSCRIBED)
        story.travel(hours=dice.randrange(2, 40))


@pytest.mark.parametrize(("seed", "percent"), [(1, 50), (2, 100)])
def test_what_is_counted_is_what_is_done(story: Story, planned: Planned, act: Acts, seed: int, percent: int) -> None:
    """Of a half that is held out the store's key decides who it is, and with few people it may be nobody."""
    story.set(holdout_percent=percent)
    story.shelve()
    live_on(story, Random(seed))
    told: dict[str, Recent] = {}
    for workflow in LIVES:
        sheet = planned(workflow, ChangeKind.ON, recent_days=20)
        assert sheet.recent is not None
        told[workflow] = sheet.recent
        done = act(sheet)
        assert (done.recent, done.changed) == (sheet.recent, None)
        ways = [way for name in PEOPLE for way in story.ways(name) if way.workflow == workflow]
        assert len(ways) == sheet.recent.entering
        again = planned(workflow, ChangeKind.OFF)
        assert again.today.waiting == sheet.recent.entering
        assert again.today.stale == sheet.recent.stale
    story.travel(days=100)
    for workflow, recent in told.items():
        outcomes = [row for name in PEOPLE for row in story.why(name) if row.workflow == workflow]
        assert len({row.enrollment_id for row in outcomes}) == recent.entering
    assert sum(one.entering for one in told.values()) > 20
    assert percent < 100 or sum(one.held_out for one in told.values()) > 0


def test_the_last_thirty_days_of_first_buyers_are_thanked_where_it_is_not_too_late(
    story: Story, planned: Planned, act: Acts
) -> None:
    for name, days in (("early", 20), ("late", 3), ("today", 0)):
        story.join(name)
        story.order(name)
        story.travel(days=days or 0.02)
    sheet = planned("first_order_thanks", ChangeKind.ON, recent_days=10)
    assert sheet.recent == Recent(entering=2, soon=1, stale=1)
    assert (
        str(sheet.recent.sentence) == "2 would enter: 1 within the hour, 0 later, 1 too late and dropped, 0 held out."
    )
    act(sheet)
    story.travel(days=5)
    assert story.sent == ["today: first_order_thanks"]
    assert story.reasons("late") == ["first_order_thanks.thanks: stale"]
    assert story.reasons("early") == []


def test_those_held_out_are_counted_before_and_get_nothing_after(story: Story, planned: Planned, act: Acts) -> None:
    story.set(holdout_percent=50)
    for name in PEOPLE:
        story.join(name)
    story.travel(hours=1)
    sheet = planned("welcome", ChangeKind.ON, recent_days=1)
    assert sheet.recent is not None
    act(sheet)
    story.travel(minutes=1)
    assert len(story.sent) == sheet.recent.soon
    assert sum(story.reasons(name) == ["welcome.hello: holdout"] for name in PEOPLE) == sheet.recent.held_out
    assert sheet.recent.held_out + sheet.recent.soon == sheet.recent.entering == len(PEOPLE)


def test_nobody_enters_twice_about_the_same_thing(story: Story, planned: Planned, act: Acts) -> None:
    story.on("welcome")
    story.join("anna")
    story.off("welcome")
    story.join("ben")
    sheet = planned("welcome", ChangeKind.ON, recent_days=30)
    assert (sheet.recent, sheet.today.waiting) == (Recent(entering=1, soon=1), 1)
    act(sheet)
    story.travel(days=10)
    assert sorted(story.sent)[:3] == ["anna: welcome_favourites", "anna: welcome_hello", "anna: welcome_story"]
    assert story.sent.count("ben: welcome_hello") == 1


def test_without_being_asked_for_history_starts_nothing(story: Story, planned: Planned, act: Acts) -> None:
    story.join("anna")
    story.order("anna")
    for workflow in LIVES:
        sheet = planned(workflow, ChangeKind.ON)
        assert sheet.recent is None
        act(sheet)
    story.travel(days=100)
    assert story.sent == []


def test_another_stores_history_is_never_counted(story: Story, planned: Planned) -> None:
    other = move_in(story.world, 7)
    other.join("anna")
    other.order("anna")
    sheets = [planned(workflow, ChangeKind.ON, recent_days=30) for workflow in LIVES]
    assert [one.recent for one in sheets] == [Recent()] * len(LIVES)
