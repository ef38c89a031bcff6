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


@dataclass(frozen=True, slots=True)
class Refusal:
    """One address of one store that is not to be written to, why, and who said so."""

    store_id: int
    medium: str
    address: str
    reason: SuppressionReason
    source: str


def suppress(session: Session, refusals: Sequence[Refusal], *, now: datetime) -> None:
    """Write them down. An address that is suppressed already keeps its first reason, but for a complaint, which weighs more
    than any bounce; one that a human had taken back is suppressed anew."""
    for one in refusals:
        address = email_key(one.address) if one.medium == "email" else one.address
        if address is None:
            continue
        row = {"reason": one.reason, "source": one.source[:80], "at": now, "undone_at": None}
        key = {"store_id": one.store_id, "medium": one.medium, "address": address}
        weighs_more = one.reason is SuppressionReason.COMPLAINED
        session.execute(
            insert(session, SUPPRESSION)
            .values(**key, **row)
            .on_conflict_do_update(
                index_elements=list(key),
                set_=row,
                where=sa.or_(SUPPRESSION.c.undone_at.is_not(None), sa.literal(weighs_more)),
            )
        )
