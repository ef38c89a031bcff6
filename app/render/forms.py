"""A text filled in once for everybody, with blanks; then each message costs the joining of a few words.

Most of a message is the same for all who get it: the store's frame, its colours, the words of the text. So the text goes once
through the templates with a mark in the place of each blank, and is cut at the marks. What makes other words is part of the
form's key: the text, the store's voice, the numbers that the text asks about, and which blanks are empty. The bytes are those
of the whole way, which a property holds to.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from markupsafe import escape

from app.render import clean
from app.render.context import Plain, context, personal
from app.render.links import ANCHOR, Way, led_address
from app.render.text import Text
from app.render.values import Voice
from workflows.language import Facts

MOST_FORMS = 500
# Nobody can write a text that holds a mark, for nobody knows this.
_STEM = f"z{secrets.token_hex(8)}"
_MARK = re.compile(rf"(?:https://)?{_STEM}n(\d+)(?:\.example|x)")
_kept: dict[tuple[Any, ...], "Form"] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """Words cut at their blanks: `parts` with room for what is missing, and for each such place the number of its blank."""

    parts: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    def filled(self, values: Sequence[str]) -> str:
        whole = list(self.parts)
        for place, number in self.places:
            whole[place] = values[number]
        return "".join(whole)


@dataclass(frozen=True, slots=True)
class Page:
    """As `Words`, with the links that differ from message to message: the place of each and its address before it is led."""

    words: Words
    links: tuple[tuple[int, Words], ...]

    def filled(self, values: Sequence[str], way: Way) -> str:
        whole = list(self.words.parts)
        for place, number in self.words.places:
            whole[place] = escape(values[number])
        for place, address in self.links:
            whole[place] = led_address(address.filled(values), way)
        return "".join(whole)


@dataclass(frozen=True, slots=True)
class Form:
    """The three parts of a text, cut at their blanks."""

    subject: Words
    plain: Words
    page: Page


def filled(text: Text, facts: Facts, *, voice: Voice) -> tuple[str, str, str] | None:
    """Subject, plain words and page by the text's form; None where the text has to be filled in whole."""
    blanks = text.blanks
    if blanks is None:
        return None
    try:
        said = [personal(name, facts, voice=voice) for name in blanks.said]
        asked = tuple(personal(name, facts, voice=voice) for name in blanks.asked)
    except KeyError:
        # It names something that this message does not have, and the whole way says so.
        return None
    if not all(clean.is_address(said[place]) for place in blanks.strange):
        return None
    key = (text, voice.shared, asked, tuple(map(bool, said)))
    form = _kept.get(key) or _keep(key, _made(text, _with_marks(text, facts, voice=voice), way=voice.way))
    words = list(map(str, said))
    return form.subject.filled(words), form.plain.filled(words), form.page.filled(words, voice.way)


def _value(known: Plain, name: str) -> Any:
    above, _, below = name.partition(".")
    found: Any = known[above]
    return found[below] if below else found


def _keep(key: tuple[Any, ...], form: Form) -> Form:
    if len(_kept) >= MOST_FORMS:
        _kept.clear()
    _kept[key] = form
    return form


def _with_marks(text: Text, facts: Facts, *, voice: Voice) -> Plain:
    """What the text can name, with a mark in the place of every blank that is not empty."""
    values = context(facts, voice, direction=text.direction)
    said, urls = (text.blanks.said, text.blanks.urls) if text.blanks else ((), ())
    for number, name in enumerate(said):
        if not _value(values, name):
            continue
        mark = f"https://{_STEM}n{number}.example" if number in urls else f"{_STEM}n{number}x"
        above, _, below = name.partition(".")
        found: Any = values[above]
        # Anew: some of these are kept for other messages.
        values[above] = {**found, below: mark} if below else mark
    return values


def _made(text: Text, values: Plain, *, way: Way) -> Form:
    page = text.page.render(values)
    return Form(_cut(text.subject.render(values)), _cut(text.plain.render(values)), _page(page, way))


def _cut(words: str) -> Words:
    pieces = _MARK.split(words)
    places = tuple((place, int(pieces[place])) for place in range(1, len(pieces), 2))
    return Words(tuple(pieces), places)


def _page(page: str, way: Way) -> Page:
    """The page cut at its blanks and at those links that are not the same in every message."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    links: list[tuple[int, Words]] = []
    begun = 0

    def add(words: str) -> None:
        cut = _cut(words)
        places.extend((place + len(parts), number) for place, number in cut.places)
        parts.extend(cut.parts)

    for found in ANCHOR.finditer(page) if way.leads else ():
        add(page[begun : found.start(2)])
        begun = found.end(2)
        address = _cut(unescape(found[2]))
        if address.places or way.wrap is not None:
            links.append((len(parts), address))
            parts.append("")
        else:
            parts.append(led_address(address.parts[0], way))
    add(page[begun:])
    return Page(Words(tuple(parts), tuple(places)), tuple(links))
