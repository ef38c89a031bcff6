"""The last verdicts of a store's ledger in plain words, one per customer and step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer, Message, MessageState, Outcome, OutcomeKind
from app.reports.overview.words import labelled, sentence_of, who
from workflows.language import Workflow

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
    rows = session.execute(
        sa.select(Outcome, Customer, Message)
        .join(Customer, Customer.id == Outcome.customer_id)
        .outerjoin(Message, sa.and_(Message.enrollment_id == Outcome.enrollment_id, Message.step == Outcome.step))
        .where(Outcome.store_id == store_id, Customer.store_id == store_id)
        .order_by(Outcome.at.desc(), Outcome.id.desc())
        .limit(LEDGER_DEPTH)
    )
    latest: dict[tuple[int, str], MessageView] = {}
    for outcome, customer, message in rows:
        place = (outcome.enrollment_id, outcome.step)
        if place not in latest and len(latest) < limit:
            latest[place] = _message(outcome, customer, message=message, known=known)
    return list(latest.values())


def _message(
    outcome: Outcome, customer: Customer, *, message: Message | None, known: Mapping[str, Workflow]
) -> MessageView:
    return MessageView(
        at=outcome.at,
        who=who(customer),
        workflow=outcome.workflow,
        title=known[outcome.workflow].title if outcome.workflow in known else labelled(outcome.workflow),
        step=labelled(outcome.step),
        kind=OutcomeKind(outcome.kind),
        sentence=sentence_of(outcome.reason),
        until=outcome.until,
        message_id=message.id if message else None,
        is_sent=message is not None and message.state == MessageState.SENT,
    )
