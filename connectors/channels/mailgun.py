"""The channel of Mailgun: raw mail by its API, and what its signed webhooks tell later."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from urllib3.filepost import encode_multipart_formdata

from connectors.base import Accepted, ChannelSettings, Envelope
from connectors.errors import Malformed, Permanent, Temporary, Unsupported
from connectors.http import Answer
from connectors.lanes import HandOver, Told, each
from connectors.mime import build, mailbox_address
from connectors.providers import MISCONFIGURED, Desk, taken_without_a_word, words_of
from connectors.receipts import Call, Heard, ReceiptKind, ReceiptRecord, moment, text_of
from connectors.records import Medium

ORIGINS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}
# 402 is an unpaid account, 404 a domain that Mailgun does not know: no other message would change that.
OURS_TO_MEND = frozenset({402, 404})
NOT_AN_ADDRESS = "'to' parameter is not a valid"
# How long a signed call may be on its way, and a token is worth something.
SKEW = timedelta(minutes=5)
WORDS = {
    "accepted": ReceiptKind.TAKEN,
    "delivered": ReceiptKind.DELIVERED,
    "opened": ReceiptKind.OPENED,
    "clicked": ReceiptKind.CLICKED,
    "unsubscribed": ReceiptKind.UNSUBSCRIBED,
    "complained": ReceiptKind.COMPLAINED,
    "rejected": ReceiptKind.REFUSED,
}
# Why Mailgun gave a message up. "generic" says nothing, so that the other side's own code decides.
REASONS = {
    "bounce": ReceiptKind.BOUNCED,
    "suppress-bounce": ReceiptKind.BOUNCED,
    "suppress-complaint": ReceiptKind.COMPLAINED,
    "suppress-unsubscribe": ReceiptKind.UNSUBSCRIBED,
    "espblock": ReceiptKind.REFUSED,
    "old": ReceiptKind.SOFT_BOUNCED,
}
NO_SUCH_MAILBOX = frozenset({550, 551, 553})


def open_channel(settings: ChannelSettings) -> "Mailgun | None":
    """The channel of the settings' domain; None where another one is in use."""
    if settings.mail_channel != "mailgun":
        return None
    desk = Desk("Mailgun", ORIGINS[settings.mailgun_region])
    return Mailgun(desk, settings.mailgun_key, domain=settings.mailgun_domain)


def open_listener(settings: ChannelSettings) -> "MailgunListener | None":
    return MailgunListener(settings.mailgun_signing_key) if settings.mailgun_signing_key else None


class Mailgun:
    """One domain of Mailgun. A message carries its key as a variable, which comes back with every event about it."""

    name = "mailgun"
    medium = Medium.EMAIL
    notice: str | None = None

    def __init__(self, desk: Desk, key: str, *, domain: str) -> None:
        self._desk, self._auth = desk, ("api", key)
        self._path = f"/v3/{domain}/messages.mime"

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message over. Raises Temporary, Permanent, InDoubt, Unsupported (no mail)."""
        return self._ready(envelope)()

    def send_each(self, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]) -> Iterator[Told]:
        """As `SendsManyAtOnce` promises; the errors are those of `send`."""
        return each(self._ready, envelopes, begun=begun)

    def _ready(self, envelope: Envelope) -> HandOver:
        if envelope.medium is not Medium.EMAIL:
            raise Unsupported("mailgun carries mail and nothing else")
        fields: dict[str, str | tuple[str, bytes, str]] = {
            "to": mailbox_address(envelope.to.address),
            "v:message": envelope.key,
            "v:store": envelope.store,
            "message": ("message.eml", build(envelope), "message/rfc822"),
        }
        body, kind = encode_multipart_formdata(fields)
        return partial(self._handed_over, body, kind=kind)

    def _handed_over(self, body: bytes, *, kind: str) -> Accepted:
        return self._taken(self._desk.post(self._path, headers={"Content-Type": kind}, data=body, auth=self._auth))

    def has_left(self, key: str, *, store: str) -> bool | None:  # noqa: ARG002 - its log lags behind by minutes.
        """None: what Mailgun's log does not show may be on its way all the same."""
        return None

    def close(self) -> None:
        """Nothing that matters is open between calls."""

    def _taken(self, answer: Answer) -> Accepted:
        words = words_of(answer)
        if 200 <= answer.status < 300:
            provider_id = text_of(words.get("id"))
            if provider_id is None:
                raise taken_without_a_word("Mailgun")
            return Accepted(provider_id.strip("<>"))
        raise self._failure(words, answer.status)

    def _failure(self, words: Mapping[str, Any], status: int) -> Temporary | Permanent:
        """By the status: the message may quote addresses."""
        if status in (401, 403):
            return self._desk.locked_out(str(status))
        if status in OURS_TO_MEND:
            return Temporary(f"Mailgun takes nothing of ours now ({status})", MISCONFIGURED)
        is_bad = NOT_AN_ADDRESS in str(words.get("message"))
        return Permanent(f"Mailgun refuses the message ({status})", bad_address=is_bad)


