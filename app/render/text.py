"""A text, compiled once: its subject, its plain words and its page, each a template of plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Template
from markdown_it.token import Token

from app.render import layout, markdown, plain, rules
from app.render.dialect import HTML, PLAIN
from app.render.pieces import Pieces, raw_tags
from app.render.values import BadTextError, Complaint

SHORTEST_PREVIEW = 30
NO_SUBJECT = "the first line is the subject, and it is empty"
NO_BODY = "nothing stands below the subject"


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was found right, ready to be filled in."""

    name: str
    subject: Template
    plain: Template
    page: Template


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A text between its parsing and its compiling: tags hidden in `pieces`."""

    subject: str
    body: Sequence[Token]
    pieces: Pieces
    lines: Sequence[int]


def complaints(source: str) -> list[Complaint]:
    """Everything that is wrong with a text, in the order of its lines; empty where it may be saved."""
    tree = rules.parsed(source)
    if isinstance(tree, Complaint):
        return [tree]
    found = [*raw_tags(source), *rules.complaints(tree)]
    if not _subject_of(source).strip():
        found.append(Complaint(1, NO_SUBJECT))
    elif not source.partition("\n")[2].strip():
        found.append(Complaint(1, NO_BODY))
    if found:
        return sorted(found, key=lambda one: (one.line, one.reason))
    parsed = _parsed(source)
    return list(markdown.complaints(parsed.body, parsed.pieces, lines=parsed.lines))


def compiled(name: str, source: str) -> Text:
    """The text of this source. Raises BadTextError naming the first line that is wrong."""
    if wrong := complaints(source):
        raise BadTextError(name, wrong[0].line, reason=wrong[0].reason)
    parsed = _parsed(source)
    pieces = parsed.pieces
    bodies = layout.Bodies(
        preview=_preview(parsed), html=markdown.html(parsed.body, pieces), text=plain.text(parsed.body, pieces)
    )
    # The frames' own tags join the pieces, so everything is put back only when both frames are filled.
    page, words = layout.html(bodies, pieces), layout.text(bodies, pieces)
    return Text(
        name=name,
        subject=PLAIN.from_string(pieces.code(parsed.subject)),
        plain=PLAIN.from_string(pieces.code(words)),
        page=HTML.from_string(pieces.code(page)),
    )


def _subject_of(source: str) -> str:
    return source.partition("\n")[0]


def _parsed(source: str) -> _Parsed:
    subject, _, body = source.replace("\r\n", "\n").partition("\n")
    pieces = Pieces(source)
    shown_subject = pieces.hide(subject)
    text = markdown.source(pieces.hide(body, first_line=2), pieces, first_line=2)
    return _Parsed(shown_subject.strip(), markdown.tokens(text, pieces), pieces, text.lines)


def _preview(parsed: _Parsed) -> str:
    """The first paragraph that says something: what an inbox shows behind the subject. "" where each holds a choice."""
    for place, one in enumerate(parsed.body):
        before = parsed.body[place - 1]
        if one.type != "inline" or before.type != "paragraph_open" or before.level:
            continue
        words = " ".join(child.content for child in one.children or () if child.type == "text")
        is_choice = any(tag.is_statement for tag in parsed.pieces.found(words))
        if not is_choice and len(parsed.pieces.bare(words)) >= SHORTEST_PREVIEW:
            return words
    return ""
