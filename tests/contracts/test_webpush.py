"""Web push keeps the promises of every channel that carries words, against a push service whose browser really decrypts."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta

import http_ece
import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.base import Address, Channel, Envelope
from connectors.channels.webpush import Sender, WebPush
from connectors.channels.webpush.trust import SEVERAL
from connectors.errors import Permanent, Slowed, Temporary
from connectors.providers import Desk
from connectors.records import Medium
from tests.contracts.channel import AT, Read, ShortBattery
from tests.contracts.provider import ProviderBattery
from tests.provider import Provider, Said, Seen, provider, told

BROWSER = ec.generate_private_key(ec.SECP256R1())
PUBLIC = BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
AUTH = os.urandom(16)
SENDER = Sender.read(urlsafe_b64encode(b"\x07" * 32).decode(), contact="mailto:shop@example.com")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def subscription(origin: str, browser: str = "anna") -> Address:
    said = {"endpoint": f"{origin}/push/{browser}", "keys": {"p256dh": _text(PUBLIC), "auth": _text(AUTH)}}
    return Address(msgspec.json.encode(said).decode())


def answers(seen: Seen) -> Said:
    token = seen.headers["authorization"].removeprefix("vapid t=").partition(",")[0]
    claims = jwt.decode(
        token,
        SENDER.key.public_key(),
        algorithms=["ES256"],
        audience=f"http://{seen.headers['host']}",
        options={"verify_exp": False},
    )
    assert claims["sub"] == "mailto:shop@example.com"
    assert 0 < claims["exp"] - AT.timestamp() <= 24 * 3600
    assert seen.headers["authorization"].endswith(f"k={SENDER.public_key}")
    assert seen.headers["content-encoding"] == "aes128gcm"
    assert len(seen.body) <= 4096
    return Said(201, b"", {"Location": f"{seen.path}/message-1"})


def opened(seen: Seen) -> dict[str, str]:
    """What the browser reads."""
    raw = http_ece.decrypt(seen.body, private_key=BROWSER, auth_secret=AUTH)
    return dict(msgspec.json.decode(raw))


class TestWebPush(ShortBattery, ProviderBattery):
    medium = Medium.PUSH

    @pytest.fixture(autouse=True)
    def _address(self, wall: tuple[Provider, Desk]) -> None:
        self.address = subscription(wall[1].origin)

    def one(self, key: str = "key-1", **given: object) -> Envelope:
        return super().one(key, **{"to": self.address, "text": "hello", **given})

    @pytest.fixture
    def wall(self) -> Iterator[tuple[Provider, Desk]]:
        with provider(answers, name="the push service") as wall:
            yield wall

    @pytest.fixture
    def standin(self, wall: tuple[Provider, Desk]) -> Provider:
        return wall[0]

    @pytest.fixture
    def channel(self, wall: tuple[Provider, Desk]) -> WebPush:
        return WebPush(Desk("the push service", "", wall[1].http), SENDER, now=lambda: AT)

    @pytest.fixture
    def read(self, standin: Provider) -> Read:
        return lambda: [opened(seen)["body"] for seen in standin.seen]

    def test_a_page_instead_of_an_answer_leaves_a_doubt(self, channel: Channel, standin: Provider) -> None:
        """Not here: a push service says all that it has to say with its status."""
        standin.mood = Said(201, b"created")
        assert channel.send(self.one()).provider_id is None

    def test_a_second_try_takes_the_first_one_s_place(self, channel: Channel, standin: Provider) -> None:
        for key in ("key-1", "key-1", "key-2"):
            channel.send(self.one(key))
        topics = [seen.headers["topic"] for seen in standin.seen]
        assert (topics[0] == topics[1], topics[0] == topics[2]) == (True, False)
        assert [opened(seen)["title"] for seen in standin.seen] == ["Your tea, Anna"] * 3

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_browser_that_is_gone_is_a_bad_address(self, channel: Channel, standin: Provider, status: int) -> None:
        standin.mood = Said(status)
        with pytest.raises(Permanent) as never:
            channel.send(self.one())
        assert never.value.bad_address

    def test_a_browser_of_another_s_key_is_tried_later_and_stops_nobody(
        self, channel: WebPush, wall: tuple[Provider, Desk]
    ) -> None:
        standin, desk = wall
        channel.send(self.one())
        for number in range(2 * SEVERAL):
            standin.mood = Said(403) if number % 2 else told(400, reason="VapidPkHashMismatch")
            with pytest.raises(Slowed) as alone:
                channel.send(self.one(to=subscription(desk.origin, f"forged-{number}")))
            assert alone.value.is_tried
        assert channel.send(self.one())

    def test_a_push_service_that_accepts_nobody_is_left_alone_and_no_other_one_is(
        self, channel: WebPush, wall: tuple[Provider, Desk]
    ) -> None:
        standin, desk = wall
        elsewhere = subscription(desk.origin.replace("127.0.0.1", "localhost"))
        for number in range(SEVERAL):
            standin.mood = Said(401)
            with pytest.raises(Temporary):
                channel.send(self.one(to=subscription(desk.origin, f"browser-{number}")))
        with pytest.raises(Slowed) as spared:
            channel.send(self.one())
        assert (spared.value.is_tried, standin.seen) == (False, [])
        assert channel.send(self.one(to=elsewhere))
        begun: list[str] = []
        envelopes = [self.one("key-2"), self.one("key-3", to=elsewhere)]
        told_of = {one.key: what for one, what in channel.send_each(envelopes, begun=lambda one: begun.append(one.key))}
        assert isinstance(told_of["key-2"], Slowed)
        assert begun == ["key-3"], "who is spared is not so much as announced"

    @pytest.mark.parametrize(
        ("left", "kept"),
        [(timedelta(hours=2), 7200), (timedelta(days=9), 86400), (None, 86400), (timedelta(seconds=-5), 0)],
    )
    def test_it_is_not_kept_for_longer_than_it_is_worth(
        self, channel: WebPush, standin: Provider, left: timedelta | None, kept: int
    ) -> None:
        channel.send(self.one(stale_at=AT + left if left is not None else None))
        assert int(standin.seen[0].headers["ttl"]) == kept

    @pytest.mark.parametrize("wrong", ["{}", '{"endpoint": "ftp://x", "keys": {}}', "[]", '{"endpoint": 1}'])
    def test_what_is_no_subscription_is_a_bad_address(self, channel: Channel, wrong: str) -> None:
        with pytest.raises(Permanent) as never:
            channel.send(self.one(to=Address(wrong)))
        assert never.value.bad_address

    def test_a_key_that_is_none_stops_the_start(self) -> None:
        for wrong in ("", "short", "ü" * 43):
            with pytest.raises(ValueError, match="VAPID_PRIVATE_KEY"):
                Sender.read(wrong, contact="")
