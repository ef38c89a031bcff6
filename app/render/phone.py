"""What a phone shows: words alone, and of a text each character that needs no dearer alphabet than it must."""

import re
from html import unescape

from app.render.links import ANCHOR

# The cheap alphabet of texts lacks these; one of them alone would more than double what the text costs.
CHEAPER = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        **dict.fromkeys("\u2068\u2069", ""),
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\u2026": "...",
        "\u00d7": "x",
        "\u2022": "-",
    }
)
_GAPS = re.compile(r"[ \t]*\n\s*")


def thrifty(words: str) -> str:
    """A text without blank lines, its typographer's marks as a typewriter has them."""
    return _GAPS.sub("\n", words.translate(CHEAPER)).strip()


def first_link(page: str) -> str:
    """Where the first link of a page leads; "" where it has none."""
    found = ANCHOR.search(page)
    return unescape(found[2]) if found else ""
