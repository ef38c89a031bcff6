"""What left, day by day and workflow by workflow: one indexed span of messages and their receipts a month."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Message, MessageState, Receipt
from app.model.message import ReceiptKind
from app.reports.figures.shapes import SentRow
from app.rows import chunks, table_of

MESSAGE = table_of(Message)
RECEIPT = table_of(Receipt)
Day = tuple[str, datetime, datetime]
A_MONTH = 31
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


def count_sent(session: Session, store_id: int, *, days: Sequence[Day]) -> list[SentRow]:
    """The rows of these days, each a name and the moments from which and until which it runs, one right after the other."""
    return [row for some in chunks(days, A_MONTH) for row in _some(session, store_id, days=some)]


def _some(session: Session, store_id: int, *, days: Sequence[Day]) -> Iterator[SentRow]:
    span = (MESSAGE.c.created_at >= days[0][1], MESSAGE.c.created_at < days[-1][2])
    mine = (MESSAGE.c.store_id == store_id, *span)
    # Which of the days, told in the database itself, so that it hands over sums and not messages.
    number = sa.case(*((MESSAGE.c.created_at < end, place) for place, (_, _, end) in enumerate(days)), else_=0)
    keys = (MESSAGE.c.workflow, number.label("number"))
    counts: dict[tuple[int, str], dict[str, int]] = {}
    states = sa.select(*keys, MESSAGE.c.state, sa.func.count()).where(*mine)
    for workflow, place, state, count in session.execute(states.group_by(*keys, MESSAGE.c.state)):
        _add(counts, (place, workflow), words=("decided", STATES.get(state)), count=count)
    for workflow, place, kind, count in session.execute(_receipts(keys, mine)) if counts else ():
        _add(counts, (place, workflow), words=(KINDS.get(kind),), count=count)
    for (place, workflow), told in sorted(counts.items()):
        yield SentRow(days[place][0], workflow, **{"decided": 0, "sent": 0, "dropped": 0, "failed": 0, **told})


def _receipts(keys: tuple[Any, ...], mine: tuple[Any, ...]) -> sa.Select[Any]:
    return (
        sa.select(*keys, RECEIPT.c.kind, sa.func.count(sa.distinct(RECEIPT.c.message_id)))
        .join(RECEIPT, RECEIPT.c.message_id == MESSAGE.c.id)
        .where(*mine)
        .group_by(*keys, RECEIPT.c.kind)
    )


def _add(
    counts: dict[tuple[int, str], dict[str, int]], place: tuple[int, str], *, words: tuple[str | None, ...], count: int
) -> None:
    told = counts.setdefault(place, {})
    for word in words:
        if word is not None:
            told[word] = told.get(word, 0) + int(count)
