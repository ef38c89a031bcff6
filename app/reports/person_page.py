"""Everything that is held about a person as one page that a person can read: made from the export, so nothing is left out.

The page is whole in itself: no script, nothing loaded, so that the store's owner may pass it on as a file.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment

from app.translations import marked, said

TITLES = {
    "customer": marked("Who you are to the store"),
    "identity": marked("Names by which the store knows you"),
    "consent": marked("What you answered about messages"),
    "confirmation": marked("Questions that your mailbox was asked"),
    "device": marked("Browsers that may show you notifications"),
    "suppression": marked("Addresses that are not written to"),
    "orders": marked("Orders"),
    "order_line": marked("What was in them"),
    "refund": marked("Money given back"),
    "fulfillment": marked("Parcels"),
    "checkout": marked("Checkouts that were begun"),
    "interest": marked("Products that you looked at or asked for"),
    "review": marked("Reviews"),
    "event": marked("What happened"),
    "enrollment": marked("Which messages you were considered for"),
    "outcome": marked("Why something was sent to you, or not"),
    "message": marked("Messages"),
    "receipt": marked("What mail servers told of them"),
    "short_link": marked("Links in texts that you got"),
    "discount_code": marked("Discount codes"),
    "note": marked("Notes"),
    "tag": marked("Tags"),
    "forecast": marked("When the store expects you again"),
    "mails": marked("The messages themselves"),
    "deliveries": marked("News from the store that are not read yet"),
}
HEADING = marked("Everything that %(store)s holds about you")
MADE = marked("Made on %(day)s.")
NOTHING = marked("Nothing is held.")
# Keys of ours tell a reader nothing.
UNREAD = frozenset({"store_id", "customer_id", "said", "pace", "answers", "worker", "rank"})
_PAGE = Path(__file__).parents[2] / "templates/person.html"
_TEMPLATE = Environment(autoescape=True).from_string(_PAGE.read_text("utf-8"))


def person_page(told: Mapping[str, Sequence[Mapping[str, Any]]], *, store: str, language: str, now: datetime) -> str:
    """The page, in one of our languages. `told` is what `everything_about` and an export hold: rows by table."""
    known = [*TITLES, *sorted(set(told) - set(TITLES))]
    parts = [
        (said(language, TITLES.get(name, name)), [_row(row) for row in told[name]]) for name in known if told.get(name)
    ]
    return _TEMPLATE.render(
        language=language,
        heading=said(language, HEADING, store=store),
        made=said(language, MADE, day=f"{now:%Y-%m-%d}"),
        nothing=said(language, NOTHING),
        parts=parts,
    )


def _row(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every word that is there; what is empty says nothing."""
    shown = [(name, value) for name, value in row.items() if name not in UNREAD and value not in (None, "", [], {})]
    return [(name.replace("_", " "), _words(value)) for name, value in shown]


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_words(one)}" for name, one in value.items())
    return ", ".join(map(_words, value)) if isinstance(value, list) else str(value)
