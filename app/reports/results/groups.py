"""Who was eligible, by the ledger: those whose turn it was and those held out, each with what they bought afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Order, Outcome, OutcomeKind
from app.policy import Reason
from app.rows import chunks, table_of

OUTCOME = table_of(Outcome)
ORDER = table_of(Order)
# What somebody buys within a month of their turn may be due to it; later orders only add noise to both groups.
WINDOW = timedelta(days=30)
# Whoever came past the lot: a message was queued, or only caps and the night stood in its way.
PAST_THE_LOT = (Reason.CAPPED, Reason.QUIET_HOURS)


@dataclass(frozen=True, slots=True)
class Eligible:
    """One customer: how many orders, and how much in minor units, within a month of their first turn."""

    orders: int
    spent: int


@dataclass(frozen=True, slots=True)
class Groups:
    treated: list[Eligible]
    held_out: list[Eligible]
    begins: datetime | None


def groups(session: Session, store_id: int, *, workflow: str, since: datetime, now: datetime) -> Groups:
    """Both groups of one workflow, by each customer's first verdict since then: the lot is drawn once and holds."""
    was_held_out = OUTCOME.c.kind == OutcomeKind.HELD_OUT
    came_past = sa.or_(OUTCOME.c.kind == OutcomeKind.QUEUED, OUTCOME.c.reason.in_(PAST_THE_LOT))
    query = (
        sa.select(
            OUTCOME.c.customer_id,
            sa.func.min(OUTCOME.c.at).label("at"),
            sa.func.max(sa.case((was_held_out, 1), else_=0)).label("held_out"),
        )
        .where(
            OUTCOME.c.store_id == store_id,
            OUTCOME.c.workflow == workflow,
            OUTCOME.c.at >= since,
            sa.or_(was_held_out, came_past),
        )
        .group_by(OUTCOME.c.customer_id)
    )
    rows = session.execute(query).all()
    bought = _bought(session, {row.customer_id: row.at for row in rows}, now=now)
    treated = [bought[row.customer_id] for row in rows if not row.held_out]
    held_out = [bought[row.customer_id] for row in rows if row.held_out]
    return Groups(treated, held_out, min((row.at for row in rows), default=None))


def _bought(session: Session, turns: dict[int, datetime], *, now: datetime) -> dict[int, Eligible]:
    found: dict[int, list[Any]] = {one: [] for one in turns}
    for chunk in chunks(sorted(turns)):
        query = sa.select(ORDER.c.customer_id, ORDER.c.placed_at, ORDER.c.total - ORDER.c.refunded).where(
            ORDER.c.customer_id.in_(chunk), ORDER.c.counts
        )
        for customer_id, placed_at, total in session.execute(query):
            at = turns[customer_id]
            if at < placed_at <= min(at + WINDOW, now):
                found[customer_id].append(total)
    return {one: Eligible(len(totals), sum(totals)) for one, totals in found.items()}
