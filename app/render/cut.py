"""Words cut where something is missing that differs from message to message, to be joined again once it is known."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from markupsafe import escape

from app.render.links import ANCHOR, Way, led_address

# Nobody can write a text that holds a mark, for nobody knows this.
_STEM = f"z{secrets.token_hex(8)}"
_MARK = re.compile(rf"(?:https://)?{_STEM}n(\d+)(?:\.example|x)")


def mark(number: int, *, is_address: bool = False) -> str:
    """What stands in the place of what is missing until the words are cut."""
    return f"https://{_STEM}n{number}.example" if is_address else f"{_STEM}n{number}x"


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
    """As `Words`, with the links that differ from message to message: the place of each and its address before it is led. The
    first so many blanks that are `ready` are put in as they stand."""

    words: Words
    links: tuple[tuple[int, Words], ...]
    ready: int

    def filled(self, values: Sequence[str], way: Way) -> str:
        whole = list(self.words.parts)
        for place, number in self.words.places:
            whole[place] = values[number] if number < self.ready else escape(values[number])
        for place, address in self.links:
            whole[place] = led_address(address.filled(values), way)
        return "".join(whole)


def cut(words: str) -> Words:
    """The words, cut at their marks."""
    pieces = _MARK.split(words)
    places = tuple((place, int(pieces[place])) for place in range(1, len(pieces), 2))
    return Words(tuple(pieces), places)


def cut_page(page: str, way: Way, *, ready: int = 0) -> Page:
    """The page cut at its marks and at those links that are not the same in every message."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    links: list[tuple[int, Words]] = []
    begun = 0

    def add(words: str) -> None:
        found = cut(words)
        places.extend((place + len(parts), number) for place, number in found.places)
        parts.extend(found.parts)

    for found in ANCHOR.finditer(page) if way.leads else ():
        add(page[begun : found.start(2)])
        begun = found.end(2)
        address = cut(unescape(found[2]))
        if address.places or way.wrap is not None:
            links.append((len(parts), address))
            parts.append("")
        else:
            parts.append(led_address(address.parts[0], way))
    add(page[begun:])
    return Page(Words(tuple(parts), tuple(places)), tuple(links), ready)
