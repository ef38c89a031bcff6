"""How names are looked up: small letters, no accents, one space; "Ægir Åström" is found by "aegir ast"."""

import unicodedata

# Letters that are no accented form of another one, as people type them who do not have them.
PLAIN = str.maketrans({"æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "þ": "th", "ð": "d", "ı": "i"})
LONGEST = 200


def folded(text: str | None) -> str:
    """The form in which two spellings of one name are equal; empty for nothing."""
    small = (text or "").casefold()
    if not small.isascii():
        apart = unicodedata.normalize("NFKD", small).translate(PLAIN)
        small = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(small.split())[:LONGEST]


def name_keys(first: str | None, last: str | None) -> tuple[str | None, str | None]:
    """ "first last" and "last first" as they are looked up; None where there is no name."""
    one, other = folded(first), folded(last)
    return f"{one} {other}".strip()[:LONGEST] or None, f"{other} {one}".strip()[:LONGEST] or None
