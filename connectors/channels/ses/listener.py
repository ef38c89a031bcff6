"""What SES tells by SNS: the topic's signature, its confirmation, and each event in our words."""

import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.channels.ses import sns
from connectors.errors import Malformed, Temporary
from connectors.http import Http, raise_for
from connectors.receipts import Call, Heard, ReceiptKind, ReceiptRecord, moment, text_of

WORDS = {
    "Send": ReceiptKind.TAKEN,
    "Delivery": ReceiptKind.DELIVERED,
    "DeliveryDelay": ReceiptKind.DELAYED,
    "Bounce": ReceiptKind.SOFT_BOUNCED,
    "Complaint": ReceiptKind.COMPLAINED,
    "Reject": ReceiptKind.REFUSED,
    "Rendering Failure": ReceiptKind.REFUSED,
    "Open": ReceiptKind.OPENED,
    "Click": ReceiptKind.CLICKED,
    "Subscription": ReceiptKind.UNSUBSCRIBED,
}
# Where an event says whom it is about.
PEOPLE = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients", "DeliveryDelay": "delayedRecipients"}
# SNS says so itself, right after a topic was confirmed.
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


class SesListener:
    """Listens to one topic: a message of any other one is a stranger's, however well SNS signed it."""

    name = "ses"

    def __init__(self, topic: str, *, http: Http | None = None) -> None:
        self._topic = topic
        self._http = http or Http(read_timeout=10, total_timeout=20, max_bytes=64 * 1024)
        self._certificates = sns.Certificates(self._fetch)

    def is_genuine(self, call: Call) -> bool:
        try:
            message = sns.envelope_of(call.body)
        except Malformed:
            return False
        is_ours = hmac.compare_digest(str(message.get("TopicArn")).encode(), self._topic.encode())
        return is_ours and self._certificates.signed(message, call.now)

    def read(self, call: Call) -> Heard:
        """Each recipient's event. A confirmation is answered at once by calling SNS back, and nobody else."""
        message = sns.envelope_of(call.body)
        if message["Type"] == "SubscriptionConfirmation":
            self._confirm(str(message.get("SubscribeURL", "")))
        if message["Type"] != "Notification" or str(message.get("Message")).strip() == GREETING:
            return Heard()
        return _read(message, call)

    def _confirm(self, url: str) -> None:
        if not sns.is_of_sns(url):
            raise Malformed("the confirmation of an SNS topic leads elsewhere")
        self._fetch(url)

    def _fetch(self, url: str) -> bytes:
        answer = self._http.request("GET", url)
        if answer.status in (401, 403):
            raise Temporary(f"SNS does not answer now ({answer.status})")
        raise_for(answer.status, answer.headers)
        return answer.body


def _read(message: Mapping[str, Any], call: Call) -> Heard:
    event = _event(str(message.get("Message", "")))
    word = str(event.get("eventType") or event.get("notificationType") or "nothing")
    mail = _part(event, "mail")
    about = _part(event, word[:1].lower() + word[1:])
    kind = _kind(word, about)
    tags = _part(mail, "tags")
    receipts = tuple(
        ReceiptRecord(
            kind=kind,
            event=f"ses:{message.get('MessageId')}:{place}",
            at=moment(about.get("timestamp") or message.get("Timestamp"), now=call.now),
            store=_tag(tags, "store"),
            message=_tag(tags, "message"),
            provider_id=text_of(mail.get("messageId")),
            address=address,
            detail=detail or (word if kind is ReceiptKind.UNKNOWN else None),
        )
        for place, (address, detail) in enumerate(_people(word, about=about, mail=mail))
    )
    return Heard(receipts, unknown=(f"ses.event={word}",) if kind is ReceiptKind.UNKNOWN else ())


def _event(text: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise Malformed("the message of SES is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("the message of SES is not an object")
    return found


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = event.get(name)
    return found if isinstance(found, dict) else {}


def _kind(word: str, about: Mapping[str, Any]) -> ReceiptKind:
    """Only a permanent bounce speaks against the address. Somebody who came back is nothing that we obey."""
    if word == "Bounce" and about.get("bounceType") == "Permanent":
        return ReceiptKind.BOUNCED
    if word == "Complaint" and about.get("complaintFeedbackType") == "not-spam":
        return ReceiptKind.UNKNOWN
    if word == "Subscription" and not _is_opt_out(about):
        return ReceiptKind.UNKNOWN
    return WORDS.get(word, ReceiptKind.UNKNOWN)


def _is_opt_out(about: Mapping[str, Any]) -> bool:
    preferences = _part(about, "newTopicPreferences")
    return bool(preferences.get("unsubscribeAll"))


def _people(word: str, *, about: Mapping[str, Any], mail: Mapping[str, Any]) -> list[tuple[str | None, str | None]]:
    """(address, what the other side said) of everybody an event is about: each of our mails goes to one person."""
    named = about.get(PEOPLE.get(word, ""))
    if isinstance(named, list):
        found = [one for one in named if isinstance(one, dict)]
        return [(text_of(one.get("emailAddress")), _said(word, one, about=about)) for one in found]
    whom = about.get("recipients") if word == "Delivery" else mail.get("destination")
    return [(text_of(one), None) for one in whom] if isinstance(whom, list) and whom else [(None, None)]


def _said(word: str, one: Mapping[str, Any], *, about: Mapping[str, Any]) -> str | None:
    if word == "Bounce":
        kind = f"{about.get('bounceType')}/{about.get('bounceSubType')}"
        return f"{kind} {one.get('status') or ''}".strip()
    return text_of(about.get("complaintFeedbackType")) or text_of(about.get("delayType"))


def _tag(tags: Mapping[str, Any], name: str) -> str | None:
    values = tags.get(name)
    return text_of(values[0]) if isinstance(values, list) and values else None
