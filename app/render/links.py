"""The links of a finished page: marks for the store's own statistics, and wrapping, so that a click can be counted.

Only what a reader may click is touched, never the house's own doors: whoever leaves must not pass a counter on the way.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_ANCHOR = re.compile(r'(<a\b[^>]*?\bhref=")(https?://[^"]+)(?=")')


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of links. `host` is the store's, whose pages alone get the `marks` (UTM, in their order); `ours` is the
    address of the house, whose doors stay as they are; `wrap` makes the counted link of one message, None for none."""

    host: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    ours: str = ""
    wrap: Callable[[str], str] | None = field(default=None, compare=False)


STRAIGHT = Way()


def led(page: str, way: Way) -> str:
    """The page with its links as they will leave."""
    if way.wrap is None and not way.marks:
        return page
    return _ANCHOR.sub(lambda found: found[1] + escape(_led(unescape(found[2]), way)), page)


def _led(address: str, way: Way) -> str:
    if way.ours and address.startswith(f"{way.ours}/"):
        return address
    known = marked(address, way.host, marks=way.marks)
    return way.wrap(known) if way.wrap is not None else known


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
