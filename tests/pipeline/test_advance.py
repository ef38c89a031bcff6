"""Station 5: who fell due is decided once, in one transaction; what breaks rests alone, and is set aside after many tries."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Enrollment, EnrollmentState, Message, Outcome
from app.pipeline.advance import LEASE, MOST_TRIES, advance, message_key
from app.pipeline.inbox import open_batch
from app.runtime import Runtime
from tests.story import Story, village
from workflows.language import AT_ONCE, Condition, Facts, Workflow, email, step, subscribes


def broken(facts: Facts) -> bool:
    """A condition of a workflow that somebody wrote by night: it fails for whoever is called Ben."""
    if facts.customer.first_name == "Ben":
        raise KeyError("ben")
    return True


BROKEN = Workflow(
    name="broken",
    starts=subscribes,
    steps=(
        step("one", after=AT_ONCE, only_if=Condition("it works", "due", broken), send=email("welcome_hello")),
        step("two", after=timedelta(days=30), send=email("welcome_story")),
    ),
)


def begun(runtime: Runtime, clock: FrozenClock, *, then: Callable[[Story], None]) -> None:
    with village(replace(runtime, workflows={**runtime.workflows, "broken": BROKEN}), clock) as made:
        then(made[0])


def test_one_that_breaks_stops_nobody_else_and_is_set_aside_in_the_end(runtime: Runtime, clock: FrozenClock) -> None:
    def tale(story: Story) -> None:
        story.on("broken")
        story.worker_stops()
        for name in ("anna", "ben", "cleo"):
            story.join(name)
        story.worker_starts()
        assert sorted(story.sent) == ["anna: welcome_hello", "cleo: welcome_hello"]
        assert [(one.state, one.tries) for one in story.ways("ben")] == [("waiting", 1)]
        assert story.ways("ben")[0].alarm_at == story.now + LEASE
        assert [(one.kind, one.reason, one.until) for one in story.why("ben")] == [
            ("deferred", "our_fault", story.now + LEASE)
        ]
        story.travel(minutes=2 * MOST_TRIES + 2)
        assert story.ways("ben")[0].state == EnrollmentState.STOPPED
        assert [(one.kind, one.reason) for one in story.why("ben")] == [("deferred", "our_fault"), ("failed", "broken")]

    begun(runtime, clock, then=tale)


def test_a_step_or_workflow_that_is_gone_ends_it_with_that_reason(runtime: Runtime, clock: FrozenClock) -> None:
    def tale(story: Story) -> None:
        story.on("broken")
        story.join("anna")
        shorter = replace(BROKEN, steps=BROKEN.steps[:1])
        story.world.runtime = replace(story.runtime, workflows={**story.runtime.workflows, "broken": shorter})
        story.travel(days=31)
        assert story.reasons("anna")[-1] == "broken.two: workflow_gone"
        assert story.ways("anna")[0].state == EnrollmentState.STOPPED

    begun(runtime, clock, then=tale)


@pytest.fixture
def due(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    """Three people whose greeting is due, and nobody who works."""
    with village(runtime, clock) as made:
        story = made[0]
        story.on("welcome")
        story.worker_stops()
        for name in ("anna", "ben", "cleo"):
            story.join(name)
        story.world.is_awake = True
        open_batch(story.runtime)
        yield story


def count(story: Story, model: type[Message] | type[Outcome]) -> int:
    with story.runtime.database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_it_takes_no_more_than_it_is_told_and_says_how_many(due: Story) -> None:
    assert [advance(due.runtime, limit=2) for _ in range(3)] == [2, 1, 0]
    assert (count(due, Message), count(due, Outcome)) == (3, 3)


def test_the_cursor_stands_at_the_next_step_with_the_tries_at_nought(due: Story) -> None:
    advance(due.runtime)
    way = due.ways("anna")[0]
    assert (way.step, way.tries, way.due_at) == ("story", 0, due.now + timedelta(days=2))
    assert way.alarm_at == way.due_at


def test_a_message_carries_its_two_clocks_its_rank_and_a_name_of_its_own(due: Story) -> None:
    advance(due.runtime)
    message, way = due.messages("anna")[0], due.ways("anna")[0]
    assert message.key == message_key(due.store.public_key, way.id, step="hello")
    assert (message.due_at, message.stale_at) == (due.now, due.now + timedelta(hours=48))
    assert (message.purpose, message.medium, message.text) == ("marketing", "email", "welcome_hello")
    assert len({one.key for name in ("anna", "ben", "cleo") for one in due.messages(name)}) == 3


def test_who_is_taken_and_not_decided_is_not_taken_again_before_the_lease_is_over(due: Story) -> None:
    with due.runtime.database.write() as session:
        session.execute(sa.update(Enrollment).values(alarm_at=due.now + LEASE, tries=1))
    assert advance(due.runtime) == 0
    due.clock.travel(LEASE)
    assert advance(due.runtime) == 3
    assert [one.turn for one in due.why("anna")] == [2]


def test_who_was_parked_while_in_a_workers_hand_is_not_decided(due: Story) -> None:
    due.world.is_awake = False
    due.off("welcome")
    with due.runtime.database.write() as session:
        session.execute(sa.update(Enrollment).values(alarm_at=due.now))
    assert advance(due.runtime) == 3
    assert (count(due, Message), count(due, Outcome)) == (0, 0)
    due.travel(days=30)
    assert advance(due.runtime) == 0
