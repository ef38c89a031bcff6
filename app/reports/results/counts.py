"""What left, what arrived, and what did not: counted from messages and receipts."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Enrollment, EnrollmentState, Message, MessageState, Receipt
from app.model.message import ReceiptKind
from app.rows import table_of

MESSAGE = table_of(Message)
RECEIPT = table_of(Receipt)
ENROLLMENT = table_of(Enrollment)


@dataclass(frozen=True, slots=True)
class Counted:
    """Opens are shown and decide nothing: mail readers open by themselves. `delivered` is None where no channel tells."""

    waiting: int
    sent: int
    delivered: int | None
    bounced: int
    complained: int
    unsubscribed: int
    opened: int


def counted(session: Session, store_id: int, *, workflow: str, since: datetime) -> Counted:
    """The counts of one workflow since then, each message once a kind."""
    mine = (MESSAGE.c.store_id == store_id, MESSAGE.c.workflow == workflow, MESSAGE.c.created_at >= since)
    sent = session.scalar(
        sa.select(sa.func.count()).select_from(MESSAGE).where(*mine, MESSAGE.c.state == MessageState.SENT)
    )
    query = (
        sa.select(RECEIPT.c.kind, sa.func.count(sa.distinct(RECEIPT.c.message_id)))
        .join(MESSAGE, MESSAGE.c.id == RECEIPT.c.message_id)
        .where(*mine)
        .group_by(RECEIPT.c.kind)
    )
    kinds: dict[str, int] = dict(tuple(row) for row in session.execute(query))
    waiting = session.scalar(
        sa.select(sa.func.count())
        .select_from(ENROLLMENT)
        .where(
            ENROLLMENT.c.store_id == store_id,
            ENROLLMENT.c.workflow == workflow,
            ENROLLMENT.c.state == EnrollmentState.WAITING,
        )
    )
    return Counted(
        waiting=waiting or 0,
        sent=sent or 0,
        delivered=kinds.get(ReceiptKind.DELIVERED) if kinds else None,
        bounced=kinds.get(ReceiptKind.BOUNCED, 0),
        complained=kinds.get(ReceiptKind.COMPLAINED, 0),
        unsubscribed=kinds.get(ReceiptKind.UNSUBSCRIBED, 0),
        opened=kinds.get(ReceiptKind.OPENED, 0),
    )
