"""Twilio keeps the promises of every channel that carries words, against a stand-in of its Messages resource."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.base import Address, Channel, Envelope
from connectors.channels.twilio import Senders, Twilio
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.providers import Desk
from connectors.records import Medium
from tests.contracts.channel import AT, Read, ShortBattery
from tests.contracts.provider import SECRET, ProviderBattery
from tests.provider import Provider, Said, Seen, provider, told

SID = "AC00000000000000000000000000000001"
SERVICE = f"MG{'0' * 32}"
ANNA = Address("+14155550123")
SENDERS = Senders.read(("US=+15005550006", "GB=TeaShop", f"*={SERVICE}"))
AUTHORISED = f"Basic {b64encode(f'{SID}:{SECRET}'.encode()).decode()}"


def answers(seen: Seen) -> Said:
    if seen.headers.get("authorization") != AUTHORISED:
        return told(401, code=20003, message="Authenticate", status=401)
    assert seen.path == f"/2010-04-01/Accounts/{SID}/Messages.json"
    if not seen.form()["To"].startswith("+"):
        return told(400, code=21211, message="Invalid 'To' Phone Number: nobody", status=400)
    return told(201, sid=f"SM{len(seen.body):032x}", status="queued", num_segments="1")


class TestTwilio(ShortBattery, ProviderBattery):
    medium = Medium.SMS

    def one(self, key: str = "key-1", **given: object) -> Envelope:
        return super().one(key, **{"to": ANNA, "text": "hello", **given})

    @pytest.fixture
    def wall(self) -> Iterator[tuple[Provider, Desk]]:
        with provider(answers, name="Twilio") as wall:
            yield wall

    @pytest.fixture
    def standin(self, wall: tuple[Provider, Desk]) -> Provider:
        return wall[0]

    @pytest.fixture
    def channel(self, wall: tuple[Provider, Desk]) -> Twilio:
        callback = "https://app.example/receipts/twilio"
        return Twilio(wall[1], (SID, SECRET), senders=SENDERS, callback=callback)

    @pytest.fixture
    def read(self, standin: Provider) -> Read:
        return lambda: [seen.form()["Body"] for seen in standin.seen]

    @pytest.mark.parametrize(
        ("number", "sender"),
        [
            ("+14155550123", {"From": "+15005550006"}),
            ("+447400123456", {"From": "TeaShop"}),
            ("+4915123456789", {"MessagingServiceSid": SERVICE}),
        ],
    )
    def test_each_country_has_its_sender(
        self, channel: Channel, standin: Provider, number: str, sender: dict[str, str]
    ) -> None:
        channel.send(self.one(to=Address(number)))
        form = standin.seen[0].form()
        assert {name: form[name] for name in sender} == sender
        assert parse_qs(urlsplit(form["StatusCallback"]).query) == {"message": ["key-1"], "store": ["store-1"]}

    @pytest.mark.parametrize(
        ("left", "waits"),
        [(timedelta(hours=2), "7200"), (timedelta(hours=10), None), (timedelta(0), "1"), (None, None)],
    )
    def test_a_text_waits_at_twilio_no_longer_than_it_is_worth(
        self, channel: Channel, standin: Provider, left: timedelta | None, waits: str | None
    ) -> None:
        channel.send(self.one(stale_at=AT + left if left is not None else None))
        assert standin.seen[0].form().get("ValidityPeriod") == waits

    def test_a_country_without_a_sender_is_refused_loudly(self, wall: tuple[Provider, Desk]) -> None:
        for senders in (("GB=TeaShop",), ("*=TeaShop",)):
            channel = Twilio(wall[1], (SID, SECRET), senders=Senders.read(senders), callback="")
            with pytest.raises(Unsupported, match="US"):
                channel.send(self.one())
        assert wall[0].seen == []

    @pytest.mark.parametrize("senders", [("US=TeaShop",), ("Germany=+49151",), ("US",), ("GB=A much too long name",)])
    def test_senders_that_are_none_stop_the_start(self, senders: tuple[str, ...]) -> None:
        with pytest.raises(ValueError, match="TWILIO_SENDERS"):
            Senders.read(senders)

    @pytest.mark.parametrize(
        ("code", "family", "is_bad"),
        [
            (21211, Permanent, True),
            (21610, Permanent, True),
            (21408, Permanent, False),
            (21611, Temporary, False),
            (21606, Temporary, False),
        ],
    )
    def test_each_of_its_codes_means_one_thing(
        self, channel: Channel, standin: Provider, code: int, family: type[Exception], is_bad: bool
    ) -> None:
        standin.mood = told(400, code=code, message="about +14155550123")
        with pytest.raises(family) as error:
            channel.send(self.one())
        assert getattr(error.value, "bad_address", False) is is_bad
        assert "4155550123" not in str(error.value)
