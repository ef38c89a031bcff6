"""A click on a message's link is kept as a receipt, with what tells a person from a scanner; judged when it is counted."""

import hashlib

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app import log
from app.insight.clicks import Asking, told
from app.model import Message, MessageState, Receipt
from app.model.message import ReceiptKind
from app.rows import insert, table_of
from app.runtime import Runtime

MESSAGE, RECEIPT = table_of(Message), table_of(Receipt)
# A scanner that opens a link a thousand times is one and stays one.
MOST_PER_MESSAGE = 100


def note(runtime: Runtime, asking: Asking, *, store_id: int, message_id: int) -> None:
    """Keep one click. Whoever clicked is on their way whatever happens here."""
    now = runtime.clock.now()
    seed = f"{message_id}:{asking.link}:{asking.agent}:{asking.method}:{asking.visitor}:{now.replace(microsecond=0)}"
    row = {
        "store_id": store_id,
        "message_id": message_id,
        "kind": ReceiptKind.CLICKED,
        "at": now,
        "detail": told(asking),
    }
    row["provider_event"] = f"click:{hashlib.sha256(seed.encode()).hexdigest()[:40]}"
    left = sa.and_(MESSAGE.c.id == message_id, MESSAGE.c.store_id == store_id, MESSAGE.c.state != MessageState.QUEUED)
    count = sa.select(sa.func.count()).where(RECEIPT.c.message_id == message_id, RECEIPT.c.kind == ReceiptKind.CLICKED)
    try:
        with runtime.database.write() as session:
            is_there = session.scalar(sa.select(MESSAGE.c.id).where(left)) is not None
            if is_there and (session.scalar(count) or 0) < MOST_PER_MESSAGE:
                session.execute(insert(session, RECEIPT).values(**row).on_conflict_do_nothing())
    except SQLAlchemyError as error:
        log.trouble("click_not_kept", store_id=store_id, message_id=message_id, error=error)
