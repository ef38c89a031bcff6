"""The outbox keeps the promises of every channel."""

from pathlib import Path

import pytest

from connectors.channels.outbox import Outbox
from tests.contracts.channel import Arrived, ChannelBattery


class TestOutbox(ChannelBattery):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Outbox:
        return Outbox(tmp_path / "outbox")

    @pytest.fixture
    def arrived(self, tmp_path: Path) -> Arrived:
        return lambda: [path.read_bytes() for path in sorted(tmp_path.rglob("*.eml"))]
