"""What others wrote about themselves, made fit to stand inside our sentences; escaping is not done here."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

LONGEST_NAME = 60
LONGEST_TITLE = 200
LONGEST_URL = 2000
# An address in which nothing is unusual, as all of the house's own doors are.
_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/=-]*)?")

# Controls, halves of characters, and marks that turn the reading direction of what follows or show nothing at all.
_CONTROLS = r"\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\ufeff\ufff9-\ufffb\ud800-\udfff"
_INVISIBLE = re.compile(f"[{_CONTROLS}\u2066-\u2069]+")
_INVISIBLE_BUT_ISOLATES = re.compile(f"[{_CONTROLS}\u2066\u2067]+")
# A first name like "Win a prize at example.com" is how spammers borrow a shop's good name (and its welcome mail).
_ADVERTISES = re.compile(r"://|\bwww\.|@|\w{2,}\.\w{2,}", re.IGNORECASE)
# Letters of the scripts that are read from right to left: Hebrew to Arabic Extended, their presentation forms, and others.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_EMPTY_WORDS = frozenset({"null", "none", "undefined", "n/a", "unknown", "guest"})
_SCHEMES = frozenset({"http", "https"})


def line(text: str | None, longest: int = LONGEST_TITLE) -> str:
    """One line of at most `longest` characters: no controls, no direction overrides, single blanks; "" for None."""
    return _line(text, longest, unwanted=_INVISIBLE) if text else ""


def subject(text: str, longest: int) -> str:
    """A line that was filled in: the marks that hold its values together stay."""
    return _line(text, longest, unwanted=_INVISIBLE_BUT_ISOLATES)


def _line(text: str, longest: int, *, unwanted: re.Pattern[str]) -> str:
    # What is far too long is cut before it is looked at, so that a flood costs nothing.
    words = unwanted.sub(" ", text[: longest * 4]).split()
    cleaned = " ".join(words)
    if len(cleaned) <= longest:
        return cleaned
    # A joiner or a colour of an emoji makes no sense without what it joins.
    return cleaned[: longest - 1].rstrip("\u200d\ufe0f ") + "…"


def isolated(words: str) -> str:
    """Words that are read from right to left, held together so that they do not turn round what stands beside them."""
    if words.isascii():
        return words
    return f"\u2068{words}\u2069" if words and _RIGHT_TO_LEFT.search(words) else words


def direction(words: str) -> str:
    """ "rtl" or "ltr", as most letters are read; "" where there are none."""
    right = len(_RIGHT_TO_LEFT.findall(words))
    letters = sum(map(str.isalpha, words))
    if not letters:
        return ""
    return "rtl" if right * 2 > letters else "ltr"


def name(text: str | None) -> str:
    """A person's name, or "" where it cannot be one: a greeting without a name is better than one with nonsense."""
    if text and len(text) <= LONGEST_NAME and text.isascii() and text.isalpha():
        # One plain word, as most are: nothing to clean, and nothing it could advertise.
        return "" if text.lower() in _EMPTY_WORDS else text
    cleaned = line(text, LONGEST_NAME + 1)
    is_name = len(cleaned) <= LONGEST_NAME and any(map(str.isalpha, cleaned))
    if not is_name or cleaned.lower() in _EMPTY_WORDS or _ADVERTISES.search(cleaned):
        return ""
    return cleaned


@lru_cache(maxsize=8192)
def url(text: str | None) -> str:
    """As `one_url`, for an address that comes up in many messages."""
    return one_url(text)


def is_address(text: str) -> bool:
    """Whether an address that has been cleaned is one that cleaning leaves as it is; an empty one is."""
    return not text or _PLAIN_URL.fullmatch(text) is not None or url(text) == text


def one_url(text: str | None) -> str:
    """An http or https address with everything unusual percent-encoded, or "" where it is none."""
    address = (text or "").strip()
    if len(address) <= LONGEST_URL and _PLAIN_URL.fullmatch(address):
        return address
    if not address or len(address) > LONGEST_URL or _INVISIBLE.search(address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return ""
    return quote(address, safe="%/:?#@!$&*+,;=~-._[]")
