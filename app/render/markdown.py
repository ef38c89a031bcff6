"""A text's Markdown as HTML and as plain text, once per text: customers' data is put in later and is never Markdown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.render.blocks import built
from app.render.names import kind
from app.render.pieces import BETWEEN, CLOSING, OPENING, Pieces, Tag
from app.render.values import Complaint
from app.translations import marked
from workflows.language import Phrase, Verbatim

STATEMENT = Verbatim("{% %}")
LINKS = marked("a link must begin with https://, http:// or mailto:, or be a name such as store.url")
BESIDE = marked("the words of a picture and the title of a link may hold names and no %(code)s")
OPEN = marked("a %(code)s is still open where its paragraph, list or emphasis ends")
TORN = marked("“%(tag)s” begins inside one paragraph, list or emphasis and ends in another")
_LINK = re.compile(r"https?://[^/]|mailto:.", re.IGNORECASE)


class _Markdown(MarkdownIt):
    """Links are judged by us and refused with a sentence; the parser would turn a bad one into plain words."""

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the parser calls it so.
        return True


_PARSER = _Markdown("commonmark", {"html": False, "breaks": True}).disable(
    ["code", "html_block", "html_inline", "reference"]
)


@dataclass(frozen=True, slots=True)
class Source:
    """Markdown whose tags are hidden, with the text's own line number for each of its lines."""

    words: str
    lines: Sequence[int]


def source(shown: str, pieces: Pieces, *, first_line: int) -> Source:
    """A line of statements alone stands between blocks: blank lines around it keep it out of paragraphs and lists."""
    rows: list[tuple[str, int]] = []
    for number, row in enumerate(shown.split("\n"), first_line):
        rows += [("", number), (row.strip(), number), ("", number)] if pieces.is_statements(row) else [(row, number)]
    return Source("\n".join(row for row, _ in rows), [number for _, number in rows])


def tokens(text: Source, pieces: Pieces) -> list[Token]:
    """The parsed Markdown: statements between blocks as bare words, lists inside their loops, lone links as buttons."""
    found = _PARSER.parse(text.words)
    found = list(_bare_statements(found, pieces))
    found = _loops_inside_lists(found, pieces)
    for one, before in zip(found[1:], found, strict=False):
        is_paragraph = one.type == "inline" and before.type == "paragraph_open" and not before.level
        if is_paragraph and _is_lone_link(one):
            before.attrSet("class", "action")
            _children(one)[0].attrSet("class", "button")
    return found


def complaints(found: Sequence[Token], pieces: Pieces, *, lines: Sequence[int]) -> Iterator[Complaint]:
    """Links that lead nowhere good, pictures that nobody can load, tags that tear the page apart."""
    for one in found:
        line = lines[one.map[0]] if one.map and one.map[0] < len(lines) else lines[-1]
        for child in one.children or ():
            address = str(child.attrGet("href") or child.attrGet("src") or "")
            if child.type in {"link_open", "image"} and not _is_good_link(address, pieces):
                yield Complaint(line, Phrase(LINKS))
            if any(tag.is_statement for tag in pieces.found(_beside(child))):
                yield Complaint(line, Phrase(BESIDE, {"code": STATEMENT}))
        if pieces.bare(one.info) != one.info:
            yield Complaint(line, Phrase("a block of code takes no tags in its first line"))
    yield from _torn(found, pieces)


def html(found: Sequence[Token], pieces: Pieces) -> str:
    """The body as HTML, tags still hidden."""
    for one in found:
        for child in one.children or ():
            for name in ("href", "src"):
                if address := child.attrGet(name):
                    child.attrSet(name, pieces.in_link(str(address)))
    return str(_PARSER.renderer.render(built(found, pieces), _PARSER.options, {}))


def _beside(child: Token) -> str:
    """What goes into attributes and not between tags."""
    words = child.content if child.type == "image" else ""
    return f"{words} {child.attrGet('title') or ''}"


def _is_good_link(address: str, pieces: Pieces) -> bool:
    tags = list(pieces.found(address))
    if any(tag.is_statement for tag in tags):
        return False
    begins_with_name = bool(tags) and address.startswith(pieces.stem)
    return _names_an_address(tags[0]) if begins_with_name else _LINK.match(address) is not None


def _names_an_address(tag: Tag) -> bool:
    # A loop's own variable is not known here: its "url" is believed to be one, and the filter judges each value again.
    return kind(tag.inside) == "url" or tag.inside.endswith((".url", ".image_url"))


def _is_lone_link(inline: Token) -> bool:
    children = _children(inline)
    opened = [child for child in children if child.type == "link_open"]
    has_words = all(child.type != "image" for child in children)
    return has_words and len(opened) == 1 and children[0] is opened[0] and children[-1].type == "link_close"


def _children(token: Token) -> list[Token]:
    return token.children or []


def _bare_statements(found: Sequence[Token], pieces: Pieces) -> Iterator[Token]:
    place = 0
    while place < len(found):
        one = found[place]
        inline = found[place + 1] if one.type == "paragraph_open" else None
        if inline is not None and pieces.is_statements(inline.content):
            for tag in re.findall(rf"{pieces.stem}o\d+x", inline.content):
                yield Token("html_block", "", 0, content=tag, map=one.map, level=one.level)
            place += 3
        else:
            yield one
            place += 1


def _loops_inside_lists(found: list[Token], pieces: Pieces) -> list[Token]:
    """A loop around a list with its items becomes one list with a loop inside."""
    made = list(found)
    for place, one in enumerate(found):
        if _verb(one, pieces) != "for" or place + 1 == len(found) or not found[place + 1].type.endswith("list_open"):
            continue
        opened = found[place + 1]
        ends = (n for n in range(place + 2, len(found)) if found[n].level == opened.level and found[n].nesting == -1)
        end = next(ends, len(found))
        if end + 1 < len(found) and _verb(found[end + 1], pieces) == "endfor":
            made[place], made[place + 1] = made[place + 1], made[place]
            made[end], made[end + 1] = made[end + 1], made[end]
    return made


def _verb(token: Token, pieces: Pieces) -> str:
    return next((tag.verb for tag in pieces.found(token.content)), "") if token.type == "html_block" else ""


def _torn(found: Sequence[Token], pieces: Pieces) -> Iterator[Complaint]:
    """Each {% if %} and {% for %} must end in the paragraph, list or emphasis in which it begins."""
    open_now: list[str] = []
    line = 1
    for one in _flat(found):
        if one.nesting and not _steps(open_now, one.nesting > 0, mark=one.type.rsplit("_", 1)[0]):
            yield Complaint(line, Phrase(OPEN, {"code": STATEMENT}))
            return
        for tag in pieces.found(one.content) if one.type != "inline" else ():
            line = tag.line
            if tag.is_statement and not _steps_tag(open_now, tag):
                yield Complaint(tag.line, Phrase(TORN, {"tag": Verbatim(tag.verb)}))
                return


def _flat(found: Sequence[Token]) -> Iterator[Token]:
    for one in found:
        yield one
        yield from one.children or ()


def _steps_tag(open_now: list[str], tag: Tag) -> bool:
    if tag.verb in BETWEEN:
        return bool(open_now) and open_now[-1] == "{%"
    return _steps(open_now, tag.verb in OPENING, mark="{%") if tag.verb in OPENING | CLOSING else True


def _steps(open_now: list[str], opens: bool, *, mark: str) -> bool:
    """Go one step in or out; False where what ends is not what began last."""
    if opens:
        open_now.append(mark)
        return True
    return bool(open_now) and open_now.pop() == mark
