"""What people demanded of a store for their data, and whether the deadlines hold: counts and times, and nobody's name."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import PrivacyRequest
from app.rows import table_of

REQUEST = table_of(PrivacyRequest)
# Words of ours in the audit row; whatever else is in it is nobody's to read.
COUNTS = ("customers", "messages", "orders", "rows")


@dataclass(frozen=True, slots=True)
class Demand:
    """One demand. `origin` is platform, by_hand or retention; `days_left` is negative once it is overdue and None once it is
    met; `has_export` while what was handed over can still be fetched."""

    id: int
    demand: str
    origin: str
    received_at: datetime
    due_at: datetime
    done_at: datetime | None
    days_left: int | None
    counts: dict[str, int]
    has_export: bool


def demands(session: Session, store_id: int, *, now: datetime, limit: int = 200) -> list[Demand]:
    """The open ones first, by their deadline; then those that were met, the latest first."""
    query = (
        sa.select(REQUEST)
        .where(REQUEST.c.store_id == store_id)
        .order_by(REQUEST.c.done_at.is_not(None), sa.case((REQUEST.c.done_at.is_(None), REQUEST.c.due_at)))
        .order_by(REQUEST.c.done_at.desc(), REQUEST.c.id.desc())
        .limit(limit)
    )
    return [_told(row, now=now) for row in session.execute(query)]


def _told(row: sa.Row[tuple[object, ...]], *, now: datetime) -> Demand:
    origin = row.reference.partition(":")[0]
    return Demand(
        id=row.id,
        demand=row.demand,
        origin=origin if origin in {"by_hand", "retention"} else "platform",
        received_at=row.received_at,
        due_at=row.due_at,
        done_at=row.done_at,
        days_left=None if row.done_at is not None else (row.due_at - now).days,
        counts={name: row.result[name] for name in COUNTS if isinstance(row.result.get(name), int)},
        has_export="export" in row.result,
    )
