"""What left, day by day and workflow by workflow: one indexed span of messages and their receipts a day."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Message, MessageState, Receipt
from app.model.message import ReceiptKind
from app.reports.figures.shapes import SentRow
from app.rows import table_of

MESSAGE = table_of(Message)
RECEIPT = table_of(Receipt)
KINDS = {
    ReceiptKind.DELIVERED: "delivered",
    ReceiptKind.BOUNCED: "bounced",
    ReceiptKind.COMPLAINED: "complained",
    ReceiptKind.UNSUBSCRIBED: "unsubscribed",
    ReceiptKind.CLICKED: "clicked",
    ReceiptKind.OPENED: "opened",
}
STATES = {
    MessageState.SENT: "sent",
    MessageState.DROPPED: "dropped",
    MessageState.FAILED: "failed",
    MessageState.IN_DOUBT: "failed",
}


def count_sent(session: Session, store_id: int, *, days: Iterable[tuple[str, datetime, datetime]]) -> list[SentRow]:
    """The rows of these days, each a name and the moments from which and until which it runs."""
    return [row for name, begins, ends in days for row in _day(session, store_id, name=name, span=(begins, ends))]


def _day(session: Session, store_id: int, *, name: str, span: tuple[datetime, datetime]) -> Iterator[SentRow]:
    mine = (MESSAGE.c.store_id == store_id, MESSAGE.c.created_at >= span[0], MESSAGE.c.created_at < span[1])
    states = sa.select(MESSAGE.c.workflow, MESSAGE.c.state, sa.func.count()).where(*mine)
    counts: dict[str, dict[str, int]] = {}
    for workflow, state, number in session.execute(states.group_by(MESSAGE.c.workflow, MESSAGE.c.state)):
        _add(counts, workflow, words=("decided", STATES.get(state)), number=number)
    for workflow, kind, number in session.execute(_receipts(mine)) if counts else ():
        _add(counts, workflow, words=(KINDS.get(kind),), number=number)
    for workflow, told in sorted(counts.items()):
        yield SentRow(name, workflow, **{"decided": 0, "sent": 0, "dropped": 0, "failed": 0, **told})


def _receipts(mine: tuple[Any, ...]) -> sa.Select[Any]:
    return (
        sa.select(MESSAGE.c.workflow, RECEIPT.c.kind, sa.func.count(sa.distinct(RECEIPT.c.message_id)))
        .join(RECEIPT, RECEIPT.c.message_id == MESSAGE.c.id)
        .where(*mine)
        .group_by(MESSAGE.c.workflow, RECEIPT.c.kind)
    )


def _add(counts: dict[str, dict[str, int]], workflow: str, *, words: tuple[str | None, ...], number: int) -> None:
    told = counts.setdefault(workflow, {})
    for word in words:
        if word is not None:
            told[word] = told.get(word, 0) + int(number)
