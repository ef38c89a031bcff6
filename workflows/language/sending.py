"""Which text a step sends, by which medium, and the discount code that may be made for it."""

from dataclasses import dataclass
from datetime import timedelta

from workflows.language.dials import Number

# How each medium is said inside a sentence.
SPOKEN = {"email": "email", "sms": "text them", "push": "push to their devices"}


@dataclass(frozen=True, slots=True)
class Code:
    """A discount code of one's own for each person, made on the platform just before the message leaves."""

    percent: Number
    valid: timedelta


@dataclass(frozen=True, slots=True)
class Send:
    """Which text goes by which medium; the text lives in `templates/messages/<text>.md`. A `code` is made for it first."""

    medium: str
    text: str
    code: Code | None = None


def email(text: str, *, code: Code | None = None) -> Send:
    return Send("email", text, code)


def sms(text: str, *, code: Code | None = None) -> Send:
    """A text to their phone."""
    return Send("sms", text, code)


def push(text: str, *, code: Code | None = None) -> Send:
    """A notification on their devices."""
    return Send("push", text, code)
