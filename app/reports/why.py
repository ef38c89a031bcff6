"""Why did this customer get, or not get, what they got? Every verdict of the ledger, and what is still to come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key, phone_key
from app.model import Enrollment, EnrollmentState, Identity, Outcome
from app.model.customer import Customer
from app.policy.reasons import SENTENCES, Reason

WAITING = "waiting"


class UnknownCustomerError(LookupError):
    """The store has no such customer."""


# The words under which verdicts keep what was seen.
SEEN: tuple[str, ...] = (
    *(
        "orders_since",
        "orders",
        "due_at",
        "stale_at",
        "consent",
        "medium",
        "rule",
        "suppressed",
        "open",
        "paused_until",
    ),
    *(
        "topic",
        "every_days",
        "percent",
        "brake",
        "winner",
        "winner_at",
        "zone",
        "given",
        "ceiling_left",
        "receipt",
        "why",
    ),
)


@dataclass(frozen=True, slots=True)
class Because:
    """One verdict, or with `what` "waiting" the step that comes next. `until` is when a deferred one is asked again."""

    at: datetime
    workflow: str
    step: str
    what: str
    reason: str
    sentence: str
    seen: Mapping[str, object] = field(default_factory=dict)
    until: datetime | None = None


def why(session: Session, *, store_id: int, customer: str) -> list[Because]:
    """Everything decided about one customer, oldest first, then what waits. Raises UnknownCustomerError.

    `customer` is our id, the platform's id, an address or a phone number.
    """
    found = find_customer(session, store_id=store_id, customer=customer)
    return [
        *_decided(session, store_id=store_id, customer_id=found),
        *_waiting(session, store_id=store_id, customer_id=found),
    ]


def find_customer(session: Session, *, store_id: int, customer: str) -> int:
    """Our id of a customer, by whatever name they go. Raises UnknownCustomerError."""
    keys = [key for key in (customer.strip(), email_key(customer), phone_key(customer)) if key]
    by_name = sa.select(Identity.customer_id).where(Identity.store_id == store_id, Identity.value.in_(keys)).limit(1)
    found = session.execute(by_name).scalar()
    if found is None and customer.isdecimal() and len(customer) < 19:
        by_id = sa.select(Customer.id).where(Customer.store_id == store_id, Customer.id == int(customer))
        found = session.execute(by_id).scalar()
    if found is None:
        raise UnknownCustomerError("this store has no such customer")
    return found


def _decided(session: Session, *, store_id: int, customer_id: int) -> list[Because]:
    rows = session.scalars(
        sa.select(Outcome)
        .where(Outcome.store_id == store_id, Outcome.customer_id == customer_id)
        .order_by(Outcome.at, Outcome.id)
    )
    return [verdict(row) for row in rows]


def verdict(row: Outcome) -> Because:
    """One row of the ledger with its reason in words."""
    return Because(
        row.at,
        row.workflow,
        row.step,
        what=row.kind,
        reason=row.reason,
        sentence=sentence(row.reason),
        seen=row.seen,
        until=row.until,
    )


def _waiting(session: Session, *, store_id: int, customer_id: int) -> list[Because]:
    rows = session.scalars(
        sa.select(Enrollment)
        .where(
            Enrollment.store_id == store_id,
            Enrollment.customer_id == customer_id,
            Enrollment.state == EnrollmentState.WAITING,
        )
        .order_by(Enrollment.due_at)
    )
    return [
        Because(
            row.due_at,
            row.workflow,
            row.step,
            what=WAITING,
            reason=WAITING,
            sentence="It falls due at this time and is judged then.",
        )
        for row in rows
    ]


def sentence(reason: str) -> str:
    """The plain sentence of a reason; the word itself where a ledger from another version holds one we do not know."""
    return SENTENCES[Reason(reason)] if reason in set(Reason) else reason
