"""Note the addresses that a store must not write to any more: they bounced for good, or their owners complained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.model import Suppression
from app.model.consent import SuppressionReason
from app.rows import insert, table_of

SUPPRESSION = table_of(Suppression)
# Whoever unsubscribed still gets what belongs to an order, which an address that bounces must not.
WEIGHTS = {
    SuppressionReason.UNSUBSCRIBED: 0,
    SuppressionReason.BOUNCED: 1,
    SuppressionReason.BY_HAND: 1,
    SuppressionReason.COMPLAINED: 2,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One address of one store that is not to be written to, why, and who said so."""

    store_id: int
    medium: str
    address: str
    reason: SuppressionReason
    source: str


def suppress(session: Session, refusals: Sequence[Refusal], *, now: datetime) -> None:
    """Write them down. An address that is suppressed already keeps its first reason unless the new one weighs more; one that a
    human had taken back is suppressed anew."""
    for one in refusals:
        address = email_key(one.address) if one.medium == "email" else one.address
        if address is None:
            continue
        row = {"reason": one.reason, "source": one.source[:80], "at": now, "undone_at": None}
        key = {"store_id": one.store_id, "medium": one.medium, "address": address}
        lighter = [reason for reason, weight in WEIGHTS.items() if weight < WEIGHTS[one.reason]]
        session.execute(
            insert(session, SUPPRESSION)
            .values(**key, **row)
            .on_conflict_do_update(
                index_elements=list(key),
                set_=row,
                where=sa.or_(SUPPRESSION.c.undone_at.is_not(None), SUPPRESSION.c.reason.in_(lighter)),
            )
        )


def undo(
    session: Session,
    store_id: int,
    *,
    medium: str,
    address: str,
    now: datetime,
    only: SuppressionReason | None = None,
) -> int | None:
    """Take a suppression back, the row staying as history: its id, None where nothing of the kind holds. With `only` nothing
    but that reason is taken back."""
    key = email_key(address) if medium == "email" else address
    mine = [SUPPRESSION.c.store_id == store_id, SUPPRESSION.c.medium == medium, SUPPRESSION.c.address == key]
    mine += [SUPPRESSION.c.undone_at.is_(None)] + ([SUPPRESSION.c.reason == only] if only else [])
    done = sa.update(SUPPRESSION).where(*mine).values(undone_at=now).returning(SUPPRESSION.c.id)
    return session.execute(done).scalar()
