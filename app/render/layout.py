"""The frame around every message, one a medium: a mail's stylesheet goes into its tags once per text, as readers need it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import css_inline
from markupsafe import escape

from app.render.pieces import Pieces

FOLDER = Path(__file__).parents[2] / "templates" / "messages"
# A phone shows words; the page around them is for whoever looks at the text before it leaves.
PAGES = {"sms": "_phone.html", "push": "_phone.html"}
WORDS = {"sms": "_sms.txt", "push": "_push.txt"}
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Bodies:
    """A text's own words for the frame, tags hidden. `preview` may be ""."""

    subject: str
    preview: str
    html: str
    text: str


def html(bodies: Bodies, pieces: Pieces, *, medium: str) -> str:
    """The whole page, tags hidden, styles in place; the rules for small and for dark screens stay in its head."""
    # What stands in an inbox are words, whatever a merchant wrote: only the body has been through Markdown.
    words = {"subject": str(escape(bodies.subject)), "preview": str(escape(bodies.preview)), "body": bodies.html}
    page = _filled(pieces.hide(_frame(PAGES.get(medium, "_layout.html"))), words, pieces=pieces)
    return str(_INLINER.inline(page))


def text(bodies: Bodies, pieces: Pieces, *, medium: str) -> str:
    words = {"subject": bodies.subject, "body": bodies.text.rstrip("\n")}
    return _filled(pieces.hide(_frame(WORDS.get(medium, "_layout.txt")).rstrip("\n")), words, pieces=pieces)


def _filled(frame: str, words: dict[str, str], *, pieces: Pieces) -> str:
    for name, value in words.items():
        place = pieces.word_of(name)
        if place is not None:
            frame = frame.replace(place, value)
    return frame


@lru_cache(maxsize=8)
def _frame(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
