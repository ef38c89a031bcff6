"""A page of a message, read by a parser that did not write it: its tags, its words, and whether everything is closed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}


@dataclass(frozen=True)
class Tag:
    """One opened tag with its attributes, and the names of those that it stands in."""

    name: str
    attributes: dict[str, str]
    inside: tuple[str, ...]


@dataclass
class Page(HTMLParser):
    """What was found in a page. `torn` names what was closed in the wrong order, or never."""

    tags: list[Tag] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.torn += [f"{tag} says {name} twice" for name in set(names) if names.count(name) > 1]
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.torn.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self._open):
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def close(self) -> None:
        super().close()
        self.torn += [f"<{tag}> is never closed" for tag in self._open]

    def named(self, name: str) -> Iterator[Tag]:
        return (one for one in self.tags if one.name == name)

    @property
    def said(self) -> str:
        """Every word of the page, single blanks between."""
        return " ".join(" ".join(self.words).split())


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page
