"""One letter that came back: a report of delivery (RFC 3464), a complaint (RFC 5965), a program's reply, or none of these.

Structure is the standard library's to read; where a server writes a report of its own making, flufl.bounce knows its hand.
Nothing here trusts a letter: what it says of an address is acted upon only where it names a message of ours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum

from app.pipeline.bounces import words
from app.pipeline.bounces.structure import blocks, header, parts, plain_text


class LetterKind(StrEnum):
    """`hard` and `soft` as the status says (5 and 4); `delayed` is still being tried; `opt_out` is told by a provider, `stop`
    written by a person; `other` is none of them."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    OPT_OUT = "opt_out"
    STOP = "stop"
    AUTO_REPLY = "auto_reply"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a letter says of one recipient. `status` is the enhanced code (RFC 3463) where one is told; `is_bad_address` whether
    it speaks against the mailbox itself, not against us, our words or the day."""

    kind: LetterKind
    address: str | None = field(default=None, repr=False)
    status: str | None = None
    is_bad_address: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: what it says, the names of messages that it mentions, the surest first, and whom it says it is from."""

    findings: tuple[Finding, ...]
    names: tuple[str, ...] = field(default=(), repr=False)
    sender: str | None = field(default=None, repr=False)

    @property
    def kind(self) -> LetterKind:
        return self.findings[0].kind


def read(raw: bytes) -> Letter:
    """Read a letter, whatever it is: total, for what comes by mail may be anything."""
    try:
        return _read(raw)
    except RecursionError:
        # Parts in parts without an end: whoever sends that wants to be in the way of the letters behind it.
        return Letter((Finding(LetterKind.OTHER),))


def _read(raw: bytes) -> Letter:
    letter = message_from_bytes(raw)
    whole = tuple(parts(letter))
    found = _complaint(whole) or _reported(whole) or _written(letter, whole) or _stop(letter, whole)
    names = tuple(dict.fromkeys(_names(letter, whole)))
    return Letter(tuple(found) or (Finding(LetterKind.OTHER),), names, _address(header(letter, "From")))


def _complaint(whole: tuple[Message, ...]) -> list[Finding]:
    """Abuse is a complaint; "not-spam" and reports about signatures are none. Hotmail hands the mail back and says no more."""
    for part in whole:
        if words.HOTMAIL in part:
            return [Finding(LetterKind.COMPLAINT, _address(header(part, words.HOTMAIL)))]
        if part.get_content_type() != "message/feedback-report":
            continue
        for block in blocks(part):
            kind = words.FEEDBACK.get(header(block, "Feedback-Type").lower())
            recipient = header(block, "Original-Rcpt-To") or header(block, "Removal-Recipient")
            return [Finding(LetterKind(kind) if kind else LetterKind.OTHER, _address(recipient))]
    return []


def _reported(whole: tuple[Message, ...]) -> list[Finding]:
    """Each recipient of a report of delivery; a server that tells several tells the first one first."""
    found: list[Finding] = []
    for part in whole:
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            found += [_recipient(block) for block in blocks(part) if block.get("Action") or block.get("Status")]
    return found


def _recipient(block: Message) -> Finding:
    address = _address(header(block, "Original-Recipient") or header(block, "Final-Recipient"))
    said = header(block, "Diagnostic-Code")
    return _judged(header(block, "Action").lower(), header(block, "Status"), said=said, address=address)


def _judged(action: str, status: str, *, said: str, address: str | None) -> Finding:
    code = words.status_in(status) or words.status_in(said)
    if action.startswith("delay"):
        return Finding(LetterKind.DELAYED, address, code)
    if action in words.WENT_WELL or (code or "").startswith("2"):
        return Finding(LetterKind.OTHER, address, code)
    digit = code[0] if code else words.reply_class(said) or "5"
    if digit == "4":
        return Finding(LetterKind.SOFT, address, code)
    return Finding(LetterKind.HARD, address, code, is_bad_address=words.speaks_against_the_address(code, said))


def _written(letter: Message, whole: tuple[Message, ...]) -> list[Finding]:
    """A report in words: fields in the text, then the hands that flufl.bounce knows, then a server's reply that is quoted."""
    text = plain_text(whole)
    return _fields(text) or _known_hand(letter, text) or _program(letter, text) or _quoted(letter, text)


