"""The figures as a page asks for them: what was reckoned last night, or for a small store what is reckoned now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Message, Order, Outcome, Store
from app.reports.figures.calendar import day_edges
from app.reports.figures.counting import count_buyers, count_effects
from app.reports.figures.keeping import Kept, kept
from app.reports.figures.sending import count_sent
from app.reports.figures.shapes import BuyersFigure, EffectsFigure, SentFigure
from app.rows import table_of
from workflows.language import Workflow

# So many rows are reckoned while somebody waits; beyond, the night does it.
SMALL = 5_000
BUYERS, EFFECTS, SENT = "buyers", "effects", "sent"
# Receipts come in for days after a message left; older days do not change any more.
STILL_MOVING = 7
KEPT_DAYS = 400


def buyers(session: Session, store: Store, *, now: datetime) -> Kept[BuyersFigure] | None:
    """Who comes back; None where the store is too big to reckon now and no night has done it yet."""
    found = kept(session, store.id, report=BUYERS, shape=BuyersFigure)
    if found is not None or not _is_small(session, store, model=Order):
        return found
    return Kept(count_buyers(session, store, now=now), now)


def effects(
    session: Session, store: Store, *, known: Mapping[str, Workflow], now: datetime
) -> Kept[EffectsFigure] | None:
    """What the workflows caused; None as above."""
    found = kept(session, store.id, report=EFFECTS, shape=EffectsFigure)
    if found is not None or not _is_small(session, store, model=Outcome):
        return found
    return Kept(count_effects(session, store, known=known, now=now), now)


def sent(session: Session, store: Store, *, now: datetime, days: int) -> Kept[SentFigure] | None:
    """What left on the last so many days: until the last night as it was reckoned then, since then counted now; None as
    above."""
    edges = day_edges(now, zone=store.zone, days=days)
    found = kept(session, store.id, report=SENT, shape=SentFigure)
    if found is None and not _is_small(session, store, model=Message):
        return None
    since = edges[0][1] if found is None else _day_of(edges, found.at)
    fresh = count_sent(session, store.id, days=spans(edges, now=now, since=since))
    old = {name for name, begins in edges if begins < since}
    before = [] if found is None else [row for row in found.figure.rows if row.day in old]
    return Kept(SentFigure((*before, *fresh)), now if found is None else found.at)


def _day_of(edges: list[tuple[str, datetime]], at: datetime) -> datetime:
    """When the day of this moment began; the first one's begin where that was earlier."""
    return max((begins for _, begins in edges if begins <= at), default=edges[0][1])


def spans(edges: list[tuple[str, datetime]], *, now: datetime, since: datetime) -> list[tuple[str, datetime, datetime]]:
    """Days as (name, begin, end), those that begin at `since` or later."""
    ends = [one for _, one in edges[1:]] + [now + timedelta(microseconds=1)]
    return [(name, begins, end) for (name, begins), end in zip(edges, ends, strict=True) if begins >= since]


def _is_small(session: Session, store: Store, *, model: Any) -> bool:
    table = table_of(model)
    query: sa.Select[tuple[str]] = (
        sa.select(sa.literal_column("1")).where(table.c.store_id == store.id).offset(SMALL).limit(1)
    )
    return session.execute(query).first() is None
