"""Raw mail by SendEmail of the API's second version, signed as AWS wants it (Signature Version 4)."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from requests_aws4auth import AWS4Auth

from connectors.base import Accepted, Envelope
from connectors.errors import InDoubt, Permanent, Temporary, Unsupported
from connectors.http import Answer
from connectors.lanes import HandOver, Told, each
from connectors.mime import build, mailbox_address
from connectors.providers import MISCONFIGURED, Desk, taken_without_a_word, words_of
from connectors.records import Medium

PATH = "/v2/email/outbound-emails"
# What no other message would change: the account, its limits, a domain or a configuration set that is not set up.
OURS_TO_MEND = frozenset(
    {
        "AccountSuspendedException",
        "ExpiredTokenException",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "NotFoundException",
        "RequestExpired",
        "SendingPausedException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one IAM user who may send, and the region where the sender's domain is verified."""

    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    region: str


class Ses:
    """One region of SES. A message carries its key as a tag, so that a lost answer is settled by the first event about it."""

    name = "ses"
    medium = Medium.EMAIL
    notice: str | None = None

    def __init__(self, desk: Desk, keys: Keys, *, configuration_set: str, now: Callable[[], datetime]) -> None:
        self._desk, self._keys, self._now = desk, keys, now
        self._configuration_set = configuration_set

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message over. Raises Temporary, Permanent, InDoubt, Unsupported (no mail)."""
        return self._ready(envelope)()

    def send_each(self, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]) -> Iterator[Told]:
        """As `SendsManyAtOnce` promises; the errors are those of `send`."""
        return each(self._ready, envelopes, begun=begun)

    def has_left(self, key: str, *, store: str) -> bool | None:  # noqa: ARG002 - SES cannot be asked by our key.
        """None: SES has no look-up by a name of ours."""
        return None

    def close(self) -> None:
        """Nothing that matters is open between calls."""

    def _ready(self, envelope: Envelope) -> HandOver:
        if envelope.medium is not Medium.EMAIL:
            raise Unsupported("ses carries mail and nothing else")
        return partial(self._handed_over, self._wish(envelope))

    def _handed_over(self, wish: dict[str, Any]) -> Accepted:
        stamp = {"x-amz-date": self._now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")}
        return self._taken(self._desk.post(PATH, headers=stamp, json=wish, auth=self._signature()))

    def _signature(self) -> AWS4Auth:
        return AWS4Auth(self._keys.key_id, self._keys.secret, self._keys.region, "ses")

    def _wish(self, envelope: Envelope) -> dict[str, Any]:
        tags = {"message": envelope.key, "store": envelope.store}
        wish: dict[str, Any] = {
            "Destination": {"ToAddresses": [mailbox_address(envelope.to.address)]},
            "Content": {"Raw": {"Data": b64encode(build(envelope)).decode("ascii")}},
            "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
        }
        return wish | ({"ConfigurationSetName": self._configuration_set} if self._configuration_set else {})

    def _taken(self, answer: Answer) -> Accepted:
        if 200 <= answer.status < 300:
            provider_id = words_of(answer).get("MessageId")
            if not isinstance(provider_id, str):
                raise taken_without_a_word(self._desk.name)
            return Accepted(provider_id)
        raise self._failure(answer)

    def _failure(self, answer: Answer) -> Temporary | Permanent | InDoubt:
        """By the kind of the error alone: its message likes to quote addresses."""
        kind = answer.headers.get("x-amzn-ErrorType", "").partition(":")[0].rpartition("#")[2] or str(answer.status)
        if answer.status in (401, 403):
            return self._desk.locked_out(kind)
        if kind in OURS_TO_MEND:
            return Temporary(f"Amazon SES does not take messages of ours now ({kind})", MISCONFIGURED)
        return Permanent(f"Amazon SES refuses the message ({kind})")
