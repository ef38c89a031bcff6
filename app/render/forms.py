"""A text filled in once for everybody, with blanks; then each message costs the joining of a few words.

Most of a message is the same for all who get it: the store's frame, its colours, the words of the text. So the text goes once
through the templates with a mark in the place of each blank, and is cut at the marks. What makes other words is part of the
form's key: the text, the store's voice, the numbers that the text asks about, and which blanks are empty. The bytes are those
of the whole way, which a property holds to.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from app.render import clean
from app.render.context import Plain, context, personal
from app.render.cut import Page, Words, cut, cut_page, mark
from app.render.text import Text
from app.render.values import Voice
from app.render.walks import told
from workflows.language import Facts

MOST_FORMS = 500
_numbers = count()
_kept: dict[tuple[Any, ...], "Form"] = {}


@dataclass(frozen=True, slots=True)
class Form:
    """The three parts of a text, cut at their blanks."""

    subject: Words
    plain: Words
    page: Page


def filled(text: Text, facts: Facts, *, voice: Voice) -> tuple[str, str, str] | None:
    """Subject, plain words and page by the text's form; None where the text has to be filled in whole."""
    blanks = text.blanks
    if blanks is None:
        return None
    try:
        said = [personal(name, facts, voice=voice) for name in blanks.said]
        asked = tuple(personal(name, facts, voice=voice) for name in blanks.asked)
        shared = _kind(voice.shared)
        walked = told(blanks.walks, facts, voice=voice, shared=shared, direction=text.direction)
    except KeyError:
        # It names something that this message does not have, and the whole way says so.
        return None
    if not all(clean.is_address(said[place]) for place in blanks.strange):
        return None
    key = (text, shared, asked, tuple(map(bool, said)))
    form = _kept.get(key) or _keep(key, _made(text, _with_marks(text, facts, voice=voice), voice=voice))
    words = [*walked, *map(str, said)]
    return form.subject.filled(words), form.plain.filled(words), form.page.filled(words, voice.way)


@lru_cache(maxsize=MOST_FORMS)
def _kind(shared: Hashable) -> int:
    """A number for what the voices of one kind of messages share: long to look up, and so looked up once a message."""
    del shared
    return next(_numbers)


def _value(known: Plain, name: str) -> Any:
    above, _, below = name.partition(".")
    found: Any = known[above]
    return found[below] if below else found


def _keep(key: tuple[Any, ...], form: Form) -> Form:
    if len(_kept) >= MOST_FORMS:
        _kept.clear()
    _kept[key] = form
    return form


def _with_marks(text: Text, facts: Facts, *, voice: Voice) -> Plain:
    """What the text can name, with a mark in the place of every blank that is not empty."""
    values = context(facts, voice, direction=text.direction)
    blanks = text.blanks
    if blanks is None:
        return values
    for number, name in enumerate(blanks.said):
        if not _value(values, name):
            continue
        instead = mark(number + len(blanks.walks), is_address=number in blanks.urls)
        above, _, below = name.partition(".")
        found: Any = values[above]
        # Anew: some of these are kept for other messages.
        values[above] = {**found, below: instead} if below else instead
    return values


def _made(text: Text, values: Plain, *, voice: Voice) -> Form:
    frames = text.blanks.frames if text.blanks else None
    subject, plain, page = (one.render(values) for one in frames or (text.subject, text.plain, text.page))
    return Form(cut(subject), cut(plain), cut_page(page, voice.way, ready=len(text.blanks.walks) if text.blanks else 0))
