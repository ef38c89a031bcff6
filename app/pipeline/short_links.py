"""The links of texts: counted like those of mails, and short, for a text is paid for by its letters.

A mail's link says itself where it leads. A text's link is a name, and a row says where that leads; so the row is kept before
the text leaves. The name is the same at every try, and nobody guesses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from app.choices import Choices
from app.keys import Signer
from app.links import SHORT_LENGTH, short_code, short_url
from app.model import ShortLink
from app.render import phone
from app.render.links import Way
from app.rows import insert_new, table_of
from app.runtime import Runtime
from connectors.base import Purpose

LINK = table_of(ShortLink)
# What a preview shows in the place of a name that no message has yet.
EXAMPLE = "k3Xm9Qa7RtB"


@dataclass(frozen=True, slots=True)
class Shortened:
    """One short link of one text, and where it leads."""

    code: str
    store_id: int
    message_id: int
    target: str = field(repr=False)


def counts_clicks(choices: Choices, purpose: Purpose, *, app_url: str) -> bool:
    """Clicks are counted in marketing alone, and by way of a public address alone: a dead link helps nobody."""
    return choices.wraps_links and purpose is Purpose.MARKETING and app_url.startswith("https://")


def shortened(
    words: str, way: Way, *, signer: Signer, store_id: int, message_id: int
) -> tuple[str, tuple[Shortened, ...]]:
    """A text as its phone shows it, and its links, which `keep` must know before it leaves."""
    found: dict[str, Shortened] = {}

    def short(target: str) -> str:
        code = short_code(signer, message_id=message_id, target=target)
        found[code] = Shortened(code, store_id, message_id, target)
        return short_url(way.ours, code)

    return phone.led(words, way, short=short), tuple(found.values())


def as_if_shortened(words: str, app_url: str) -> str:
    """A text that nobody gets, as long as it would be."""
    return phone.led(words, Way(ours=app_url), short=lambda _target: short_url(app_url, EXAMPLE))


def keep(runtime: Runtime, links: Sequence[Shortened], *, now: datetime) -> None:
    """Let these lead where they lead. One that is kept already stays as it is."""
    rows = [
        {"code": one.code, "store_id": one.store_id, "message_id": one.message_id, "target": one.target, "at": now}
        for one in links
    ]
    if rows:
        with runtime.database.write() as session:
            insert_new(session, LINK, rows=rows)


def find(runtime: Runtime, code: str) -> Shortened | None:
    """Where a short link leads; None where it is not ours, or its message is long past."""
    if len(code) != SHORT_LENGTH or not (code.isascii() and code.isalnum()):
        return None
    with runtime.database.read() as session:
        row = session.execute(sa.select(LINK).where(LINK.c.code == code)).first()
    return Shortened(row.code, row.store_id, row.message_id, row.target) if row is not None else None
