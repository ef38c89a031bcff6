"""Shopify's search syntax: `updated_at:>='2026-01-01T00:00:00Z' AND NOT status:draft`. It fails open, as the real one.

A key that a resource does not know is left out of the question and said in extensions.search; a caller who does not
look gets everything.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.standins.shopify.graph.errors import unbuilt

Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])
        |(?P<minus>-(?=\S))
        |(?P<key>[\w.]+)\s*:\s*(?P<op><=|>=|<|>)?\s*(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()'":]+)
        |(?P<word>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()]+))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One `key:value`. `kind` of a key says how its value is read: time, id, text, word, number or yes_no."""

    key: str
    op: str
    value: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Key:
    """How a search key looks at a record. `whole_day` widens times to days, as customers do."""

    kind: str
    read: Callable[[Any], Any]
    whole_day: bool = False


@dataclass(eq=False)
class Reader:
    """Reads one query for one resource. `known` are all keys that the real resource has, `keys` those built here."""

    known: frozenset[str]
    keys: Mapping[str, Key]
    now: datetime
    warnings: list[dict[str, str]] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)

    def read(self, text: str) -> Test:
        """The test that records must pass."""
        tokens = [match for match in _TOKEN.finditer(text) if match.group().strip()]
        test, rest = self._any(tokens)
        return test if not rest else self._every([test, self._any(rest[1:])[0]])

    def _any(self, tokens: list[re.Match[str]]) -> tuple[Test, list[re.Match[str]]]:
        tests, rest = [], tokens
        while True:
            test, rest = self._all(rest)
            tests.append(test)
            if not (rest and rest[0]["word"] == "OR"):
                return (tests[0] if len(tests) == 1 else lambda one: any(t(one) for t in tests)), rest
            rest = rest[1:]

    def _all(self, tokens: list[re.Match[str]]) -> tuple[Test, list[re.Match[str]]]:
        tests: list[Test] = []
        rest = tokens
        while rest and rest[0]["word"] != "OR" and rest[0]["paren"] != ")":
            if rest[0]["word"] == "AND":
                rest = rest[1:]
                continue
            test, rest = self._one(rest)
            tests.append(test)
        return self._every(tests), rest

    def _every(self, tests: list[Test]) -> Test:
        return tests[0] if len(tests) == 1 else lambda one: all(test(one) for test in tests)

    def _one(self, tokens: list[re.Match[str]]) -> tuple[Test, list[re.Match[str]]]:
        head, rest = tokens[0], tokens[1:]
        if (head["minus"] or head["word"] == "NOT") and rest:
            test, rest = self._one(rest)
            return (lambda one: not test(one)), rest
        if head["paren"] == "(":
            test, rest = self._any(rest)
            return test, rest[1:]
        if head["key"]:
            return self._term(head), rest
        return self._free(head), rest

    def _term(self, head: re.Match[str]) -> Test:
        raw = head["value"]
        quoted = raw[0] in "\"'"
        term = Term(head["key"], head["op"] or "", raw[1:-1] if quoted else raw, quoted)
        self.terms.append(term)
        if term.key not in self.known:
            return self._warned(term.key)
        if term.key not in self.keys:
            raise unbuilt(f"the search key {term.key}")
        return _test(self.keys[term.key], term, now=self.now)

    def _free(self, head: re.Match[str]) -> Test:
        """A word without a key; `:45:22Z` is what is left of a time that nobody quoted."""
        word = head["word"] or ""
        left = re.match(r":?(\w+):", word)
        if left or word.startswith(":"):
            return self._warned(left[1] if left else word.strip(":"))
        if "default" not in self.keys:
            return self._warned(word) if "default" not in self.known else _nothing(word)
        return _test(self.keys["default"], Term("default", "", word.strip("\"'"), quoted=False), now=self.now)

    def _warned(self, key: str) -> Test:
        said = {"field": key, "message": "Invalid search field for this query.", "code": "invalid_field"}
        self.warnings.append(said)
        return lambda _one: True


def _nothing(word: str) -> Test:
    raise unbuilt(f"a search for the bare word {word}")


def _test(key: Key, term: Term, *, now: datetime) -> Test:
    if term.value == "*":
        return lambda one: key.read(one) not in (None, "", [])
    return _time(key, term, now=now) if key.kind == "time" else _KINDS[key.kind](key, term)


def _time(key: Key, term: Term, *, now: datetime) -> Test:
    """Without an hour a time means its whole day; `now` is the store's clock."""
    start = now if term.value == "now" else _moment(term.value)
    whole = key.whole_day or (len(term.value) <= 10 and term.value != "now")
    if whole:
        start = start.replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + (_span(term.value) if whole else timedelta(seconds=1))
    tests: dict[str, Test] = {
        ">=": lambda one: _known(key, one) and key.read(one) >= start,
        ">": lambda one: _known(key, one) and key.read(one) >= (start if key.whole_day else end),
        "<": lambda one: _known(key, one) and key.read(one) < (end if key.whole_day else start),
        "<=": lambda one: _known(key, one) and key.read(one) < end,
        "": lambda one: _known(key, one) and start <= key.read(one) < end,
    }
    return tests[term.op]


def _known(key: Key, one: Any) -> bool:
    return key.read(one) is not None


def _moment(text: str) -> datetime:
    padded = text + "-01-01"[len(text) - 4 :] if len(text) in {4, 7} else text
    try:
        found = datetime.fromisoformat(padded)
    except ValueError:
        # What the platform cannot read as a time matches nothing sensible; long ago is its own answer too.
        return datetime(1970, 1, 1, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _span(text: str) -> timedelta:
    return timedelta(days={4: 365, 7: 31}.get(len(text), 1))


def _number(key: Key, term: Term) -> Test:
    """Ids and numbers; an id may be written in its long form."""
    try:
        wanted = float(term.value.rsplit("/", 1)[-1])
    except ValueError:
        return lambda _one: False
    tests: dict[str, Test] = {
        ">=": lambda one: key.read(one) >= wanted,
        ">": lambda one: key.read(one) > wanted,
        "<": lambda one: key.read(one) < wanted,
        "<=": lambda one: key.read(one) <= wanted,
        "": lambda one: key.read(one) == wanted,
    }
    return tests[term.op]


def _word(key: Key, term: Term) -> Test:
    """A word of a fixed list; several may be given with commas, and `any` is all of them."""
    wanted = {part.strip().lower() for part in term.value.split(",")}
    return lambda one: "any" in wanted or str(key.read(one) or "").lower() in wanted


def _text(key: Key, term: Term) -> Test:
    """Text is cut into words; in quotes it must be the whole of it."""
    wanted = term.value.lower()
    if term.quoted:
        return lambda one: wanted == str(key.read(one) or "").lower()
    parts = [part for part in re.split(r"[^\w]+", wanted.rstrip("*")) if part]
    return lambda one: _holds(str(key.read(one) or "").lower(), parts)


def _holds(text: str, parts: list[str]) -> bool:
    words = re.split(r"[^\w]+", text)
    return all(any(word.startswith(part) for word in words) for part in parts)


def _among(key: Key, term: Term) -> Test:
    wanted = term.value.lower()
    return lambda one: wanted in {str(item).lower() for item in key.read(one)}


def _yes_no(key: Key, term: Term) -> Test:
    wanted = term.value.lower() == "true"
    return lambda one: bool(key.read(one)) is wanted


_KINDS: dict[str, Callable[[Key, Term], Test]] = {
    "number": _number,
    "word": _word,
    "text": _text,
    "among": _among,
    "yes_no": _yes_no,
}
