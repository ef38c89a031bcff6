"""A text's Jinja tags kept apart from its words, so that Markdown and CSS never see the tags and nobody can forge one.

Each tag is replaced by a word of letters and digits that nobody can guess. When the words around it are finished HTML or
plain text, every brace that is left is made harmless and each word becomes its tag again: whatever Markdown may have made of
"{\\{" or "&#123;" is never read as a tag.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError

from app.render.dialect import PLAIN
from app.render.misread import not_allowed
from app.render.names import AFTER_A_WORD
from app.render.values import Complaint

OPENING, BETWEEN, CLOSING = frozenset({"if", "for"}), frozenset({"else", "elif"}), frozenset({"endif", "endfor"})
RAW = "raw"

_MAY_BE_EMPTY = re.compile(r"(customer\.(?:first|last)_name)(?:\s*\|\s*(?:upper|lower|capitalize))*")


@dataclass(frozen=True, slots=True)
class Tag:
    """One {{ }} or {% %}. `inside` is what stands in it; `gap` the comma and blank that go with an empty value."""

    inside: str
    is_statement: bool
    line: int
    gap: str = ""

    @property
    def verb(self) -> str:
        """The first word of a statement: "if", "endfor"; "" for an output."""
        return self.inside.split(None, 1)[0] if self.is_statement else ""

    def code(self, use: str) -> str:
        if self.is_statement:
            return f"{{% {self.inside} %}}"
        if use == "o" and self.gap:
            bare = self.inside.split("|")[0].strip()
            return f"{{% if {bare} %}}{self.gap}{{{{ {self.inside} }}}}{{% endif %}}"
        return f"{{{{ ({self.inside}){_FILTERS[use]} }}}}"


# How a tag is used: as it stands, as a whole link, as a part of one.
_FILTERS = {"o": "", "u": " | link", "p": " | part"}


@dataclass(slots=True)
class Pieces:
    """The tags of one text and the words that stand for them; `seed` makes the words differ from text to text."""

    seed: str
    tags: list[Tag] = field(default_factory=list)
    stem: str = ""

    def __post_init__(self) -> None:
        # Nobody can write a text that holds the hash of itself.
        self.stem = "z" + hashlib.sha256(self.seed.encode("utf-8", "replace")).hexdigest()[:16]

    def hide(self, source: str, *, first_line: int = 1) -> str:
        """The source with a word for each tag. Raises TemplateSyntaxError."""
        shown = ""
        for kind, inside, number in _tokens(source):
            if kind == "data":
                shown += inside
                continue
            gap = AFTER_A_WORD.search(shown) if kind == "variable" and _MAY_BE_EMPTY.fullmatch(inside) else None
            shown = shown[: gap.start()] if gap else shown
            shown += self._word(Tag(inside, kind == "block", number + first_line - 1, gap[0] if gap else ""))
        return shown

    def found(self, text: str) -> Iterator[Tag]:
        """The tags that a piece of text holds, in their order."""
        return (self.tags[int(one[2])] for one in self._words.finditer(text))

    def bare(self, text: str) -> str:
        """The words alone, without the tags."""
        return self._words.sub("", text)

    def is_statements(self, text: str) -> bool:
        """Whether there is nothing here but statements, and one at least."""
        rest = self.bare(text)
        found = list(self.found(text))
        return bool(found) and not rest.strip() and all(tag.is_statement for tag in found)

    def in_link(self, address: str) -> str:
        """The address with its tags used as links or as parts of one."""
        return self._words.sub(lambda one: f"{self.stem}{'p' if one.start() else 'u'}{one[2]}x", address)

    def in_words(self, address: str) -> str:
        """The address as it would stand among words."""
        return self._words.sub(rf"{self.stem}o\2x", address)

    def code(self, text: str) -> str:
        """Jinja source: the words as tags again, every brace of the rest harmless."""
        made, place = [], 0
        for one in self._words.finditer(text):
            made += [_harmless(text[place : one.start()]), self.tags[int(one[2])].code(one[1])]
            place = one.end()
        return "".join([*made, _harmless(text[place:])])

    def word_of(self, inside: str) -> str | None:
        """The word that stands for an output of this name; None where the text has none."""
        found = [number for number, tag in enumerate(self.tags) if tag.inside == inside and not tag.is_statement]
        return f"{self.stem}o{found[-1]}x" if found else None

    @property
    def _words(self) -> re.Pattern[str]:
        return re.compile(rf"{self.stem}([oup])(\d+)x")

    def _word(self, tag: Tag) -> str:
        self.tags.append(tag)
        return f"{self.stem}o{len(self.tags) - 1}x"


def _tokens(source: str) -> Iterator[tuple[str, str, int]]:
    """("data", text, line), ("variable", inside, line) and ("block", inside, line); comments are left out."""
    kind, inside, begun = "", "", 1
    for line, part, value in PLAIN.lex(source):
        if part == "raw_begin":
            raise TemplateSyntaxError(RAW, line)
        if part == "data":
            yield "data", value, line
        elif part in {"variable_begin", "block_begin"}:
            kind, inside, begun = part.removesuffix("_begin"), "", line
        elif part in {"variable_end", "block_end"}:
            yield kind, inside.strip(), begun
        elif not part.startswith("comment"):
            inside += value


def _harmless(text: str) -> str:
    return text.replace("{", '{{ "{" }}')


def raw_tags(source: str) -> list[Complaint]:
    """What the parser lets pass and this cannot keep apart."""
    try:
        list(_tokens(source))
    except TemplateSyntaxError as error:
        # Whatever else stops here has stopped the parser before.
        return [Complaint(error.lineno, not_allowed(RAW))]
    return []
