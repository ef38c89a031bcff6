"""Each promise is told on one of the two databases, by its name, so that both hear half of them."""

from zlib import crc32

import pytest


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    return ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2]
