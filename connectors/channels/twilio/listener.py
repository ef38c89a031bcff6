"""What Twilio tells: what became of a text, and what somebody sent back, above all STOP."""

import hashlib
import hmac
from base64 import b64encode
from urllib.parse import parse_qs, parse_qsl, urlsplit

from connectors.errors import Malformed
from connectors.receipts import Call, Heard, ReceiptKind, ReceiptRecord, Reply
from connectors.records import ConsentState, Medium

WORDS = {
    "accepted": ReceiptKind.TAKEN,
    "scheduled": ReceiptKind.TAKEN,
    "queued": ReceiptKind.TAKEN,
    "sending": ReceiptKind.TAKEN,
    "sent": ReceiptKind.TAKEN,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.OPENED,
    "undelivered": ReceiptKind.SOFT_BOUNCED,
    "failed": ReceiptKind.SOFT_BOUNCED,
    "canceled": ReceiptKind.REFUSED,
}
# Why a text was given up: an unknown number, a landline, no number at all; a filter, a block, an unregistered sender; STOP.
CODES = {
    "30005": ReceiptKind.BOUNCED,
    "30006": ReceiptKind.BOUNCED,
    "21211": ReceiptKind.BOUNCED,
    "21614": ReceiptKind.BOUNCED,
    "30004": ReceiptKind.REFUSED,
    "30007": ReceiptKind.REFUSED,
    "30032": ReceiptKind.REFUSED,
    "30034": ReceiptKind.REFUSED,
    "21610": ReceiptKind.UNSUBSCRIBED,
}
# Twilio's own opt-out words, and those that people write in the languages of its carriers' rules.
STOP = frozenset(
    {
        "STOP",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "ARRET",
        "ARRÊT",
        "STOPP",
        "ABMELDEN",
        "BAJA",
        "ALTO",
        "PARAR",
        "SAIR",
        "ANNULLA",
    }
)
# "YES" may answer any other question: only Twilio itself can tell that it was meant.
START = frozenset({"START", "UNSTOP"})
ANSWERS = {"STOP": ConsentState.UNSUBSCRIBED, "START": ConsentState.SUBSCRIBED}
# Twilio asks for TwiML; an empty answer sends nothing back.
NOTHING_TO_SAY = ("<Response/>", "text/xml")


class TwilioListener:
    """Listens to one account's calls, which are signed over the whole address and every field."""

    name = "twilio"

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def is_genuine(self, call: Call) -> bool:
        """https://www.twilio.com/docs/usage/security: HMAC-SHA1 over the address and each sorted field, name and value."""
        fields = sorted(set(_fields(call)))
        signed = call.url + "".join(name + value for name, value in fields)
        right = b64encode(hmac.digest(self._token, signed.encode("utf-8", "replace"), hashlib.sha1))
        given = call.headers.get("X-Twilio-Signature", "")
        return hmac.compare_digest(right, given.encode("utf-8", "replace"))

    def read(self, call: Call) -> Heard:
        form = dict(_fields(call))
        status = form.get("MessageStatus") or form.get("SmsStatus", "")
        if not form.get("MessageSid"):
            raise Malformed("a call of Twilio names a message")
        if status == "received" or "Body" in form:
            return _reply(form, call)
        return _status(form, status=status, call=call)


def _fields(call: Call) -> list[tuple[str, str]]:
    try:
        return parse_qsl(call.body.decode(), keep_blank_values=True, max_num_fields=200)
    except (UnicodeDecodeError, ValueError):
        return []


def _status(form: dict[str, str], *, status: str, call: Call) -> Heard:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(call.url).query).items()}
    code = form.get("ErrorCode", "")
    kind = WORDS.get(status, ReceiptKind.UNKNOWN)
    if kind is ReceiptKind.SOFT_BOUNCED:
        kind = CODES.get(code, kind)
    told = ReceiptRecord(
        kind=kind,
        event=f"twilio:{form['MessageSid']}:{status}",
        at=call.now,
        store=asked.get("store"),
        message=asked.get("message"),
        provider_id=form["MessageSid"],
        address=form.get("To"),
        detail=" ".join(part for part in (status, code) if part) or None,
    )
    return Heard(
        (told,), unknown=(f"twilio.status={status}",) if kind is ReceiptKind.UNKNOWN else (), answer=NOTHING_TO_SAY
    )


def _reply(form: dict[str, str], call: Call) -> Heard:
    """Twilio says which word it took for which; where it does not, the whole text is the word. A sentence is no word.

    Each text counts once: the signature holds no time, and a START that was overheard would undo every later STOP.
    """
    said = form.get("Body", "").strip().strip(".!\"'").upper()
    word = form.get("OptOutType") or ("STOP" if said in STOP else "START" if said in START else "")
    if word not in ANSWERS or not form.get("From"):
        return Heard(answer=NOTHING_TO_SAY)
    reply = Reply(Medium.SMS, form["From"], ANSWERS[word], call.now, source=f"twilio:{word.lower()}")
    return Heard(replies=(reply,), once=form["MessageSid"], is_for_good=True, answer=NOTHING_TO_SAY)
