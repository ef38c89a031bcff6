"""What rendering takes and gives: the store's voice, the finished words, and what is wrong with a text."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.render.links import STRAIGHT, Way, Wrap
from workflows.language import Phrase
from workflows.language.values import value

COLOUR = "#1f5a4c"


@value
class Voice:
    """Who speaks, and how numbers and dates are said.

    `locale` is a BCP 47 tag, `zone` an IANA name, `currency` the store's own (ISO 4217). `unsubscribe_url` is None for service
    messages. `stop_line` says how a text is answered to get no more, "" where no answer is heard. `reason_line` is the sentence
    "You get this because ...". `colour` is "#rrggbb"; anything else is the default. `preferences_url` and `view_url` are the
    other doors of a message, `logo_url` stands for the store's name, and `way` says what becomes of links.
    """

    store_name: str
    store_url: str
    postal_address: str | None
    locale: str
    zone: str
    currency: str
    reason_line: str
    unsubscribe_url: str | None = field(default=None, repr=False)
    colour: str = COLOUR
    preferences_url: str | None = field(default=None, repr=False)
    view_url: str | None = field(default=None, repr=False)
    logo_url: str = ""
    way: Way = STRAIGHT
    stop_line: str = ""

    def with_doors(
        self, *, unsubscribe: str | None, preferences: str | None, view: str | None, wrap: Wrap | None
    ) -> "Voice":
        """The same voice in one message."""
        way = self.way if wrap is None else Way(self.way.host, self.way.marks, self.way.ours, wrap)
        return Voice(
            self.store_name,
            self.store_url,
            self.postal_address,
            self.locale,
            self.zone,
            self.currency,
            self.reason_line,
            unsubscribe,
            self.colour,
            preferences,
            view,
            self.logo_url,
            way,
            self.stop_line,
        )

    @property
    def shared(self) -> tuple[object, ...]:
        """What is the same in every message of one kind, and all of it: everything but the doors."""
        way = (self.way, self.way.wrap is None)
        who = (self.store_name, self.store_url, self.postal_address, self.reason_line, self.colour, self.logo_url)
        return who, self.stop_line, self.locale, self.zone, self.currency, way


@value
class Rendered:
    """One message's words. `subject` is one line without control characters; `html` is a whole page; `url` is where a tap on a
    notification leads, "" for other media."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a text, for the merchant who wrote it, as part of a sentence; `line` counts from 1."""

    line: int
    reason: Phrase


def in_order(found: Iterable[Complaint]) -> list[Complaint]:
    """By line, and each once."""
    by_place = {(one.line, str(one.reason)): one for one in found}
    return [by_place[place] for place in sorted(by_place)]


class BadTextError(Exception):
    """A text cannot be used, or not for this message. Names the line, never what stood in the data."""

    def __init__(self, name: str, line: int, *, reason: Phrase) -> None:
        super().__init__(f"text “{name}”, line {line}: {reason}")
        self.name, self.line, self.reason = name, line, reason
