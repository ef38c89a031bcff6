"""Texts by Twilio's Messages resource: a sender per country, and what each of its codes means to us."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import phonenumbers

from connectors.base import RETRY_LATER, Accepted, Envelope
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.http import Answer
from connectors.lanes import HandOver, Told, each
from connectors.providers import MISCONFIGURED, Desk, taken_without_a_word, words_of
from connectors.receipts import text_of
from connectors.records import Medium
from connectors.texts import segments

LONGEST = 1600  # Twilio's own limit, in characters; ten segments.
MOST_SEGMENTS = 10
LONGEST_WAIT = timedelta(hours=10)  # https://www.twilio.com/docs/api/errors/90007
SERVICE = re.compile(r"MG[0-9a-f]{32}")
NUMBER = re.compile(r"\+[1-9]\d{4,14}|\d{4,8}")
WORDED = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
# Carriers there deliver nothing from a name.
NUMBERS_ONLY = frozenset({"US", "CA", "PR", "CN", "KR"})
ANYWHERE = "*"
# https://www.twilio.com/docs/api/errors. Nothing will ever arrive there: no number, no mobile one, or they said STOP.
BAD_NUMBER = frozenset({21211, 21214, 21217, 21265, 21268, 21269, 21610, 21614, 21635})
# What no other text would change: the queue of the sender, the account, a sender that is not ours.
BUSY = frozenset({20429, 21611, 14107})
OURS_TO_MEND = frozenset({20003, 20005, 20006, 21212, 21606, 21659, 21660, 21661, 21703, 21704, 21705})


@dataclass(frozen=True, slots=True)
class Senders:
    """Who sends to which country: a number, a short code, a name where carriers allow one, or a messaging service."""

    by_country: Mapping[str, str]

    @classmethod
    def read(cls, words: Sequence[str]) -> "Senders":
        """`("US=+15005550006", "GB=TeaShop", "*=MG...")`; `*` is for all others. Raises ValueError."""
        found: dict[str, str] = {}
        for word in words:
            country, _, sender = (part.strip() for part in word.partition("="))
            if not re.fullmatch(r"[A-Z]{2}|\*", country) or not _is_sender(sender):
                raise ValueError("TWILIO_SENDERS must look like US=+15005550006,GB=TeaShop,*=MG...")
            if country in NUMBERS_ONLY and WORDED.fullmatch(sender) and not NUMBER.fullmatch(sender):
                raise ValueError(f"TWILIO_SENDERS: carriers of {country} take no name as a sender, only numbers")
            found[country] = sender
        return cls(found)

    def to(self, number: str) -> str:
        """Who sends to this number. Raises Unsupported where nobody does."""
        country = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or "001"
        sender = self.by_country.get(country) or self.by_country.get(ANYWHERE)
        if sender is None or (country in NUMBERS_ONLY and not (NUMBER.fullmatch(sender) or SERVICE.fullmatch(sender))):
            raise Unsupported(f"TWILIO_SENDERS names no sender for numbers of {country}")
        return sender


def _is_sender(text: str) -> bool:
    return any(shape.fullmatch(text) for shape in (SERVICE, NUMBER, WORDED))


class Twilio:
    """One account of Twilio. Every text asks to be told of by a call that names its message."""

    name = "twilio"
    medium = Medium.SMS
    notice: str | None = None

    def __init__(self, desk: Desk, keys: tuple[str, str], *, senders: Senders, callback: str) -> None:
        self._desk, self._auth, self._senders, self._callback = desk, keys, senders, callback
        self._path = f"/2010-04-01/Accounts/{keys[0]}/Messages.json"

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one text over. Raises Temporary, Permanent, InDoubt, Unsupported (no text, or no sender for the country)."""
        return self._ready(envelope)()

    def send_each(self, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]) -> Iterator[Told]:
        """As `SendsManyAtOnce` promises; the errors are those of `send`."""
        return each(self._ready, envelopes, begun=begun)

    def _ready(self, envelope: Envelope) -> HandOver:
        if envelope.medium is not Medium.SMS:
            raise Unsupported("twilio carries texts and nothing else")
        number = _number(envelope.to.address)
        form = {"To": number, "Body": _body(envelope.text)} | self._from(number) | _worth(envelope)
        if self._callback.startswith("https://"):
            form["StatusCallback"] = f"{self._callback}?{urlencode({'message': envelope.key, 'store': envelope.store})}"
        return partial(self._handed_over, form)

    def _handed_over(self, form: dict[str, str]) -> Accepted:
        return self._taken(self._desk.post(self._path, data=form, auth=self._auth))

    def has_left(self, key: str, *, store: str) -> bool | None:  # noqa: ARG002 - Twilio knows no name of ours.
        """None: Twilio can be asked by its own name of a text alone."""
        return None

    def hears(self, address: str) -> bool:
        """As `HearsReplies` promises."""
        try:
            sender = self._senders.to(_number(address))
        except (Permanent, Unsupported):
            return True  # Nothing will leave that could be answered.
        return SERVICE.fullmatch(sender) is not None or NUMBER.fullmatch(sender) is not None

    def close(self) -> None:
        """Nothing that matters is open between calls."""

    def _from(self, number: str) -> dict[str, str]:
        sender = self._senders.to(number)
        return {"MessagingServiceSid" if SERVICE.fullmatch(sender) else "From": sender}

    def _taken(self, answer: Answer) -> Accepted:
        words = words_of(answer)
        if 200 <= answer.status < 300:
            provider_id = text_of(words.get("sid"))
            if provider_id is None:
                raise taken_without_a_word("Twilio")
            return Accepted(provider_id)
        raise self._failure(words, answer.status)

    def _failure(self, words: Mapping[str, Any], status: int) -> Temporary | Permanent:
        """By the code alone: the message quotes numbers."""
        code = words.get("code")
        told = f"{status}, code {code}" if isinstance(code, int) else str(status)
        if status in (401, 403) and code not in BAD_NUMBER:
            return self._desk.locked_out(told)
        if code in BUSY:
            return Temporary(f"Twilio's queue is full ({told})", RETRY_LATER)
        if code in OURS_TO_MEND:
            return Temporary(f"Twilio takes nothing from this sender now ({told})", MISCONFIGURED)
        return Permanent(f"Twilio refuses the text ({told})", bad_address=code in BAD_NUMBER)


def _number(text: str) -> str:
    """The number as E.164, however it was typed. Raises Permanent where it says no country, or is none."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise Permanent("this is not a phone number with its country", bad_address=True) from None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _worth(envelope: Envelope) -> dict[str, str]:
    """How many seconds it may wait at Twilio, where it would grow stale before Twilio itself gives it up."""
    left = envelope.stale_at - envelope.at if envelope.stale_at is not None else LONGEST_WAIT
    return {"ValidityPeriod": str(max(int(left.total_seconds()), 1))} if left < LONGEST_WAIT else {}


def _body(text: str) -> str:
    body = text.replace("\r\n", "\n").strip()
    if not body or "\x00" in body:
        raise Permanent("the text is empty or no text")
    if len(body) > LONGEST or segments(body).count > MOST_SEGMENTS:
        raise Permanent(f"the text is too long: {segments(body)}, and at most {MOST_SEGMENTS} are taken")
    return body
