"""A story whose messages leave by a channel of many moods."""

from collections.abc import Iterator

import pytest

from app.clock import FrozenClock
from app.runtime import Runtime
from tests.pipeline.deliver.moody import Moody
from tests.story import Story, village


@pytest.fixture
def channel() -> Moody:
    return Moody()


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock, channel: Moody) -> Iterator[Story]:
    with village(runtime, clock, channel=channel) as made:
        made[0].on("welcome")
        yield made[0]
