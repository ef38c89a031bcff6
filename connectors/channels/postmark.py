"""The channel of Postmark: mail by its API, alone or many at once, and what its webhooks tell later."""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from connectors.base import RETRY_LATER, Accepted, Address, ChannelSettings, Envelope, Purpose
from connectors.errors import InDoubt, Malformed, Permanent, Temporary, Unsupported
from connectors.http import Answer
from connectors.lanes import HandOver, Told, each
from connectors.mime import build, mailbox_address, message_id
from connectors.providers import MISCONFIGURED, Desk, taken_without_a_word, words_of
from connectors.receipts import Call, Heard, ReceiptKind, ReceiptRecord, moment, text_of
from connectors.records import Medium

ORIGIN = "https://api.postmarkapp.com"
MOST_AT_ONCE = 500
# https://postmarkapp.com/developer/api/overview#error-codes: what no other message would change, and how long it lasts.
OURS_TO_MEND: Mapping[int, timedelta] = {
    100: RETRY_LATER,
    429: RETRY_LATER,
    400: MISCONFIGURED,
    401: MISCONFIGURED,
    405: MISCONFIGURED,
    412: MISCONFIGURED,
    413: MISCONFIGURED,
}
BAD_TOKEN, BAD_REQUEST, INACTIVE = 10, 300, 406
# https://postmarkapp.com/developer/api/bounce-api#bounce-types. `Transient` is still being tried.
BOUNCES = {
    "HardBounce": ReceiptKind.BOUNCED,
    "BadEmailAddress": ReceiptKind.BOUNCED,
    "Transient": ReceiptKind.DELAYED,
    "SoftBounce": ReceiptKind.SOFT_BOUNCED,
    "DnsError": ReceiptKind.SOFT_BOUNCED,
    "SpamNotification": ReceiptKind.SOFT_BOUNCED,
    "Undeliverable": ReceiptKind.SOFT_BOUNCED,
    "Blocked": ReceiptKind.REFUSED,
    "VirusNotification": ReceiptKind.REFUSED,
    "ManuallyDeactivated": ReceiptKind.REFUSED,
    "Unconfirmed": ReceiptKind.REFUSED,
    "SMTPApiError": ReceiptKind.REFUSED,
    "DMARCPolicy": ReceiptKind.REFUSED,
    "TemplateRenderingFailed": ReceiptKind.REFUSED,
    "AutoResponder": ReceiptKind.AUTO_REPLIED,
    "AddressChange": ReceiptKind.AUTO_REPLIED,
    "ChallengeVerification": ReceiptKind.AUTO_REPLIED,
    "OpenRelayTest": ReceiptKind.AUTO_REPLIED,
    "Unsubscribe": ReceiptKind.UNSUBSCRIBED,
    "ManualSuppression": ReceiptKind.UNSUBSCRIBED,
    "SpamComplaint": ReceiptKind.COMPLAINED,
}
WORDS = {"Delivery": ReceiptKind.DELIVERED, "Open": ReceiptKind.OPENED, "Click": ReceiptKind.CLICKED}
TIMES = ("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt")


def open_channel(settings: ChannelSettings) -> "Postmark | None":
    """The channel with the settings' server token; None where another one is in use."""
    if settings.mail_channel != "postmark":
        return None
    streams = dict(zip((Purpose.MARKETING, Purpose.SERVICE), settings.postmark_streams.split(","), strict=True))
    return Postmark(Desk("Postmark", ORIGIN), settings.postmark_token, streams=streams)


def open_listener(settings: ChannelSettings) -> "PostmarkListener | None":
    """Listens to whoever knows the secret that stands in the webhook's address, for Postmark signs nothing."""
    return PostmarkListener(settings.postmark_webhook_secret) if settings.postmark_webhook_secret else None


