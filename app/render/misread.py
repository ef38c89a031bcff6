"""What the parser could not read, as a merchant would be told: its own words are for programmers, and English alone."""

import re
from collections.abc import Mapping

from workflows.language import Phrase, Verbatim

UNREAD = Phrase("this is not understood")
_CLOSED_BY = {"if": "{% endif %}", "for": "{% endfor %}"}
_ENDS: Mapping[str, str] = {
    "end of print statement": "{{",
    "end of statement block": "{%",
    "end of comment": "{#",
}
_OPEN = re.compile(r"Unexpected end of template\..* closed is '(?P<open>\w+)'")
_INSIDE = re.compile(r"Encountered unknown tag '(?P<tag>\w+)'\..* closed is '(?P<open>\w+)'")
_TAG = re.compile(r"Encountered unknown tag '(?P<tag>\w+)'")
_ENDLESS = re.compile(r"unexpected end of template, expected '(?P<end>[^']+)'|Missing (?P<comment>end of comment) tag")
_SIGN = re.compile(r"unexpected (?:char )?(?P<quote>['\"])(?P<word>.+?)(?P=quote)|expected token .*got '(?P<got>.+)'")
_MISSING = re.compile(r"expected an expression|expected name or number|tag name expected", re.IGNORECASE)


def misread(message: str) -> Phrase:
    """The sentence for what the parser says."""
    found = _of_tags(message) or _of_signs(message)
    return Phrase("this is not understood: %(why)s", {"why": found}) if found else UNREAD


def not_allowed(word: str) -> Phrase:
    return Phrase("“%(word)s” is not allowed", {"word": Verbatim(word)})


def _of_tags(message: str) -> Phrase | None:
    if found := _OPEN.match(message):
        code = _CLOSED_BY.get(found["open"], f"{{% end{found['open']} %}}")
        return Phrase("“%(open)s” must end with %(code)s", _verbatim(open=found["open"], code=code))
    if found := _INSIDE.match(message):
        both = _verbatim(tag=found["tag"], open=found["open"])
        return Phrase("“%(tag)s” stands where “%(open)s” is still open", both)
    if found := _TAG.match(message):
        tag = _verbatim(tag=found["tag"])
        if found["tag"].startswith(("end", "el")):
            return Phrase("nothing is open that “%(tag)s” belongs to", tag)
        return Phrase("there is no “%(tag)s”", tag)
    return None


def _of_signs(message: str) -> Phrase | None:
    if found := _ENDLESS.match(message):
        return Phrase("%(code)s is never closed", _verbatim(code=_ENDS[found["end"] or found["comment"]]))
    found = _SIGN.match(message)
    word = (found["word"] or found["got"]) if found else ""
    if word and word not in _ENDS:
        return Phrase("“%(word)s” cannot stand there", _verbatim(word=word))
    return Phrase("something is missing") if word or _MISSING.match(message) else None


def _verbatim(**words: str) -> dict[str, Verbatim]:
    return {name: Verbatim(word) for name, word in words.items()}
