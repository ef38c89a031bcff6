"""The parts of a letter, read so that nothing in it can break the reader."""

from collections.abc import Iterator
from email import message_from_string
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

# A report is short; what follows is the message that comes back.
LONGEST_TEXT = 64 * 1024
MOST_PARTS = 100
LONGEST_HEADER = 2_000


def parts(letter: Message) -> Iterator[Message]:
    """The letter and every part of it, the message that came back among them; at most a hundred."""
    for place, part in enumerate(letter.walk()):
        if place >= MOST_PARTS:
            return
        yield part


def blocks(part: Message) -> list[Message]:
    """The groups of fields of a report: the library reads them as messages, or leaves them as text."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return [one for one in inner if isinstance(one, Message)]
    return [message_from_string(f"{group}\n\n") for group in plain_text((part,)).split("\n\n") if group.strip()]


def header(part: Message, name: str) -> str:
    """A header's first value on one line, cut short and decoded as far as it can be; empty where there is none."""
    wanted = name.lower()
    # As it came: the library's own view of a header with raw bytes in it is a row of question marks.
    value = next((str(value) for one, value in part.raw_items() if one.lower() == wanted), "")[:LONGEST_HEADER]
    return " ".join(_readable(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).split())


def _readable(text: str) -> str:
    """Encoded words as the words they are, where they can be read."""
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def plain_text(whole: tuple[Message, ...]) -> str:
    """The words of all text parts that are no attached message, one behind the other, cut short."""
    found: list[str] = []
    for part in whole:
        if part.is_multipart():
            continue
        raw = part.get_payload(decode=True)
        if isinstance(raw, bytes):
            found.append(_decoded(raw[:LONGEST_TEXT], part))
    return "\n".join(found)[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")


def _decoded(raw: bytes, part: Message) -> str:
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return raw.decode("latin-1")
