"""What a phone shows: words alone, and of a text each character that needs no dearer alphabet than it must."""

import re
from html import unescape

from app.render import clean
from app.render.links import ANCHOR, Way, Wrap, marked

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
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
# What ends a sentence, or what stands in brackets, is not a part of the address before it: so phones see it too.
_AFTER = ".,;:!?'"
_BRACKETS = {")": "(", "]": "["}


def thrifty(words: str) -> str:
    """A text without blank lines, its typographer's marks as a typewriter has them."""
    return _GAPS.sub("\n", words.translate(CHEAPER)).strip()


def led(words: str, way: Way, *, short: Wrap) -> str:
    """A text with a short link in the place of each of its addresses, behind which the marks cost nothing. The house's own
    doors stay as they are."""

    def shown(found: re.Match[str]) -> str:
        address = _bare(found[0])
        target = clean.one_url(address)
        if not target or (way.ours and address.startswith(f"{way.ours}/")):
            return found[0]
        return short(marked(target, way.host, marks=way.marks)) + found[0][len(address) :]

    return _ADDRESS.sub(shown, words)


def _bare(address: str) -> str:
    while address[-1] in _AFTER or _is_alone(address):
        address = address[:-1]
    return address


def _is_alone(address: str) -> bool:
    """Whether it ends with a bracket that was opened before it began."""
    closing = address[-1]
    return closing in _BRACKETS and address.count(closing) > address.count(_BRACKETS[closing])


def first_link(page: str) -> str:
    """Where the first link of a page leads; "" where it has none."""
    found = ANCHOR.search(page)
    return unescape(found[2]) if found else ""
