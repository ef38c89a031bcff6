"""What others wrote about themselves, made fit to stand inside our sentences; escaping is not done here."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

LONGEST_NAME = 60
LONGEST_TITLE = 200
LONGEST_URL = 2000

# Controls, halves of characters, and marks that turn the reading direction of what follows or show nothing at all.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+")
# A first name like "Win a prize at example.com" is how spammers borrow a shop's good name (and its welcome mail).
_ADVERTISES = re.compile(r"://|\bwww\.|@|\w{2,}\.\w{2,}", re.IGNORECASE)
_EMPTY_WORDS = frozenset({"null", "none", "undefined", "n/a", "unknown", "guest"})
_SCHEMES = frozenset({"http", "https"})


def line(text: str | None, longest: int = LONGEST_TITLE) -> str:
    """One line of at most `longest` characters: no controls, no direction overrides, single blanks; "" for None."""
    if not text:
        return ""
    # What is far too long is cut before it is looked at, so that a flood costs nothing.
    words = _INVISIBLE.sub(" ", text[: longest * 4]).split()
    cleaned = " ".join(words)
    if len(cleaned) <= longest:
        return cleaned
    # A joiner or a colour of an emoji makes no sense without what it joins.
    return cleaned[: longest - 1].rstrip("\u200d\ufe0f ") + "…"


def name(text: str | None) -> str:
    """A person's name, or "" where it cannot be one: a greeting without a name is better than one with nonsense."""
    cleaned = line(text, LONGEST_NAME + 1)
    is_name = len(cleaned) <= LONGEST_NAME and any(map(str.isalpha, cleaned))
    if not is_name or cleaned.lower() in _EMPTY_WORDS or _ADVERTISES.search(cleaned):
        return ""
    return cleaned


@lru_cache(maxsize=8192)
def url(text: str | None) -> str:
    """An http or https address with everything unusual percent-encoded, or "" where it is none."""
    address = (text or "").strip()
    if not address or len(address) > LONGEST_URL or _INVISIBLE.search(address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return ""
    return quote(address, safe="%/:?#@!$&*+,;=~-._[]")
