"""The battery of every channel that calls a provider over HTTP: what its answers, its silence and its absence mean.

A subclass gives the fixtures `channel`, `wall` (the provider that it calls, and the desk at which it does) and `standin` (the
provider alone), and says what it sends.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base import Channel, Envelope
from connectors.errors import InDoubt, Permanent, Temporary
from connectors.providers import Desk
from tests.contracts.channel import envelope
from tests.provider import Provider, Said, told

SECRET = "a-secret-that-nobody-sees"


class ProviderBattery:
    """What holds for every channel behind an API."""

    def one(self, key: str = "key-1") -> Envelope:
        return envelope(key)

    def test_the_provider_s_own_name_for_the_message_is_told(self, channel: Channel, standin: Provider) -> None:
        assert channel.send(self.one()).provider_id
        assert len(standin.seen) == 1

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_busy_provider_is_asked_again_when_it_says(
        self, channel: Channel, standin: Provider, status: int
    ) -> None:
        standin.mood = Said(status, b"{}", {"Retry-After": "7"})
        with pytest.raises(Temporary) as later:
            channel.send(self.one())
        assert later.value.retry_after == timedelta(seconds=7)
        assert channel.send(self.one())

    @pytest.mark.parametrize("mood", [Said(502), Said(504), Said(silence=True)])
    def test_an_answer_that_was_lost_leaves_a_doubt(
        self, channel: Channel, wall: tuple[Provider, Desk], mood: Said
    ) -> None:
        standin, desk = wall
        desk.http._read_timeout = 0.1 if mood.silence else desk.http._read_timeout
        standin.mood = mood
        with pytest.raises(InDoubt):
            channel.send(self.one())
        standin.released.set()

    def test_a_page_instead_of_an_answer_leaves_a_doubt(self, channel: Channel, standin: Provider) -> None:
        standin.mood = Said(200, b"<html>maintenance</html>")
        with pytest.raises(InDoubt):
            channel.send(self.one())

    def test_credentials_that_are_not_accepted_wait_for_somebody_to_mend_them(
        self, channel: Channel, standin: Provider
    ) -> None:
        for status in (401, 403):
            standin.mood = told(status, message=f"no {SECRET}", ErrorCode=10)
            with pytest.raises(Temporary) as later:
                channel.send(self.one())
            assert later.value.retry_after
            assert SECRET not in str(later.value)

    def test_a_refusal_is_for_good_and_quotes_nobody(self, channel: Channel, standin: Provider) -> None:
        address = self.one().to.address
        standin.mood = told(400, message=f"I dislike {address}", Message=address)
        with pytest.raises(Permanent) as never:
            channel.send(self.one())
        assert address not in str(never.value)
        assert not never.value.bad_address

    def test_nothing_shows_its_secrets(self, channel: Channel) -> None:
        assert SECRET not in repr(channel)

    def test_a_second_try_carries_the_same_key(self, channel: Channel, standin: Provider) -> None:
        for _ in range(2):
            channel.send(replace(self.one(), key="key-7"))
        assert len(standin.seen) == 2
