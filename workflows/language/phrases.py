"""What a workflow says as a pattern and its values, so that whoever shows it can say it in another language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Verbatim:
    """What is the same in every language: a domain, a tag of a text, a name that somebody gave."""

    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern whose `%(name)s` are filled with `values`; `str()` says it in English.

    `many` is the pattern where the value `num` is not one. A value is a number, the name of a text or dial, what is the same in
    every language, or a phrase.
    """

    pattern: str
    values: "Mapping[str, Value]" = field(default_factory=dict)
    many: str | None = None

    def __str__(self) -> str:
        return (self.pattern if self.many is None or self.num == 1 else self.many) % self.values

    @property
    def num(self) -> int:
        """The number that chooses between `pattern` and `many`; 1 where there is none."""
        found = self.values.get("num", 1)
        return found if isinstance(found, int) else 1

    @property
    def message(self) -> str | tuple[str, str]:
        """What of it is translated: the pattern, or both where many are said in another way."""
        return self.pattern if self.many is None else (self.pattern, self.many)

    def parts(self) -> "Iterator[Phrase]":
        """Itself and every phrase inside."""
        yield self
        for value in self.values.values():
            if isinstance(value, Phrase):
                yield from value.parts()

    def names(self) -> Iterator[str]:
        """The names of texts and dials that it speaks of."""
        for part in self.parts():
            yield from (value for value in part.values.values() if isinstance(value, str))


Value = int | str | Verbatim | Phrase
