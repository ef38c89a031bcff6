"""The frame around every message: its stylesheet goes into the tags once per text, as many mail readers need it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import css_inline
from markupsafe import escape

from app.render.pieces import Pieces

FOLDER = Path(__file__).parents[2] / "templates" / "messages"
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Bodies:
    """A text's own words for the frame, tags hidden. `preview` may be ""."""

    preview: str
    html: str
    text: str


def html(bodies: Bodies, pieces: Pieces) -> str:
    """The whole page, tags hidden, styles in place; the rules for small and for dark screens stay in its head."""
    # What stands in an inbox are words, whatever a merchant wrote: only the body has been through Markdown.
    words = {"preview": str(escape(bodies.preview)), "body": bodies.html}
    page = _filled(pieces.hide(_frame("_layout.html")), words, pieces=pieces)
    return str(_INLINER.inline(page))


def text(bodies: Bodies, pieces: Pieces) -> str:
    return _filled(pieces.hide(_frame("_layout.txt").rstrip("\n")), {"body": bodies.text.rstrip("\n")}, pieces=pieces)


def _filled(frame: str, words: dict[str, str], *, pieces: Pieces) -> str:
    for name, value in words.items():
        place = pieces.word_of(name)
        if place is not None:
            frame = frame.replace(place, value)
    return frame


@lru_cache(maxsize=2)
def _frame(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
