"""The village of every report."""

from collections.abc import Iterator

import pytest

from app.clock import FrozenClock
from app.runtime import Runtime
from tests.story import Story, village


@pytest.fixture
def stories(runtime: Runtime, clock: FrozenClock) -> Iterator[list[Story]]:
    """Two stores of one village: in each of them lives an Anna."""
    with village(runtime, clock, stores=2) as made:
        yield made


@pytest.fixture
def story(stories: list[Story]) -> Story:
    """The first of the two."""
    return stories[0]
