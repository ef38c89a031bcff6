"""Amazon SES keeps the promises of every channel, against a stand-in that checks each signature by itself."""

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from connectors.base import Channel
from connectors.channels.ses import Keys, Ses
from connectors.errors import Permanent, Temporary
from connectors.lanes import LANES
from connectors.providers import Desk
from tests.contracts.at_once import AtOnceBattery
from tests.contracts.channel import AT, Arrived, ChannelBattery, envelope
from tests.contracts.provider import SECRET, ProviderBattery
from tests.provider import Provider, Said, Seen, provider, told

KEYS = Keys("AKIDEXAMPLE", SECRET, "eu-west-1")


def signature(seen: Seen) -> str:
    """Signature Version 4, by hand from its document."""
    given = dict(part.strip().split("=", 1) for part in seen.headers["authorization"].split(" ", 1)[1].split(","))
    names = given["SignedHeaders"].split(";")
    path, _, query = seen.path.partition("?")
    lines = [seen.method, quote(path), query, *(f"{name}:{seen.headers[name].strip()}" for name in names), ""]
    canonical = "\n".join([*lines, ";".join(names), hashlib.sha256(seen.body).hexdigest()])
    stamp = seen.headers["x-amz-date"]
    scope = f"{stamp[:8]}/{KEYS.region}/ses/aws4_request"
    assert given["Credential"] == f"{KEYS.key_id}/{scope}"
    key = f"AWS4{KEYS.secret}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    right = hmac.digest(key, to_sign.encode(), "sha256").hex()
    assert {"host", "x-amz-date", "content-type"} <= set(names)
    return "right" if given["Signature"] == right else "wrong"


def answers(seen: Seen) -> Said:
    if signature(seen) != "right":
        return Said(403, b"{}", {"x-amzn-ErrorType": "SignatureDoesNotMatch"})
    assert seen.headers["x-amz-date"] == f"{AT:%Y%m%dT%H%M%SZ}"
    return told(200, MessageId=f"0102{hashlib.sha256(seen.body).hexdigest()[:8]}-000000")


class TestSes(ChannelBattery, AtOnceBattery, ProviderBattery):
    lines = LANES

    @pytest.fixture
    def wall(self) -> Iterator[tuple[Provider, Desk]]:
        with provider(answers, name="Amazon SES") as wall:
            yield wall

    @pytest.fixture
    def standin(self, wall: tuple[Provider, Desk]) -> Provider:
        return wall[0]

    @pytest.fixture
    def channel(self, wall: tuple[Provider, Desk]) -> Ses:
        return Ses(wall[1], KEYS, configuration_set="perennial", now=lambda: AT)

    @pytest.fixture
    def arrived(self, standin: Provider) -> Arrived:
        return lambda: [b64decode(seen.json()["Content"]["Raw"]["Data"]) for seen in standin.seen]

    def test_a_message_goes_where_it_is_addressed_and_carries_its_key(
        self, channel: Channel, standin: Provider
    ) -> None:
        channel.send(envelope())
        wish = standin.seen[0].json()
        assert standin.seen[0].path == "/v2/email/outbound-emails"
        assert wish["Destination"] == {"ToAddresses": ["anna@example.com"]}
        assert wish["ConfigurationSetName"] == "perennial"
        assert {"Name": "message", "Value": "key-1"} in wish["EmailTags"]

    @pytest.mark.parametrize(
        ("kind", "family"),
        [
            ("MessageRejected:http://internal.amazon.com/", Permanent),
            ("BadRequestException", Permanent),
            ("SendingPausedException", Temporary),
            ("com.amazonaws.ses#AccountSuspendedException", Temporary),
            ("MailFromDomainNotVerifiedException", Temporary),
        ],
    )
    def test_what_no_other_message_would_change_waits(
        self, channel: Channel, standin: Provider, kind: str, family: type[Exception]
    ) -> None:
        standin.mood = Said(400, b'{"message": "anna@example.com"}', {"x-amzn-ErrorType": kind})
        with pytest.raises(family):
            channel.send(envelope())
