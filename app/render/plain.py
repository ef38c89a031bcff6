"""The plain part of a mail: parsed Markdown as words that read well without any mark-up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from app.render.pieces import Pieces


@dataclass(slots=True)
class _List:
    """A list that is being written: the number of its next item, or None where it has bullets."""

    number: int | None
    is_outermost: bool

    def marker(self) -> str:
        if self.number is None:
            return "- "
        self.number += 1
        return f"{self.number - 1}. "


@dataclass(slots=True)
class _Page:
    """What is written so far. `margin` stands before every line, `marker` before the next block only."""

    pieces: Pieces
    shows_links: bool = True
    written: list[str] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    marker: str = ""

    def block(self, words: str, *, gap: bool = True) -> None:
        margin = "".join(self.margins)
        first = margin[: len(margin) - len(self.marker)] + self.marker if self.marker else margin
        self.marker = ""
        lines = words.split("\n")
        self.written += [first + lines[0], *(f"\n{margin}{line}" for line in lines[1:]), "\n\n" if gap else "\n"]


def text(found: Sequence[Token], pieces: Pieces, *, shows_links: bool = True) -> str:
    """The body as plain text, tags still hidden; every block ends with a blank line, statements stand between them. Where it
    shows no links, a link is its words alone, and a button is left out."""
    page = _Page(pieces, shows_links)
    is_button = False
    for place, one in enumerate(found):
        if one.type == "paragraph_open":
            is_button = one.attrGet("class") == "action"
        elif one.type == "inline":
            words = _inline(one, page, is_button=is_button)
            # A "hidden" paragraph is an item of a list without blank lines; one of pictures alone says nothing here.
            if words.strip() or page.marker:
                page.block(words, gap=not found[place - 1].hidden)
        else:
            _block(one, page)
    return "".join(page.written)


def _block(one: Token, page: _Page) -> None:
    if one.type in {"bullet_list_open", "ordered_list_open"}:
        page.lists.append(_List(int(one.attrGet("start") or 1) if one.tag == "ol" else None, not page.lists))
    elif one.type in {"bullet_list_close", "ordered_list_close"}:
        _close_list(page)
    elif one.type == "list_item_open":
        page.marker = page.lists[-1].marker()
        page.margins.append(" " * len(page.marker))
    elif one.type == "blockquote_open":
        page.margins.append("> ")
    elif one.type in {"list_item_close", "blockquote_close"}:
        page.margins.pop()
    else:
        _leaf(one, page)


def _leaf(one: Token, page: _Page) -> None:
    if one.type == "html_block":
        page.written.append(one.content)
    elif one.type == "hr":
        page.block("* * *")
    elif one.type == "fence":
        page.block(one.content.rstrip("\n"))


def _close_list(page: _Page) -> None:
    closed = page.lists.pop()
    ends_with_gap = bool(page.written) and page.written[-1] == "\n\n"
    if closed.is_outermost and not ends_with_gap:
        page.written.append("\n")


def _inline(inline: Token, page: _Page, *, is_button: bool) -> str:
    if is_button and not page.shows_links:
        return ""
    pieces = page.pieces
    made: list[str] = []
    links: list[tuple[str, int]] = []
    for one in inline.children or ():
        if one.type == "link_open":
            links.append((pieces.in_link(str(one.attrGet("href"))), len(made)))
        elif one.type == "link_close":
            address, begun = links.pop()
            words = "".join(made[begun:])
            says_itself = words in {pieces.in_words(address), pieces.in_words(address.removeprefix("mailto:"))}
            shown = _link("" if says_itself else words, address, is_button=is_button)
            made[begun:] = [shown if page.shows_links else words]
        elif one.type != "image":
            made.append("\n" if one.type in {"softbreak", "hardbreak"} else one.content)
    return "".join(made)


def _link(words: str, address: str, *, is_button: bool) -> str:
    shown = address.removeprefix("mailto:")
    if not words.strip():
        return shown
    return f"{words}:\n{shown}" if is_button else f"{words} ({shown})"
