"""What a channel tells us later, in our words, and the contract of whoever listens to a provider's calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.records import ConsentState, Medium


class ReceiptKind(StrEnum):
    """What became of a message that was handed over.

    `taken`: the provider has it. `delayed`: it is still being tried. `bounced`: nothing will ever be accepted there.
    `soft_bounced`: it was given up, and the address may be good. `refused`: it was given up for what it is or who sends it.
    `auto_replied`: a program answered for the person. `unknown`: a word that we do not know, kept as it came.
    """

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    SOFT_BOUNCED = "soft_bounced"
    COMPLAINED = "complained"
    CLICKED = "clicked"
    OPENED = "opened"
    UNSUBSCRIBED = "unsubscribed"
    TAKEN = "taken"
    DELAYED = "delayed"
    REFUSED = "refused"
    AUTO_REPLIED = "auto_replied"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """One event. `event` is the provider's own name for it, with the provider's name before it; `message` our key or the
    Message-ID that holds it, `provider_id` the provider's name for the message, `store` a store's public key."""

    kind: ReceiptKind
    event: str
    at: datetime
    store: str | None = None
    message: str | None = None
    provider_id: str | None = None
    address: str | None = field(default=None, repr=False)
    detail: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A word that a person sent back: `state` is what they answered, about everything that comes by this medium."""

    medium: Medium
    address: str = field(repr=False)
    state: ConsentState
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a provider to us, as it came. `url` is the whole address as the provider knows it."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """What one call said. `once` names what makes the call good for one time only: where its signature leaves the body open, or
    where saying it again would undo what was said since. It is remembered for a while, or for good where the signature holds
    no time (`is_for_good`). `unknown` lists words of theirs that we do not know, for counting; `answer` is the body that they
    expect."""

    receipts: tuple[ReceiptRecord, ...] = ()
    replies: tuple[Reply, ...] = ()
    unknown: tuple[str, ...] = ()
    once: str | None = None
    is_for_good: bool = False
    answer: tuple[str, str] = ("", "text/plain")


class Listener(Protocol):
    """One provider's calls to us, found by its channel's name; a channel's file offers `open_listener(settings)`."""

    @property
    def name(self) -> str: ...

    def is_genuine(self, call: Call) -> bool:
        """Whether it is the provider who calls, compared in constant time. Raises Temporary where that cannot be told now."""
        ...

    def read(self, call: Call) -> Heard:
        """What a genuine call says. Raises Malformed."""
        ...


def moment(text: object, *, now: datetime) -> datetime:
    """A provider's time in UTC, at most six digits of its seconds kept; `now` where it is none."""
    if isinstance(text, int | float):
        return _of_number(float(text), now)
    try:
        given = datetime.fromisoformat(str(text))
    except ValueError:
        return now
    return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)


def _of_number(seconds: float, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return now


def text_of(value: object) -> str | None:
    """A value of a payload as text; None where it is none, or empty."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and str(value) else None


@runtime_checkable
class HearsReplies(Protocol):
    """What a channel of texts can do: tell by whose sender it writes, and so whether an answer would be heard."""

    def hears(self, address: str) -> bool:
        """Whether what is sent back from this address comes to us; a name as a sender can be answered by nobody."""
        ...
