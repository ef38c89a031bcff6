"""Addresses that are not to be written to, as the people of a store see them: the list, one more by hand, one taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key, phone_key
from app.model import DeedKind, Suppression
from app.model.consent import SuppressionReason
from app.pipeline.by_hand.deeds import Hand, NotTheirsError, On, did
from app.pipeline.suppress import Refusal, suppress, undo
from app.rows import table_of
from connectors.records import Medium

SUPPRESSION = table_of(Suppression)


class NotAnAddressError(ValueError):
    """What was typed is no address of this medium."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One address: why, who said so (a channel, a receipt, a link), since when, and when it was taken back."""

    id: int
    medium: str
    address: str = field(repr=False)
    reason: SuppressionReason
    source: str
    at: datetime
    undone_at: datetime | None


def suppressions(
    session: Session, store_id: int, *, holding: bool = True, after: int | None = None, limit: int = 50
) -> Sequence[Suppressed]:
    """The store's suppressions, the newest first, page by page: `after` is the last id of the page before. `holding` leaves
    out those that were taken back."""
    query = sa.select(SUPPRESSION).where(SUPPRESSION.c.store_id == store_id).order_by(SUPPRESSION.c.id.desc())
    if holding:
        query = query.where(SUPPRESSION.c.undone_at.is_(None))
    if after is not None:
        query = query.where(SUPPRESSION.c.id < after)
    return [
        Suppressed(row.id, row.medium, row.address, SuppressionReason(row.reason), row.source, row.at, row.undone_at)
        for row in session.execute(query.limit(limit))
    ]


def block(session: Session, hand: Hand, *, medium: Medium, address: str) -> int:
    """Write to this address no more; the suppression's id. Raises NotAnAddressError."""
    key = email_key(address) if medium is Medium.EMAIL else phone_key(address)
    if key is None:
        raise NotAnAddressError
    source = f"staff:{hand.actor}"
    suppress(session, [Refusal(hand.store_id, medium, key, SuppressionReason.BY_HAND, source)], now=hand.now)
    mine = (SUPPRESSION.c.store_id == hand.store_id, SUPPRESSION.c.medium == medium, SUPPRESSION.c.address == key)
    found = session.execute(sa.select(SUPPRESSION.c.id).where(*mine)).scalar_one()
    did(session, hand, kind=DeedKind.SUPPRESSED, on=On(about=found))
    return int(found)


def allow(session: Session, hand: Hand, *, suppression_id: int) -> bool:
    """Take a suppression back; False where it was already. Consent stays what it was: this alone lets nobody be written to.
    Raises NotTheirsError."""
    mine = (SUPPRESSION.c.id == suppression_id, SUPPRESSION.c.store_id == hand.store_id)
    row = session.execute(sa.select(SUPPRESSION).where(*mine).with_for_update()).first()
    if row is None:
        raise NotTheirsError
    done = undo(session, hand.store_id, medium=row.medium, address=row.address, now=hand.now)
    if done is not None:
        did(session, hand, kind=DeedKind.UNSUPPRESSED, on=On(about=done))
    return done is not None
