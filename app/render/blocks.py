"""What mail clients need built of tables: buttons that keep their padding in Outlook, and lists of things with their pictures.

Only the HTML is built so; the plain words of the same text stay paragraphs and lists.
"""

import re
from collections.abc import Iterator, Sequence
from copy import copy

from markdown_it.token import Token

from app.render.pieces import Pieces

TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'
BUTTON = f'<table class="action" {TABLE}><tr><td class="button">'
BUTTON_END = "</td></tr></table>\n"
# A table each: a loop's tags may stand between tables and not between rows, where a parser of HTML throws them out.
THING = f'<table class="thing" {TABLE} width="100%"><tr><td class="picture" valign="top">'
THING_END = "</td></tr></table>\n"
PICTURE_WIDTH = "72"


def built(found: Sequence[Token], pieces: Pieces) -> list[Token]:
    """The tokens with buttons and lists of things as tables."""
    return list(_buttons(_things(found, pieces)))


def _buttons(found: Sequence[Token]) -> Iterator[Token]:
    is_action = False
    for one in found:
        if one.type == "paragraph_open" and one.attrGet("class") == "action":
            is_action = True
            yield _raw(BUTTON)
        elif one.type == "paragraph_close" and is_action:
            is_action = False
            yield _raw(BUTTON_END)
        else:
            yield one


def _raw(words: str) -> Token:
    return Token("html_block", "", 0, content=words)


def _things(found: Sequence[Token], pieces: Pieces) -> list[Token]:
    made: list[Token] = []
    place = 0
    while place < len(found):
        end = _end_of_list(found, place) if found[place].type == "bullet_list_open" else place
        rows = _rows(found[place + 1 : end], pieces) if end > place else None
        made += [found[place]] if rows is None else [_raw('<div class="things">\n'), *rows, _raw("</div>\n")]
        place = place + 1 if rows is None else end + 1
    return made


def _end_of_list(found: Sequence[Token], place: int) -> int:
    level = found[place].level
    return next(
        n for n in range(place + 1, len(found)) if found[n].type == "bullet_list_close" and found[n].level == level
    )


def _rows(inside: Sequence[Token], pieces: Pieces) -> list[Token] | None:
    """The items as tables of two cells; None where one of them is more than a line that begins with a picture."""
    made: list[Token] = []
    for one in inside:
        if one.type in {"paragraph_open", "paragraph_close"}:
            continue
        if one.type == "list_item_open":
            made.append(_raw(THING))
        elif one.type == "list_item_close":
            made.append(_raw(THING_END))
        elif one.type == "html_block":
            made.append(one)
        elif one.type != "inline" or (parts := _parted(one, pieces)) is None or (made and made[-1].type == "inline"):
            return None
        else:
            made += [parts[0], _raw('</td><td class="about" width="100%" valign="top">'), parts[1]]
    return made if any(one.type == "inline" for one in made) else None


def _parted(inline: Token, pieces: Pieces) -> tuple[Token, Token] | None:
    """The picture that an item begins with, with the {% if %} around it, and the words behind it."""
    children = inline.children or []
    place = next((number for number, child in enumerate(children) if child.type == "image"), None)
    if place is None or any(pieces.bare(child.content).strip() for child in children[:place]):
        return None
    rest = children[place + 1 :]
    opened = [tag.verb for child in children[:place] for tag in pieces.found(child.content)]
    tail, rest = _closing(rest, pieces) if opened == ["if"] else ([], rest)
    if opened and not tail:
        return None
    children[place].attrSet("width", PICTURE_WIDTH)
    return _with(inline, [*children[: place + 1], *tail]), _with(inline, rest)


def _closing(rest: list[Token], pieces: Pieces) -> tuple[list[Token], list[Token]]:
    """The {% endif %} that stands right behind the picture, and what is left; nothing where the words belong to it too."""
    if not rest:
        return [], rest
    word = re.match(rf"(?:{pieces.stem}o\d+x)", rest[0].content)
    if word is None or [tag.verb for tag in pieces.found(word[0])] != ["endif"]:
        return [], rest
    closing, left = copy(rest[0]), copy(rest[0])
    closing.content, left.content = word[0], rest[0].content[word.end() :]
    return [closing], [left, *rest[1:]]


def _with(inline: Token, children: list[Token]) -> Token:
    part = copy(inline)
    part.children = children
    return part
