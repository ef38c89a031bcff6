"""The contracts: what a store connector and a channel promise the house, what is optional, and how to refuse it.

A connector or channel is found by its folder or file name: `connectors/stores/<name>/__init__.py` offers
`connect(settings) -> StoreConnector`, `connectors/channels/<name>.py` offers `open_channel(settings) -> Channel`.
Failures speak the words of `connectors.errors` and nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.keeping import KeepsMessages as KeepsMessages  # noqa: PLC0414 - handed on.
from connectors.keeping import Kept as Kept  # noqa: PLC0414 - handed on.
from connectors.providers import ChannelSettings as ChannelSettings  # noqa: PLC0414 - handed on.
from connectors.records import ConsentRecord, Kind, Medium, Page, Reading, StoreProfile
from connectors.values import value

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What the connectors need of the app's settings, handed in once.

    `shopify_client_secrets` lists the newest first. `shopify_standin` is the origin of a stand-in that answers for every
    `*.myshopify.com` (calls go there, with the shop's own Host header); it needs `allow_private_stores`.
    """

    app_url: str
    now: Now
    shopify_client_id: str = ""
    shopify_client_secrets: tuple[str, ...] = ()
    shopify_api_version: str = "2026-10"
    shopify_standin: str | None = None
    allow_private_stores: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """The keys to one store. `secrets` holds what the platform gave, by its own names (access_token, refresh_token, or
    consumer_key, consumer_secret, webhook_secret, pairing_secret, ...). Times are None where keys do not expire."""

    secrets: Mapping[str, str] = field(repr=False)
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None


class Access(Protocol):
    """One store's credentials as the house keeps them: read afresh for every call, renewed by one caller at a time."""

    @property
    def address(self) -> str:
        """The store's address: `demo.myshopify.com` or `https://shop.example`, validated."""
        ...

    def current(self) -> Credentials:
        """The credentials now. Raises Unauthorised where the store needs to be connected again."""
        ...

    def renew(self, stale: Credentials, fetch: Callable[[Credentials], Credentials]) -> Credentials:
        """Credentials newer than `stale`: another caller's where one was quicker, else those of `fetch`, stored at once.

        Raises Unauthorised, and marks the store "needs re-auth", where `fetch` does.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeliveryHead:
    """What the headers of one webhook call say. `address` None: the URL names the store. `key` is unique per
    (store, topic) and equal for a repeated delivery of the same thing."""

    topic: str
    address: str | None
    key: str
    triggered_at: datetime | None = None
    is_ping: bool = False


class SyncKind(StrEnum):
    """`history` is the first import, `changes` the catch-up since a moment, `looks` the reading of named objects.

    `recent` is a catch-up that leaves out what knows no date of change and would have to be read whole.
    """

    HISTORY = "history"
    CHANGES = "changes"
    RECENT = "recent"
    LOOKS = "looks"


@dataclass(frozen=True, slots=True)
class Healing:
    """What `heal` found and did to a store's webhooks: topics that were right, made anew, and removed as left over."""

    kept: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Ability(StrEnum):
    """What not every platform can do; a connector lists those that it can."""

    WRITE_CONSENT = "write_consent"
    HEAL_WEBHOOKS = "heal_webhooks"
    REFRESH_TOKENS = "refresh_tokens"
    MAKE_CODES = "make_codes"


@dataclass(frozen=True, slots=True)
class CodeWish:
    """A discount code for one person, good once: `percent` off everything from `starts_at` until `expires_at`. Whom it is for
    is named by the platform's id, else by address."""

    code: str
    percent: int
    title: str
    starts_at: datetime
    expires_at: datetime
    customer_external_id: str | None = None
    email: str | None = field(default=None, repr=False)


