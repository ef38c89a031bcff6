"""The battery of channels that keep several messages on their way at once (`connectors.base.SendsManyAtOnce`)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import pytest

from connectors.base import Accepted, Channel, Envelope, SendsManyAtOnce
from connectors.errors import Permanent
from tests.contracts.channel import Arrived, envelope, parsed


class Busy(Channel, SendsManyAtOnce, Protocol):
    """A channel that can do so."""


def keys(count: int) -> list[Envelope]:
    return [envelope(f"key-{number}", to=f"anna{number}@example.com") for number in range(count)]


class AtOnceBattery:
    """A subclass gives the fixtures `channel` and `arrived` of `ChannelBattery`, and by `lines` the most that is in doubt."""

    lines: int

    def test_every_message_arrives_once_and_is_told_once(self, channel: Busy, arrived: Arrived) -> None:
        told = list(channel.send_each(keys(25), begun=lambda _: None))
        assert sorted(one.key for one, _ in told) == sorted(one.key for one in keys(25))
        assert all(isinstance(fate, Accepted) for _, fate in told)
        assert len({parsed(raw)["Message-ID"] for raw in arrived()}) == len(arrived()) == 25

    def test_no_more_is_begun_and_untold_than_there_are_connections(self, channel: Busy, arrived: Arrived) -> None:
        begun: list[str] = []
        told: list[str] = []
        for one, _ in channel.send_each(keys(25), begun=lambda each: begun.append(each.key)):
            told.append(one.key)
            assert len(begun) - len(told) <= self.lines
        assert sorted(begun) == sorted(told)

    def test_a_message_is_asked_for_only_when_there_is_room(self, channel: Busy, arrived: Arrived) -> None:
        drawn = 0

        def many() -> Iterator[Envelope]:
            nonlocal drawn
            for one in keys(25):
                drawn += 1
                yield one

        told = channel.send_each(many(), begun=lambda _: None)
        next(told)
        assert drawn <= 3 * self.lines
        assert len(list(told)) == 24

    def test_what_cannot_leave_is_told_and_never_begun(self, channel: Busy, arrived: Arrived) -> None:
        begun: list[str] = []
        mixed = [*keys(3), replace(envelope("evil"), subject="\x00"), envelope("last")]
        told = {one.key: fate for one, fate in channel.send_each(mixed, begun=lambda each: begun.append(each.key))}
        assert isinstance(told.pop("evil"), Permanent)
        assert all(isinstance(fate, Accepted) for fate in told.values())
        assert "evil" not in begun
        assert len(arrived()) == 4

    def test_a_note_that_cannot_be_made_stops_everything_and_mixes_nothing(
        self, channel: Busy, arrived: Arrived
    ) -> None:
        def full(one: Envelope) -> None:
            if one.key == "key-5":
                raise OSError("no space left")

        told: list[str] = []
        with pytest.raises(OSError, match="no space left"):
            told += [one.key for one, _ in channel.send_each(keys(25), begun=full)]
        assert isinstance(channel.send(envelope("after", to="after@example.com")), Accepted)
        assert "anna5@example.com" not in {parsed(raw)["To"].addresses[0].addr_spec for raw in arrived()}
        assert parsed(arrived()[-1])["Message-ID"] == "<after@shop.example>"

    def test_whoever_loses_interest_mixes_nothing(self, channel: Busy, arrived: Arrived) -> None:
        for _ in channel.send_each(keys(25), begun=lambda _: None):
            break
        assert isinstance(channel.send(envelope("after")), Accepted)
        assert parsed(arrived()[-1])["Message-ID"] == "<after@shop.example>"
