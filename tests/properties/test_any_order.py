"""However the calls of a day come, shuffled, doubled, late or never, the catch-up ends in the messages of the orderly run."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.clock import FrozenClock
from app.model import Message, MessageState
from app.runtime import Runtime
from connectors.records import Record
from tests.conftest import NOW, empty
from tests.properties.diary import NAMES, Diary
from tests.story import Story, village

Call = tuple[datetime, Record]
NIGHT = timedelta(hours=24)
# These say their first word later than any call is late, so that nothing is decided before all is known.
SLOW = ("win_back", "review_request")
ALL = (*SLOW, "welcome", "order_confirmation", "first_order_thanks")

chances = settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def mixed(calls: Sequence[Call], dice: random.Random) -> list[Call]:
    """Three in ten are lost, three in ten come twice, all come up to twenty hours late."""
    arriving = [one for one in calls if dice.random() > 0.3]
    arriving += [one for one in calls if dice.random() < 0.3]
    late = [(at + timedelta(seconds=dice.randrange(20 * 3600)), record) for at, record in arriving]
    return sorted(late, key=lambda one: one[0])


def play(runtime: Runtime, diary: Diary, *, calls: Sequence[Call], workflows: Sequence[str], sleeps: bool) -> Story:
    """A fresh house hears these calls at their times and catches up at night; then half a year goes by."""
    empty(runtime.database)
    clock = runtime.clock
    assert isinstance(clock, FrozenClock)
    clock.set(NOW)
    with village(runtime, clock) as made:
        story = made[0]
        story.on(*workflows)
        story.world.is_awake = not sleeps
        for at, record in calls:
            if at > clock.now():
                story.travel_to(at)
            story.deliver(record, again=hash(at) % 1000)
        for _, record in diary.pages:
            story.world.village.keep(story.home, record)
        story.travel_to(NOW + NIGHT)
        story.world.is_awake = True
        story.catch_up()
        story.travel(days=120)
    return story


def written(story: Story) -> list[tuple[datetime, str]]:
    """Who was written to, and when, by the rows: the outbox still keeps the mail of the examples before."""
    found = []
    for name in NAMES:
        found += [
            (one.sent_at, f"{name}: {one.text}") for one in story.messages(name) if one.state == MessageState.SENT
        ]
    return sorted((at, line) for at, line in found if at is not None)


@chances
@given(seed=st.integers(0, 2**32), moves=st.integers(3, 14))
@pytest.mark.parametrize(("workflows", "sleeps"), [(SLOW, False), (ALL, True)], ids=["at once", "at night"])
def test_any_order_ends_in_the_same_messages(
    runtime: Runtime, workflows: Sequence[str], sleeps: bool, seed: int, moves: int
) -> None:
    diary = Diary(random.Random(seed), NOW + timedelta(minutes=1)).live(moves)
    orderly = play(runtime, diary, calls=diary.pages, workflows=workflows, sleeps=sleeps)
    wanted = written(orderly)
    calls = mixed(diary.pages, random.Random(seed + 1))
    assert written(play(runtime, diary, calls=calls, workflows=workflows, sleeps=sleeps)) == wanted


@chances
@given(seed=st.integers(0, 2**32), moves=st.integers(3, 14))
def test_nothing_is_said_twice_whenever_it_is_decided(runtime: Runtime, seed: int, moves: int) -> None:
    diary = Diary(random.Random(seed), NOW + timedelta(minutes=1)).live(moves)
    calls = mixed(diary.pages, random.Random(seed + 1))
    story = play(runtime, diary, calls=calls, workflows=ALL, sleeps=False)
    said: list[tuple[str, str]] = []
    marketing: dict[str, list[datetime]] = {}
    for name in NAMES:
        for one in _sent(story, name):
            said.append((name, f"{one.text} {one.enrollment_id if one.purpose == 'service' else ''}"))
            if one.purpose == "marketing" and one.sent_at is not None:
                marketing.setdefault(name, []).append(one.sent_at)
    assert len([one for one in said if "welcome" in one[1]]) == len({one for one in said if "welcome" in one[1]})
    for times in marketing.values():
        times.sort()
        assert all(later - one >= timedelta(hours=16) for one, later in pairwise(times))


def _sent(story: Story, name: str) -> list[Message]:
    return [one for one in story.messages(name) if one.state == MessageState.SENT]