class MailgunListener:
    """Listens for the domain's events. The signature is over a time and a token alone, so a token is good once: whoever
    overheard one could put any body behind it."""

    name = "mailgun"

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def is_genuine(self, call: Call) -> bool:
        signature = _part(_payload(call.body), "signature")
        stamp, token = str(signature.get("timestamp", "")), str(signature.get("token", ""))
        if not stamp.isascii() or not stamp.isdigit() or not token:
            return False
        right = hmac.digest(self._key, f"{stamp}{token}".encode(), hashlib.sha256).hex()
        is_right = hmac.compare_digest(right.encode(), str(signature.get("signature", "")).encode())
        return is_right and abs(call.now.timestamp() - int(stamp[:12])) <= SKEW.total_seconds()

    def read(self, call: Call) -> Heard:
        payload = _payload(call.body)
        event = _part(payload, "event-data")
        if not event:
            raise Malformed("a call of Mailgun has event-data")
        word, variables = str(event.get("event", "nothing")), _part(event, "user-variables")
        headers = _part(_part(event, "message"), "headers")
        kind = _kind(word, event)
        told = ReceiptRecord(
            kind=kind,
            event=f"mailgun:{event.get('id')}:{event.get('timestamp')}",
            at=moment(event.get("timestamp"), now=call.now),
            store=text_of(variables.get("store")),
            message=text_of(variables.get("message")) or text_of(headers.get("message-id")),
            address=text_of(event.get("recipient")),
            detail=_detail(event) or (word if kind is ReceiptKind.UNKNOWN else None),
        )
        is_strange = kind is ReceiptKind.UNKNOWN and word not in {"opened", "clicked"}
        once = text_of(_part(payload, "signature").get("token"))
        return Heard((told,), unknown=(f"mailgun.event={word}",) if is_strange else (), once=once)


def _payload(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = event.get(name)
    return found if isinstance(found, dict) else {}


def _kind(word: str, event: Mapping[str, Any]) -> ReceiptKind:
    if word == "failed":
        return _failed(event)
    # A scanner opens every mail and follows every link in it.
    if word in {"opened", "clicked"} and _part(event, "client-info").get("bot"):
        return ReceiptKind.UNKNOWN
    return WORDS.get(word, ReceiptKind.UNKNOWN)


def _failed(event: Mapping[str, Any]) -> ReceiptKind:
    """A temporary failure is tried again by Mailgun itself."""
    if event.get("severity") != "permanent":
        return ReceiptKind.DELAYED
    status = _part(event, "delivery-status")
    is_policy = "5.7." in str(status.get("enhanced-code") or status.get("message"))
    is_gone = status.get("code") in NO_SUCH_MAILBOX and not is_policy
    return REASONS.get(str(event.get("reason")), ReceiptKind.BOUNCED if is_gone else ReceiptKind.SOFT_BOUNCED)


def _detail(event: Mapping[str, Any]) -> str | None:
    """Code and reason; the other side's words may quote the recipient."""
    if _part(event, "client-info").get("bot"):
        return f"by a program: {_part(event, 'client-info')['bot']}"
    code, reason = _part(event, "delivery-status").get("code"), event.get("reason")
    return " ".join(str(part) for part in (code, reason) if part) or None