def _fields(text: str) -> list[Finding]:
    """The fields of a report that stands in a part of the wrong kind."""
    status = words.STATUS_LINE.search(text)
    if status is None:
        return []
    action, recipient = words.ACTION_LINE.search(text), words.RECIPIENT_LINE.search(text)
    address = _address(recipient[1]) if recipient else None
    return [_judged(action[1].lower() if action else "failed", status[1], said=text, address=address)]


def _known_hand(letter: Message, text: str) -> list[Finding]:
    temporary, permanent = words.known_hands(letter)
    if not (temporary or permanent):
        return []
    is_final = bool(permanent) and words.reply_class(text) != "4"
    said = words.reply_in(text)
    found = sorted(permanent or temporary)
    if not is_final:
        return [Finding(LetterKind.SOFT, one, words.status_in(said)) for one in found]
    return [_judged("failed", "", said=said, address=one) for one in found]


def _program(letter: Message, text: str) -> list[Finding]:
    """RFC 3834, and the marks that were there before it."""
    is_machine = _is_of_a_machine(letter)
    is_away = bool(words.AWAY.search(header(letter, "Subject"))) or header(letter, "Precedence") == "auto_reply"
    if is_away or (is_machine and not words.RETURNED.search(header(letter, "Subject"))):
        return [] if words.is_from_a_mailer(letter) and words.reply_class(text) else [Finding(LetterKind.AUTO_REPLY)]
    return []


def _is_of_a_machine(letter: Message) -> bool:
    is_said = words.AUTO_SUBMITTED.match(header(letter, "Auto-Submitted"))
    return bool(is_said) or any(name in letter for name in words.AUTO_HEADERS)


def _stop(letter: Message, whole: tuple[Message, ...]) -> list[Finding]:
    """A person's own line above whatever they quote. No program's, no mailer's and no list's: those quote and repeat."""
    is_of_masses = header(letter, "Precedence").lower() in words.MASSES or "List-Id" in letter
    if is_of_masses or _is_of_a_machine(letter) or words.is_from_a_mailer(letter):
        return []
    plain = next((part for part in whole if part.get_content_type() == "text/plain"), None)
    lines = plain_text((plain,)).split("\n") if plain is not None else []
    first = next((line for line in lines if line.strip()), "")
    is_stop = " ".join(first.strip(" \t.!,\"'*-").casefold().split()) in words.STOP
    return [Finding(LetterKind.STOP)] if is_stop else []


def _quoted(letter: Message, text: str) -> list[Finding]:
    """A mailer's letter in whose text a server's reply is quoted, or that only says that something came back."""
    if not (words.is_from_a_mailer(letter) or words.RETURNED.search(header(letter, "Subject"))):
        return []
    said = words.reply_in(text)
    address = _address(header(letter, "X-Failed-Recipients")) or words.failed_recipient(text)
    if said:
        return [_judged("failed", "", said=said, address=address)]
    if words.GONE.search(text):
        return [Finding(LetterKind.HARD, address, is_bad_address=True)]
    return [Finding(LetterKind.SOFT, address)] if words.CAME_BACK.search(text) else []


def _address(text: str) -> str | None:
    """The bare address of a field: `rfc822; <anna@example.com>`."""
    bare = text.rpartition(";")[2].strip()
    found = getaddresses([bare])
    address = found[0][1] if found else ""
    return address.lower() if "@" in address else None


def _names(letter: Message, whole: tuple[Message, ...]) -> Iterator[str]:
    """Our names: in the address that it was returned to (VERP), in the message that it returns, in what it answers."""
    for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To"):
        yield from words.RETURNED_TO.findall(header(letter, name))
    for part in whole[1:]:
        yield from words.OUR_NAME.findall(header(part, "Message-ID"))
    for part in (letter, *whole[1:]):
        for name in ("In-Reply-To", "References", "Original-Message-ID", "X-Original-Message-ID"):
            yield from words.OUR_NAME.findall(header(part, name))
    for part in whole:
        if not part.is_multipart():
            yield from re.findall(words.OUR_LINE, plain_text((part,)))
