"""Once a night for each store: the figures of the reports, and when each customer is likely to order next."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.insight.hazards import ENOUGH
from app.insight.returns import Returns, returns
from app.model import Customer, Figure, Forecast, Order, Store, SyncRun, SyncState
from app.pipeline import rhythms
from app.reports.figures.calendar import day_edges
from app.reports.figures.counting import count_buyers, count_effects
from app.reports.figures.keeping import keep, kept
from app.reports.figures.pace import PACE
from app.reports.figures.sending import count_sent
from app.reports.figures.shapes import SentFigure
from app.reports.figures.telling import BUYERS, EFFECTS, KEPT_DAYS, SENT, STILL_MOVING, spans
from app.rows import bulk, chunks, table_of
from app.runtime import Runtime
from connectors.base import SyncKind

CUSTOMER, FIGURE, FORECAST = map(table_of, (Customer, Figure, Forecast))
ORDER, SYNC_RUN = map(table_of, (Order, SyncRun))
INSERT_FORECAST = sa.insert(FORECAST)
FRESH = timedelta(hours=20)
LOOK_BACK = timedelta(days=3 * 365)
HORIZON = 180.0
DAY = timedelta(days=1)
# Who is rather gone than not is expected to do nothing.
LEAST_ALIVE = 0.5
# Two gaps of their own make a rhythm; nobody is left alone for longer than a year for being slow.
LEAST_ORDERS, MOST_QUIET = 3, 365.0
PIECE = 5_000


def renew(runtime: Runtime, store: Store) -> bool:
    """Count one store's figures anew, unless that was done within the last hours or its history still comes in; whether it was
    done."""
    now = runtime.clock.now()
    with runtime.database.read() as session:
        if _is_fresh(session, store, now=now) or _is_importing(session, store):
            return False
        buyers = count_buyers(session, store, now=now)
        effects = count_effects(session, store, known=runtime.workflows, now=now)
        sent = _sent(session, store, now=now)
        forecasts = _forecasts(session, store, now=now)
    _keep_forecasts(runtime, store, rows=forecasts)
    with runtime.database.write() as session:
        for report, figure in ((BUYERS, buyers), (EFFECTS, effects), (SENT, sent)):
            keep(session, store.id, report=report, figure=figure, at=now)
        keep(session, store.id, report=PACE, figure={"days": buyers.gap_days}, at=now)
    rhythms.follow(runtime, store)
    return True


def _is_fresh(session: Session, store: Store, *, now: datetime) -> bool:
    query = sa.select(FIGURE.c.at).where(FIGURE.c.store_id == store.id, FIGURE.c.report == PACE)
    at = session.scalar(query)
    return at is not None and now - at < FRESH


def _is_importing(session: Session, store: Store) -> bool:
    query = sa.select(SYNC_RUN.c.id).where(
        SYNC_RUN.c.store_id == store.id, SYNC_RUN.c.kind == SyncKind.HISTORY, SYNC_RUN.c.state == SyncState.WAITING
    )
    return session.execute(query.limit(1)).first() is not None


def _sent(session: Session, store: Store, *, now: datetime) -> SentFigure:
    """The days that may still change are counted anew, those before stay as they were."""
    edges = day_edges(now, zone=store.zone, days=KEPT_DAYS)
    before = kept(session, store.id, report=SENT, shape=SentFigure)
    since = edges[0][1] if before is None else before.at - STILL_MOVING * DAY
    moving = spans(edges, now=now, since=since)
    fresh = {name for name, _, _ in moving}
    names = {name for name, _ in edges} - fresh
    old = [] if before is None else [row for row in before.figure.rows if row.day in names]
    return SentFigure((*old, *count_sent(session, store.id, days=moving)))


def _forecasts(session: Session, store: Store, *, now: datetime) -> list[dict[str, Any]]:
    """When each customer is likely to order next, where the store's past is long enough to have taught it."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    micros = sa.type_coerce(ORDER.c.placed_at, sa.BigInteger)
    seconds = micros / 1_000_000 if is_sqlite else sa.func.extract("epoch", ORDER.c.placed_at)
    where = (ORDER.c.store_id == store.id, ORDER.c.counts, ORDER.c.customer_id.is_not(None))
    recent = (ORDER.c.placed_at > now - LOOK_BACK, ORDER.c.placed_at <= now)
    rows = session.execute(sa.select(ORDER.c.customer_id, sa.cast(seconds, sa.BigInteger)).where(*where, *recent)).all()
    if not rows:
        return []
    day = np.array([row[1] for row in rows], dtype=np.float64) / 86_400
    told = returns(
        customer=np.array([row[0] for row in rows]), day=day, as_of=float(now.timestamp() // 86_400), horizon=HORIZON
    )
    if np.count_nonzero(told.orders > 1) < ENOUGH:
        return []
    return _rows(told, store_id=store.id, now=now)


def _rows(told: Returns, *, store_id: int, now: datetime) -> list[dict[str, Any]]:
    low, high = told.rhythm.due(0.1), told.rhythm.due(0.9)
    quiet = np.ceil(np.minimum(told.quiet_after(), MOST_QUIET))
    known = np.flatnonzero((told.orders > 1) & (told.alive >= LEAST_ALIVE))
    return [
        {
            "store_id": store_id,
            "customer_id": int(told.customer[place]),
            "likely_at": now + float(told.next_order[place]) * DAY,
            "from_at": now + float(low[place]) * DAY,
            "until_at": now + float(high[place]) * DAY,
            "alive": round(float(told.alive[place]) * 100),
            "quiet_after": int(quiet[place]) if told.orders[place] >= LEAST_ORDERS else None,
            "at": now,
        }
        for place in known
    ]


def _keep_forecasts(runtime: Runtime, store: Store, *, rows: list[dict[str, Any]]) -> None:
    """In the place of those before, a piece at a time, so that no import waits for long."""
    for piece in chunks(rows, PIECE):
        with runtime.database.write() as session:
            ids = [row["customer_id"] for row in piece]
            there = set()
            for some in chunks(ids):
                there |= set(session.scalars(_still_there(store.id, some)))
                session.execute(sa.delete(FORECAST).where(FORECAST.c.customer_id.in_(some)))
            bulk(session, INSERT_FORECAST, table=FORECAST, rows=[row for row in piece if row["customer_id"] in there])
    with runtime.database.write() as session:
        old = (FORECAST.c.store_id == store.id, FORECAST.c.at < runtime.clock.now() - DAY)
        session.execute(sa.delete(FORECAST).where(*old))


def _still_there(store_id: int, ids: Any) -> sa.Select[Any]:
    """Whoever was merged or erased while it was reckoned is expected to do nothing."""
    here = (CUSTOMER.c.store_id == store_id, CUSTOMER.c.gone_at.is_(None))
    return sa.select(CUSTOMER.c.id).where(*here, CUSTOMER.c.id.in_(ids))
