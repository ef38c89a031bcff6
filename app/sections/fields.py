"""One thing that a merchant may set: how it is shown, how what was typed is read, and where it is kept."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from app.addresses import email_key
from app.translations import marked

Value = str | int | bool | tuple[str, ...] | None
LONGEST = 1000


class Kind(StrEnum):
    """How a field is shown."""

    TEXT = "text"
    EMAIL = "email"
    URL = "url"
    LINES = "textarea"
    NUMBER = "number"
    CHECK = "checkbox"
    CLOCK = "time"
    DAY = "date"
    COLOUR = "color"


class Refused(ValueError):
    """What was typed makes no sense; the sentence, marked for translation, says what would, with its `values`."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.values = values


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is a column of the store or the name of a choice. `read` turns what was typed into the value that is kept and
    raises Refused; `show` turns it back. Words are marked for translation."""

    name: str
    label: str
    read: Callable[[str], Value]
    show: Callable[[Value], str] = lambda value: "" if value is None else str(value)
    kind: Kind = Kind.TEXT
    help: str = ""
    unit: str = ""
    low: int | None = None
    high: int | None = None


def line(longest: int, *, needed: bool = False) -> Callable[[str], Value]:
    """One line, or None where there is none."""

    def read(typed: str) -> Value:
        text = " ".join(typed.split())
        if len(text) > longest:
            raise Refused(marked("This is too long: %(longest)s characters fit."), longest=longest)
        if needed and not text:
            raise Refused(marked("This may not be empty."))
        return text or None

    return read


def lines(typed: str) -> Value:
    """Several lines, each without blanks around it."""
    text = "\n".join(one.strip() for one in typed.splitlines() if one.strip())
    if len(text) > LONGEST:
        raise Refused(marked("This is too long: %(longest)s characters fit."), longest=LONGEST)
    return text or None


def mailbox(typed: str) -> Value:
    """An address that mail can leave from or come back to, or None."""
    if not typed.strip():
        return None
    found = email_key(typed)
    if found is None:
        raise Refused(marked("This is not an e-mail address."))
    return found


def number(low: int, high: int) -> Callable[[str], Value]:
    def read(typed: str) -> Value:
        if re.fullmatch("[0-9]{1,9}", typed.strip()) is None or not low <= int(typed) <= high:
            raise Refused(marked("Please choose a whole number from %(low)s to %(high)s."), low=low, high=high)
        return int(typed)

    return read


def truth(typed: str) -> Value:
    return typed == "on"


def shown_truth(value: Value) -> str:
    return "on" if value else ""


def clock(typed: str) -> Value:
    """A time of day as minutes after midnight, or None."""
    if not typed.strip():
        return None
    found = re.fullmatch("([01][0-9]|2[0-3]):([0-5][0-9])", typed.strip())
    if found is None:
        raise Refused(marked("Please choose a time of day, such as 22:00."))
    return int(found[1]) * 60 + int(found[2])


def shown_clock(value: Value) -> str:
    return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else ""


def day(typed: str) -> Value:
    """A day as ISO writes it, or nothing."""
    if not typed.strip():
        return ""
    try:
        return date.fromisoformat(typed.strip()).isoformat()
    except ValueError:
        raise Refused(marked("Please choose a day.")) from None


def since(typed: str) -> Value:
    """The beginning of a day, or nothing."""
    found = day(typed)
    return datetime.fromisoformat(str(found)).replace(tzinfo=UTC).isoformat() if found else ""


def colour(typed: str) -> Value:
    if re.fullmatch("#[0-9a-fA-F]{6}", typed.strip()) is None:
        raise Refused(marked("Please choose a colour such as #1f5a4c."))
    return typed.strip().lower()


def picture(typed: str) -> Value:
    """The address of a picture, or nothing."""
    if typed.strip() and re.fullmatch(r"https://[^\s\"'<>]{4,500}", typed.strip()) is None:
        raise Refused(marked("The address has to begin with https://."))
    return typed.strip()


def countries(typed: str) -> Value:
    """Country codes, in their order and once each."""
    codes = tuple(sorted({one.upper() for one in re.split(r"[\s,;]+", typed) if one}))
    if any(re.fullmatch("[A-Z]{2}", one) is None for one in codes):
        raise Refused(marked("Please name countries by their two letters, such as DE, AT."))
    return codes


def shown_countries(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else ""


def prefix(typed: str) -> Value:
    """How a discount code begins: capital letters and digits."""
    text = typed.strip().upper()
    if re.fullmatch("[A-Z0-9]{0,10}", text) is None:
        raise Refused(marked("Please use letters from A to Z and digits, ten at most."))
    return text


Typed = Mapping[str, str]
