"""An envelope as the bytes of a mail (RFC 5322, MIME), built by hand: the standard library's builder is many times slower.

Every header is validated here: what holds a line break or a control character is refused, never repaired. Equal envelopes
make equal bytes, so that a second try is the same mail. The output is 7-bit with CRLF line ends and needs no extension of
SMTP; no body line is longer than 76 characters.
"""

import binascii
import hashlib
import re
import struct
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import idna

from connectors.base import Address, Envelope
from connectors.errors import Permanent

WIDTH = 76
LONGEST_LINE = 998  # RFC 5322 2.1.1, without CRLF.
LONGEST_WORD = 75  # RFC 2047 2: an encoded word with its delimiters.
LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3 less the angle brackets.
OURS = frozenset(
    {"from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version", "return-path"}
)

OF_ONE_PERSON = frozenset({"List-Unsubscribe"})
WRONG_NAME = "a header's name is not allowed, or stands twice"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN_SUBJECT = re.compile(r"[!-~]+(?: [!-~]+)*")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTABLE = re.compile(r"[!-~]+(?: [!-~]+)*")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOT_ATOM = re.compile(r"[^.]+(?:\.[^.]+)*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_MESSAGE_ID = re.compile(r"<?([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+)>?")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,76}")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_BEYOND_ASCII = bytes(range(128, 256))
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def build(envelope: Envelope) -> bytes:
    """The whole mail: headers, a plain part and an HTML part (multipart/alternative).

    Raises Permanent where a header or an address could not be written safely; the message names the field, never its value.
    """
    boundary = f"=_{hashlib.sha256(envelope.key.encode()).hexdigest()[:40]}"
    lines = [
        _senders("From", envelope.sender),
        _mailbox("To", envelope.to),
        *([_senders("Reply-To", envelope.reply_to)] if envelope.reply_to else []),
        _subject(envelope.subject),
        f"Date: {_date(envelope.at)}",
        f"Message-ID: {message_id(envelope.message_id)}",
        *_extra(envelope.headers),
        "MIME-Version: 1.0",
        # Neither encoding below can make "=_", so that the boundary occurs in no body.
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
    ]
    head = "\r\n".join(lines).encode("ascii")
    line = b"--" + boundary.encode()
    parts = [head, b"", line, *_text(envelope.text), line, *_html(envelope.html), line + b"--", b""]
    return b"\r\n".join(parts)


@lru_cache(maxsize=4096)
def mailbox_address(address: str) -> str:
    """A bare address as mail needs it: an international domain in its ASCII form, odd local parts quoted.

    Raises Permanent for what no mail server takes without an extension; the message does not show the address.
    """
    local, at, domain = address.rpartition("@")
    domain = _ascii_domain(domain)
    if not at or len(address) > LONGEST_ADDRESS or not _LOCAL.fullmatch(local) or not domain:
        raise Permanent("an address is not one that mail can be sent to", bad_address=True)
    # Some Japanese providers gave out addresses such as "a..b@": legal only in quotes.
    return f"{local}@{domain}" if _DOT_ATOM.fullmatch(local) else f'"{local}"@{domain}'


def message_id(identity: str) -> str:
    """A Message-ID in its angle brackets. Raises Permanent for what cannot be one."""
    found = _MESSAGE_ID.fullmatch(identity)
    if found is None or len(identity) > 250:
        raise Permanent("the Message-ID is not one")
    return f"<{found[1]}>"


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    """A domain as mail needs it; "" where it could be none. Most people's mailboxes are at a few of them."""
    try:
        found = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""
    return found if _DOMAIN.fullmatch(found) else ""


def _mailbox(name: str, mailbox: Address) -> str:
    bare = mailbox_address(mailbox.address)
    if not mailbox.name:
        return f"{name}: {bare}"
    shown = _phrase(_clean(name, mailbox.name), len(name) + 2)
    fits = len(shown) - shown.rfind("\n") + len(name) + len(bare) + 6 < WIDTH
    return f"{name}: {shown}{' ' if fits else chr(13) + chr(10) + ' '}<{bare}>"


@lru_cache(maxsize=256)
def _senders(name: str, mailbox: Address) -> str:
    """The same few stores write again and again; those who are written to are not kept here."""
    return _mailbox(name, mailbox)


@lru_cache(maxsize=16)
def _date(at: datetime) -> str:
    """All messages of one batch were judged at one moment."""
    return format_datetime(at)


def _phrase(text: str, column: int) -> str:
    """A display name: as it is, in quotes, or in encoded words."""
    if len(text) <= WIDTH - column and "=?" not in text:
        if _PLAIN_NAME.fullmatch(text):
            return text
        if _QUOTABLE.fullmatch(text):
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{quoted}"'
    return _encoded(text, column)


def _subject(text: str) -> str:
    _clean("Subject", text)
    if not text.strip():
        raise Permanent("the subject is empty")
    if _PLAIN_SUBJECT.fullmatch(text) and "=?" not in text and max(map(len, text.split(" "))) < WIDTH - 10:
        return _folded(f"Subject: {text}")
    return f"Subject: {_encoded(text, 9)}"


def _clean(name: str, text: str) -> str:
    if _CONTROL.search(text):
        raise Permanent(f"{name} holds a line break or a control character")
    return text


def _extra(headers: tuple[tuple[str, str], ...]) -> list[str]:
    if len({name.lower() for name, _ in headers}) < len(headers):
        raise Permanent(WRONG_NAME)
    return [_header(name, value) if name in OF_ONE_PERSON else _kept_header(name, value) for name, value in headers]


def _header(name: str, value: str) -> str:
    lower = name.lower()
    if not _HEADER_NAME.fullmatch(name) or lower in OURS or lower.startswith("content-"):
        raise Permanent(WRONG_NAME)
    if not _HEADER_VALUE.fullmatch(value):
        raise Permanent(f"{name} is empty or holds a line break or a character outside ASCII")
    return _folded(f"{name}: {value}")


@lru_cache(maxsize=256)
def _kept_header(name: str, value: str) -> str:
    """What all messages of a step say."""
    return _header(name, value)


def _folded(line: str) -> str:
    """A header broken before spaces, so that its lines are at most 76 characters where its words allow it."""
    if len(line) <= WIDTH:
        return line
    rows, row = [], ""
    # The first two words stay together: a line that holds only the header's name confuses some readers.
    name, _, rest = line.partition(" ")
    for word in rest.split(" "):
        if not row:
            row = f"{name} {word}"
        elif len(row) + 1 + len(word) <= WIDTH:
            row += f" {word}"
        else:
            rows.append(row)
            row = f" {word}"
    rows.append(row)
    if max(map(len, rows)) > LONGEST_LINE:
        raise Permanent(f"{name.rstrip(':')} is too long for a mail")
    return "\r\n".join(rows)


def _encoded(text: str, column: int) -> str:
    """RFC 2047 encoded words, in the shorter of its two encodings, each a whole number of characters; `column` is where the
    first one starts."""
    raw = text.encode()
    is_q = sum(byte not in _Q_SAFE and byte != 0x20 for byte in raw) * 3 < len(raw)
    room = LONGEST_WORD - len("=?utf-8?q??=")
    words, word, left = [], "", min(room, WIDTH - column - 12)
    for character in text:
        if _cost(word + character, is_q) > left and word:
            words.append(word)
            word, left = "", room
        word += character
    words.append(word)
    return "\r\n ".join(f"=?utf-8?{'q' if is_q else 'b'}?{_word(one, is_q)}?=" for one in words)


def _cost(word: str, is_q: bool) -> int:
    return len(_word(word, is_q)) if is_q else (len(word.encode()) + 2) // 3 * 4


def _word(text: str, is_q: bool) -> str:
    raw = text.encode()
    if not is_q:
        return binascii.b2a_base64(raw, newline=False).decode("ascii")
    return "".join("_" if byte == 0x20 else chr(byte) if byte in _Q_SAFE else f"={byte:02X}" for byte in raw)


def _text(text: str) -> tuple[bytes, ...]:
    """The plain part: quoted-printable stays readable, base64 is shorter for most scripts other than Latin."""
    raw = _utf8(text)
    head = b"Content-Type: text/plain; charset=utf-8"
    if not raw.isascii() and (len(raw) - len(raw.translate(None, _BEYOND_ASCII))) * 5 > len(raw):
        return head, b"Content-Transfer-Encoding: base64", b"", _base64(raw)
    # Line ends are put right afterwards: b2a_qp breaks long lines with those of the first line that it sees.
    quoted = binascii.b2a_qp(raw, istext=True).replace(b"\n", b"\r\n")
    return head, b"Content-Transfer-Encoding: quoted-printable", b"", quoted


def _html(html: str) -> tuple[bytes, ...]:
    # Nobody reads it raw, and quoted-printable costs ten times as much time here.
    return b"Content-Type: text/html; charset=utf-8", b"Content-Transfer-Encoding: base64", b"", _base64(_utf8(html))


def _utf8(text: str) -> bytes:
    try:
        return (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).encode()
    except UnicodeEncodeError:
        raise Permanent("the message holds half a character") from None


def _base64(raw: bytes) -> bytes:
    encoded = binascii.b2a_base64(raw.replace(b"\n", b"\r\n"), newline=False)
    # Cut in one call: with a pattern it took three times as long, and a quarter of a mail's whole time.
    rows = struct.unpack_from(f"{WIDTH}s" * (len(encoded) // WIDTH), encoded)
    rest = encoded[len(rows) * WIDTH :]
    return b"\r\n".join((*rows, rest) if rest else rows)
