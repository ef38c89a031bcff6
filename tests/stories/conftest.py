"""The village of every story."""

from collections.abc import Iterator

import pytest

from app.clock import FrozenClock
from app.runtime import Runtime
from tests.story import Story, village


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    with village(runtime, clock) as made:
        yield made[0]


@pytest.fixture
def stories(runtime: Runtime, clock: FrozenClock) -> Iterator[list[Story]]:
    """Two stores of one village: in each of them lives an Anna."""
    with village(runtime, clock, stores=2) as made:
        yield made
