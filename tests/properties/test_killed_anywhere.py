"""A worker killed between any two statements: no marketing twice, nothing lost that had not left, one named doubt at most."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.clock import FrozenClock
from app.model import MessageState
from app.runtime import Runtime
from tests.properties.death import HANDING_OVER, Fate, Postman, mortal
from tests.story import Story, village

FOREVER = 10_000


@pytest.fixture
def fate() -> Fate:
    return Fate()


@pytest.fixture
def postman(fate: Fate) -> Postman:
    return Postman(fate)


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock, postman: Postman) -> Iterator[Story]:
    with village(runtime, clock, channel=postman) as made:
        made[0].on("welcome", "order_confirmation")
        yield made[0]


def news(story: Story, number: int) -> list[str]:
    """Two people subscribe and one orders; whoever works next has all of it to do. Their names."""
    names = [f"{name}-{number}" for name in ("anna", "ben", "cleo")]
    story.worker_stops()
    story.join(names[0])
    story.join(names[1])
    story.order(names[2])
    story.world.is_awake = True
    return names


def live(story: Story, fate: Fate, *, until: int) -> None:
    """Work until that many points have gone by, and die there."""
    fate.at, fate.points, fate.moment, fate.names = until, 0, "", []
    with mortal(story.world, fate):
        story.tick()


def check(story: Story, postman: Postman, *, names: list[str], moments: list[str]) -> None:
    """Everybody was written to once, but for whoever was just being handed over, whose doubt the ledger names."""
    *subscribers, buyer = names
    doubts = []
    for name in subscribers:
        hello = story.messages(name)[0]
        times = postman.taken.count(hello.key)
        if hello.state == MessageState.IN_DOUBT:
            doubts.append(name)
            assert times <= 1
            assert story.reasons(name)[-1] == "welcome.hello: crashed_while_sending"
        else:
            assert (hello.state, times) == (MessageState.SENT, 1), moments
            assert story.reasons(name).count("welcome.hello: left") == 1
        assert story.reasons(name).count("welcome.hello: due") == 1
    assert len(doubts) <= len([one for one in moments if one in HANDING_OVER]), (doubts, moments)
    confirmation = story.messages(buyer)[0]
    assert confirmation.state == MessageState.SENT
    assert postman.taken.count(confirmation.key) in ((1, 2) if HANDING_OVER & set(moments) else (1,))


def test_wherever_it_dies_another_worker_goes_on(story: Story, fate: Fate, postman: Postman) -> None:
    """Every point of the handing over, the first of each kind, and every fifth of all others; which fifth is by chance."""
    news(story, 0)
    live(story, fate, until=FOREVER)
    whole, fifth = fate.points, random.randrange(5)
    first = {fate.names.index(name) + 1 for name in set(fate.names)}
    chosen = [
        one for one in range(1, whole + 1) if one % 5 == fifth or one in first or fate.names[one - 1] in HANDING_OVER
    ]
    moments = set()
    for number in chosen:
        names = news(story, number)
        live(story, fate, until=number)
        moments.add(fate.moment)
        story.travel(minutes=10)
        check(story, postman, names=names, moments=[fate.moment])
    assert moments >= HANDING_OVER | {"before INSERT", "before SELECT"}


@pytest.mark.parametrize("seed", range(4))
def test_it_may_die_again_while_it_recovers(story: Story, fate: Fate, postman: Postman, seed: int) -> None:
    dice = random.Random(seed)
    live(story, fate, until=FOREVER)
    names = news(story, 0)
    moments = []
    for until in (dice.randrange(30, 110), dice.randrange(1, 40), dice.randrange(1, 20)):
        live(story, fate, until=until)
        moments.append(fate.moment)
        story.world.clock.travel(timedelta(minutes=3))
    story.travel(minutes=10)
    check(story, postman, names=names, moments=moments)


def test_a_channel_that_knows_what_it_took_leaves_no_doubt(story: Story, fate: Fate, postman: Postman) -> None:
    postman.knows = True
    seen = []
    for number, until in enumerate(_points_of_the_call(story, fate)):
        names = news(story, number + 1)
        live(story, fate, until=until)
        story.travel(minutes=10)
        seen.append(fate.moment)
        assert [postman.taken.count(story.messages(name)[0].key) for name in names] == [1, 1, 1]
    assert set(seen) == HANDING_OVER


def _points_of_the_call(story: Story, fate: Fate) -> list[int]:
    """The points of the last message's handing over, found by watching an ordinary run."""
    news(story, 0)
    live(story, fate, until=FOREVER)
    last = max(number for number, name in enumerate(fate.names) if name == "before the note LEFT") + 1
    return [last - 3, last - 2, last - 1, last]