class StoreConnector(Protocol):
    """One platform. Stateless but for its settings and its HTTP session: every store comes in through `Access`."""

    @property
    def platform(self) -> str: ...

    @property
    def topics(self) -> frozenset[str]:
        """Every webhook topic that `read` understands."""
        ...

    @property
    def abilities(self) -> frozenset[Ability]: ...

    def head(self, headers: Mapping[str, str], body: bytes) -> DeliveryHead:
        """What the call is about; nothing of it is believed before `is_genuine`. Raises Malformed."""
        ...

    def is_genuine(self, headers: Mapping[str, str], body: bytes, *, credentials: Credentials | None) -> bool:
        """Whether the signature over the raw bytes is right, compared in constant time. `credentials` are the store's, for
        platforms whose secret is per store; None where no such store is known."""
        ...

    def read(self, topic: str, body: bytes, *, profile: StoreProfile, received_at: datetime) -> Reading:
        """A payload in our words; pure, no call. Raises Malformed with the reason. Unknown topics raise Malformed."""
        ...

    def profile(self, access: Access) -> StoreProfile: ...

    def pages(
        self,
        access: Access,
        kind: SyncKind,
        *,
        profile: StoreProfile,
        cursor: Mapping[str, object] | None,
        since: datetime | None,
    ) -> Iterator[Page]:
        """The store's history (`since` None) or what changed since then, page by page, from `cursor` on. Raises
        Misplaced for a cursor that is none of this connector's."""
        ...

    def look(self, access: Access, kind: Kind, *, external_id: str, profile: StoreProfile) -> Reading:
        """One object as it is now; a GoneRecord where the store does not have it any more. Raises Unsupported for kinds
        that the platform cannot show."""
        ...

    def heal(self, access: Access, address: str) -> Healing:
        """Make the store's webhooks to `address` right: missing and disabled ones anew, left-over ones of ours removed.
        Raises Unsupported where the platform keeps them itself."""
        ...

    def keep_alive(self, access: Access) -> None:
        """Renew credentials that would die of disuse; does nothing where they do not expire."""
        ...

    def write_consent(self, access: Access, consent: ConsentRecord) -> None:
        """Tell the platform a person's answer. Raises Unsupported where it keeps none."""
        ...

    def make_code(self, access: Access, wish: CodeWish, *, profile: StoreProfile) -> str:
        """Make a discount code; the platform's id of it. Asked again for the same code, it is the same one. Raises
        Unsupported where the platform has no codes."""
        ...

    def remove_code(self, access: Access, external_id: str) -> None:
        """Take a code away that is over; one that is gone already is fine."""
        ...


class Purpose(StrEnum):
    MARKETING = "marketing"
    SERVICE = "service"


@value
class Address:
    """A mailbox: the bare address and the name to show."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)


@value
class Envelope:
    """A message, ready. `key` is stable over every try, `store` names its drawer in the outbox, a tap leads to `url`, and from
    `stale_at` on nobody is told. `headers` are in order and hold no CR or LF; the channel makes To, From, Subject and such."""

    key: str
    store: str
    medium: Medium
    purpose: Purpose
    to: Address = field(repr=False)
    sender: Address = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    at: datetime
    reply_to: Address | None = field(default=None, repr=False)
    url: str = field(default="", repr=False)
    stale_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@value
class Accepted:
    """The other side has taken the message over; `provider_id` is its own name for it, if it told one."""

    provider_id: str | None = None


class Channel(Protocol):
    """One way out. Safe to use from one thread at a time; keeps its connection between calls."""

    @property
    def name(self) -> str: ...

    @property
    def medium(self) -> Medium: ...

    @property
    def notice(self) -> str | None:
        """A sentence for the merchant where something about this channel must be known (the outbox: nothing leaves)."""
        ...

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message over. Raises Temporary (try again), Permanent (this message never), Unsupported."""
        ...

    def has_left(self, key: str, *, store: str) -> bool | None:
        """Whether a message with this key was handed over; None where the channel cannot know."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class ShowsManyAtOnce(Protocol):
    """What a connector can do whose platform shows several objects in one call: each comes with its id, as `look` would show
    it. Left out is what `look` alone can tell, errors about it too. Temporary and Unauthorised, the store's own, are raised."""

    def look_each(
        self, access: Access, kind: Kind, *, external_ids: Sequence[str], profile: StoreProfile
    ) -> Iterator[tuple[str, Reading]]: ...


@runtime_checkable
class SendsManyAtOnce(Protocol):
    """What a channel can do that keeps several messages on their way at once, each over a connection of its own."""

    def send_each(
        self, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]
    ) -> Iterator[tuple[Envelope, Accepted | Exception]]:
        """What became of each, as soon as it is known: taken, or the error that `send` would have raised.

        `begun` is called before the first byte by which a message could arrive, so that after a crash only what was begun
        and not told is in doubt: at most one message a connection. The next envelope is asked for when there is room for it.
        """
        ...


RETRY_LATER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who opened an embedded page, as a platform's verified token says: a member of one store's staff."""

    address: str
    user_id: str
    token_id: str
    expires_at: datetime
    locale: str | None = None
