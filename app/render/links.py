"""The links of a finished page: marks for the store's own statistics, and wrapping, so that a click can be counted.

Only what a reader may click is touched, never the house's own doors: whoever leaves must not pass a counter on the way.
"""

import re
from collections.abc import Callable
from dataclasses import field
from functools import lru_cache
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from workflows.language.values import value

ANCHOR = re.compile(r'(<a\b[^>]*?\bhref=")(https?://[^"]+)(?=")')


Wrap = Callable[[str], str]


@value
class Way:
    """What becomes of links. `host` is the store's, whose pages alone get the `marks` (UTM, in their order); `ours` is the
    address of the house, whose doors stay as they are; `wrap` makes the counted link of one message, None for none."""

    host: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    ours: str = ""
    wrap: Wrap | None = field(default=None, compare=False)

    @property
    def leads(self) -> bool:
        """Whether it changes any link."""
        return self.wrap is not None or bool(self.marks)


STRAIGHT = Way()


def led(page: str, way: Way) -> str:
    """The page with its links as they will leave."""
    return ANCHOR.sub(lambda found: found[1] + led_address(unescape(found[2]), way), page) if way.leads else page


def led_address(address: str, way: Way) -> str:
    """One address as it will leave, escaped."""
    if way.ours and address.startswith(f"{way.ours}/"):
        return escape(address)
    known = marked(address, way.host, marks=way.marks)
    return escape(way.wrap(known) if way.wrap is not None else known)


@lru_cache(maxsize=8192)
def marked(address: str, host: str, *, marks: tuple[tuple[str, str], ...]) -> str:
    """A link into the store with its marks; one that has marks of its own keeps them."""
    parts = urlsplit(address)
    if not host or not marks or parts.hostname not in {host, f"www.{host}", host.removeprefix("www.")}:
        return address
    given = parse_qsl(parts.query, keep_blank_values=True)
    missing = [(name, value) for name, value in marks if name not in {one for one, _ in given}]
    query = "&".join(part for part in (parts.query, urlencode(missing)) if part)
    return urlunsplit(parts._replace(query=query))
