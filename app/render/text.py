"""A text, compiled once: its subject, its plain words and its page, each a template of plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Template
from markdown_it.token import Token

from app.render import clean, layout, markdown, plain, rules
from app.render.blanks import Blanks, blanks
from app.render.dialect import HTML, PLAIN
from app.render.names import KNOWN, Kind
from app.render.pieces import CLOSING, OPENING, Pieces, raw_tags
from app.render.values import BadTextError, Complaint, in_order
from workflows.language import Phrase

SHORTEST_PREVIEW = 30
_SHOWN = {"softbreak": " ", "hardbreak": " ", "image": ""}
NO_SUBJECT = Phrase("the first line is the subject, and it is empty")
NO_BODY = Phrase("nothing stands below the subject")


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text that was found right, ready to be filled in. `direction` is "ltr" or "rtl", "" where it has no letters; `blanks`
    is None for one that has to be filled in whole."""

    name: str
    medium: str
    direction: str
    subject: Template
    plain: Template
    page: Template
    blanks: Blanks | None


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A text between its parsing and its compiling: tags hidden in `pieces`."""

    subject: str
    body: Sequence[Token]
    pieces: Pieces
    lines: Sequence[int]


def complaints(source: str, *, known: Mapping[str, Kind] = KNOWN) -> list[Complaint]:
    """Everything that is wrong with a text, in the order of its lines; empty where it may be saved. `known` is what it may
    name."""
    tree = rules.parsed(source)
    if isinstance(tree, Complaint):
        return [tree]
    found = [*raw_tags(source), *rules.complaints(tree, known=known)]
    if not _subject_of(source).strip():
        found.append(Complaint(1, NO_SUBJECT))
    elif not source.partition("\n")[2].strip():
        found.append(Complaint(1, NO_BODY))
    if found:
        return in_order(found)
    parsed = _parsed(source)
    return list(markdown.complaints(parsed.body, parsed.pieces, lines=parsed.lines))


def compiled(name: str, source: str, *, medium: str = "email") -> Text:
    """The text of this source, as it goes by this medium. Raises BadTextError naming the first line that is wrong."""
    if wrong := complaints(source):
        raise BadTextError(name, wrong[0].line, reason=wrong[0].reason)
    parsed = _parsed(source)
    pieces = parsed.pieces
    bodies = layout.Bodies(
        subject=parsed.subject,
        preview=_preview(parsed),
        html=markdown.html(parsed.body, pieces),
        # A notification is tapped as a whole: it leads to where its link leads, and shows none.
        text=plain.text(parsed.body, pieces, shows_links=medium != "push"),
    )
    # The frames' own tags join the pieces, so everything is put back only when both frames are filled.
    page = pieces.code(layout.html(bodies, pieces, medium=medium))
    words = pieces.code(layout.text(bodies, pieces, medium=medium))
    subject = pieces.code(parsed.subject)
    return Text(
        name=name,
        medium=medium,
        direction=clean.direction(pieces.bare(_words(parsed))),
        subject=PLAIN.from_string(subject),
        plain=PLAIN.from_string(words),
        page=HTML.from_string(page),
        blanks=blanks([PLAIN.parse(subject), PLAIN.parse(words), HTML.parse(page)]),
    )


def _subject_of(source: str) -> str:
    return source.partition("\n")[0]


def _parsed(source: str) -> _Parsed:
    subject, _, body = source.replace("\r\n", "\n").partition("\n")
    pieces = Pieces(source)
    shown_subject = pieces.hide(subject)
    text = markdown.source(pieces.hide(body, first_line=2), pieces, first_line=2)
    return _Parsed(shown_subject.strip(), markdown.tokens(text, pieces), pieces, text.lines)


def _words(parsed: _Parsed) -> str:
    """What a reader sees of the text, without the addresses of its links."""
    children = (child for one in parsed.body for child in one.children or ())
    return " ".join([parsed.subject, *(child.content for child in children)])


def _preview(parsed: _Parsed) -> str:
    """The first paragraph that says something whatever is chosen: what an inbox shows behind the subject, or ""."""
    pieces, depth = parsed.pieces, 0
    for place, one in enumerate(parsed.body):
        depth += sum(_step(tag.verb) for tag in pieces.found(one.content) if one.type == "html_block")
        before = parsed.body[place - 1]
        if depth or one.type != "inline" or before.type != "paragraph_open" or before.level:
            continue
        words = "".join(_SHOWN.get(child.type, child.content) for child in one.children or ())
        if len(pieces.bare(words)) >= SHORTEST_PREVIEW:
            return words
    return ""


def _step(verb: str) -> int:
    return (verb in OPENING) - (verb in CLOSING)
