"""The town that every test here begins in."""

import pytest

from app.clock import FrozenClock
from app.runtime import Runtime
from tests.pipeline.sync.town import Town


@pytest.fixture
def town(runtime: Runtime, clock: FrozenClock) -> Town:
    return Town.of(runtime, clock)
