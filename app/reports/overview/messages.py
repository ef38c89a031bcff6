"""The last verdicts of a store's ledger in plain words, one per customer and step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Message, MessageState, Outcome, OutcomeKind
from app.reports.overview.words import labelled, people, sentence_of
from app.rows import table_of
from workflows.language import Workflow

MESSAGE, OUTCOME = map(table_of, (Message, Outcome))
# An enrollment and one of its steps.
Place = tuple[int, str]
LEDGER_DEPTH = 200


@dataclass(frozen=True, slots=True)
class MessageView:
    """The latest verdict of one step for one customer. `message_id` where a message came of it; `is_sent` where it left."""

    at: datetime
    who: str
    workflow: str
    title: str
    step: str
    kind: OutcomeKind
    sentence: str
    until: datetime | None
    message_id: int | None
    is_sent: bool


def messages(session: Session, *, store_id: int, known: Mapping[str, Workflow], limit: int = 20) -> list[MessageView]:
    """The latest verdicts, one per customer and step, newest first."""
    columns = [
        OUTCOME.c[name]
        for name in ("enrollment_id", "customer_id", "workflow", "step", "kind", "reason", "until", "at")
    ]
    verdicts = (
        sa.select(*columns)
        .where(OUTCOME.c.store_id == store_id)
        .order_by(OUTCOME.c.at.desc(), OUTCOME.c.id.desc())
        .limit(LEDGER_DEPTH)
    )
    latest: dict[Place, Any] = {}
    for row in session.execute(verdicts):
        latest.setdefault((row.enrollment_id, row.step), row)
    few = dict(islice(latest.items(), limit))
    names = people(session, store_id=store_id, ids=[row.customer_id for row in few.values()])
    came = _messages(session, ways=[way for way, _ in few])
    return [_message(row, names[row.customer_id], message=came.get(place), known=known) for place, row in few.items()]


def _messages(session: Session, *, ways: list[int]) -> dict[Place, Any]:
    """The message of each step of these ways, where one came of it."""
    query = sa.select(MESSAGE.c.id, MESSAGE.c.enrollment_id, MESSAGE.c.step, MESSAGE.c.state)
    rows = session.execute(query.where(MESSAGE.c.enrollment_id.in_(sorted(set(ways)))))
    return {(row.enrollment_id, row.step): row for row in rows}


def _message(row: Any, name: str, *, message: Any, known: Mapping[str, Workflow]) -> MessageView:
    return MessageView(
        at=row.at,
        who=name,
        workflow=row.workflow,
        title=known[row.workflow].title if row.workflow in known else labelled(row.workflow),
        step=row.step,
        kind=OutcomeKind(row.kind),
        sentence=sentence_of(row.reason),
        until=row.until,
        message_id=message.id if message else None,
        is_sent=message is not None and message.state == MessageState.SENT,
    )