class Postmark:
    """One server of Postmark, with a message stream per purpose: theirs keep what is asked for away from what is sold."""

    name = "postmark"
    medium = Medium.EMAIL
    notice: str | None = None

    def __init__(self, desk: Desk, token: str, *, streams: Mapping[Purpose, str]) -> None:
        self._desk, self._streams = desk, streams
        self._token = {"X-Postmark-Server-Token": token}

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message over. Raises Temporary, Permanent, InDoubt, Unsupported (no mail)."""
        return self._ready(envelope)()

    def send_each(self, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]) -> Iterator[Told]:
        """As `SendsManyAtOnce` promises; the errors are those of `send`."""
        return each(self._ready, envelopes, begun=begun)

    def send_batch(self, envelopes: Sequence[Envelope]) -> Sequence[Accepted | Exception]:
        """What became of each, in their order; those that could not be mails go nowhere. At most 500 leave in one call."""
        fates: list[Accepted | Exception] = []
        for start in range(0, len(envelopes), MOST_AT_ONCE):
            fates += self._sent(envelopes[start : start + MOST_AT_ONCE])
        return fates

    def has_left(self, key: str, *, store: str) -> bool | None:  # noqa: ARG002 - its search lags behind by minutes.
        """None: what Postmark's search does not show may be on its way all the same."""
        return None

    def close(self) -> None:
        """Nothing that matters is open between calls."""

    def _ready(self, envelope: Envelope) -> HandOver:
        return partial(self._handed_over, self._wish(envelope))

    def _handed_over(self, wish: dict[str, Any]) -> Accepted:
        answer = self._desk.post("/email", headers=self._token, json=wish)
        return self._taken(words_of(answer), answer)

    def _sent(self, envelopes: Sequence[Envelope]) -> list[Accepted | Exception]:
        wishes: list[dict[str, Any] | Exception] = []
        for one in envelopes:
            try:
                wishes.append(self._wish(one))
            except (Permanent, Unsupported) as error:
                wishes.append(error)
        told = iter(self._told([wish for wish in wishes if isinstance(wish, dict)]))
        return [next(told) if isinstance(wish, dict) else wish for wish in wishes]

    def _told(self, wishes: Sequence[dict[str, Any]]) -> list[Accepted | Exception]:
        try:
            answer = self._desk.post("/email/batch", headers=self._token, json=wishes)
            if not 200 <= answer.status < 300:
                return [self._failure(words_of(answer), answer.status)] * len(wishes)
            results = answer.json()
        except (Temporary, InDoubt) as error:
            return [error] * len(wishes)
        except Malformed:
            results = None
        if not isinstance(results, list) or len(results) != len(wishes):
            return [taken_without_a_word("Postmark")] * len(wishes)
        return [self._one(result, answer) for result in results]

    def _one(self, result: Any, answer: Answer) -> Accepted | Exception:
        try:
            return self._taken(result if isinstance(result, dict) else {}, answer)
        except (Temporary, Permanent, InDoubt) as error:
            return error

    def _wish(self, envelope: Envelope) -> dict[str, Any]:
        if envelope.medium is not Medium.EMAIL:
            raise Unsupported("postmark carries mail and nothing else")
        build(envelope)  # What could not be a mail is refused in the same words as everywhere.
        headers = [*envelope.headers, ("Message-ID", message_id(envelope.message_id)), ("X-PM-KeepID", "true")]
        return {
            "From": _mailbox(envelope.sender),
            "To": _mailbox(envelope.to),
            **({"ReplyTo": _mailbox(envelope.reply_to)} if envelope.reply_to else {}),
            "Subject": envelope.subject,
            "TextBody": envelope.text,
            "HtmlBody": envelope.html,
            "Headers": [{"Name": name, "Value": value} for name, value in headers],
            "Metadata": {"message": envelope.key, "store": envelope.store},
            "MessageStream": self._streams[envelope.purpose],
        }

    def _taken(self, words: Mapping[str, Any], answer: Answer) -> Accepted:
        code = words.get("ErrorCode")
        if 200 <= answer.status < 300 and code == 0:
            return Accepted(text_of(words.get("MessageID")))
        if 200 <= answer.status < 300 and not isinstance(code, int):
            raise taken_without_a_word("Postmark")
        raise self._failure(words, answer.status)

    def _failure(self, words: Mapping[str, Any], status: int) -> Temporary | Permanent:
        """By the code alone: the message quotes addresses."""
        code = words.get("ErrorCode")
        told = f"{status}, code {code}" if isinstance(code, int) else str(status)
        if status in (401, 403) or code == BAD_TOKEN:
            return self._desk.locked_out(told)
        if isinstance(code, int) and code in OURS_TO_MEND:
            return Temporary(f"Postmark takes nothing of ours now ({told})", OURS_TO_MEND[code])
        is_bad = code == INACTIVE or (code == BAD_REQUEST and "'To'" in str(words.get("Message")))
        return Permanent(f"Postmark refuses the message ({told})", bad_address=is_bad)


def _mailbox(mailbox: Address) -> str:
    bare = mailbox_address(mailbox.address)
    quoted = mailbox.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{bare}>' if quoted else bare


class PostmarkListener:
    """Listens for the server's events. They come with the password that the webhook's address was given (Basic)."""

    name = "postmark"

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def is_genuine(self, call: Call) -> bool:
        scheme, _, given = call.headers.get("Authorization", "").partition(" ")
        try:
            password = b64decode(given, validate=True).partition(b":")[2]
        except (NotBase64, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(password, self._secret.encode())

    def read(self, call: Call) -> Heard:
        try:
            event = msgspec.json.decode(call.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Malformed("an event of Postmark is JSON") from None
        if not isinstance(event, dict):
            raise Malformed("an event of Postmark is an object")
        record, word = str(event.get("RecordType", "nothing")), _word(event)
        kind = _kind(record, word)
        metadata = _metadata(event)
        at = next((event[name] for name in TIMES if event.get(name)), None)
        told = ReceiptRecord(
            kind=kind,
            event=f"postmark:{record}:{event.get('ID') or event.get('MessageID')}:{at}",
            at=moment(at, now=call.now),
            store=text_of(metadata.get("store")),
            message=text_of(metadata.get("message")),
            provider_id=text_of(event.get("MessageID")),
            address=text_of(event.get("Email") or event.get("Recipient")),
            detail=word or (record if kind is ReceiptKind.UNKNOWN else None),
        )
        return Heard((told,), unknown=(f"postmark.{record}={word}",) if kind is ReceiptKind.UNKNOWN else ())


def _metadata(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found = event.get("Metadata")
    return found if isinstance(found, dict) else {}


def _word(event: Mapping[str, Any]) -> str | None:
    """The word that says more than the kind of the record. Somebody who came back there is nothing that we obey."""
    if event.get("RecordType") == "SubscriptionChange":
        return text_of(event.get("SuppressionReason")) if event.get("SuppressSending") is True else "Subscribe"
    return text_of(event.get("Type"))


def _kind(record: str, word: str | None) -> ReceiptKind:
    if record in {"Bounce", "SpamComplaint", "SubscriptionChange"}:
        return BOUNCES.get(word or "", ReceiptKind.UNKNOWN)
    return WORDS.get(record, ReceiptKind.UNKNOWN)
