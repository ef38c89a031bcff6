"""What people answered: an append-only history, and on the customer's row the latest answer by its own time."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Consent, Customer, Store
from app.rows import among, bulk_update, chunks, insert_new, table_of
from connectors.records import ConsentRecord, ConsentState, Medium

CONSENT = table_of(Consent)
CUSTOMER = table_of(Customer)
# Of two answers at the same moment the stricter one holds.
STRICTNESS = {
    ConsentState.UNKNOWN: 0,
    ConsentState.NEVER: 1,
    ConsentState.SUBSCRIBED: 2,
    ConsentState.PENDING: 3,
    ConsentState.INVALID: 4,
    ConsentState.UNSUBSCRIBED: 5,
}


def record(session: Session, *, store: Store, answers: Sequence[tuple[int, ConsentRecord]], now: datetime) -> set[int]:
    """Append answers, settle what holds now, and return who said yes to e-mail."""
    rows = [
        {
            "store_id": store.id,
            "customer_id": customer_id,
            "medium": answer.medium,
            "state": answer.state,
            "at": answer.at,
            "recorded_at": now,
            "source": answer.source[:80],
            "opt_in_level": answer.opt_in_level,
            "wording": answer.wording,
        }
        for customer_id, answer in answers
    ]
    insert_new(session, CONSENT, rows=rows)
    by_mail = [(who, answer) for who, answer in answers if answer.medium is Medium.EMAIL]
    settle(session, {who for who, _ in by_mail})
    return {who for who, answer in by_mail if answer.state is ConsentState.SUBSCRIBED}


def answer(
    session: Session,
    *,
    store_id: int,
    customer_id: int,
    medium: str,
    state: ConsentState,
    source: str,
    at: datetime,
    now: datetime,
    wording: str | None = None,
) -> None:
    """One answer that a person gave to us (a preference page, a one-click unsubscribe); the platform is told of it later."""
    row = {
        "store_id": store_id,
        "customer_id": customer_id,
        "medium": medium,
        "state": state,
        "at": at,
        "recorded_at": now,
        "source": source[:80],
        "opt_in_level": None,
        "wording": wording,
        "tell_at": now,
    }
    insert_new(session, CONSENT, rows=[row])
    settle(session, [customer_id])


def settle(session: Session, customer_ids: Collection[int]) -> None:
    """Put the latest answer for e-mail on each customer's row."""
    holds: dict[int, tuple[datetime, int, str]] = {}
    for chunk in chunks(sorted(customer_ids)):
        query = sa.select(CONSENT.c.customer_id, CONSENT.c.at, CONSENT.c.state).where(
            among(session, CONSENT.c.customer_id, values=chunk), CONSENT.c.medium == Medium.EMAIL
        )
        for customer_id, at, state in session.execute(query):
            ours = (at, STRICTNESS[ConsentState(state)], state)
            holds[customer_id] = max(holds.get(customer_id, ours), ours)
    rows = [{"id": who, "email_consent": state, "email_consent_at": at} for who, (at, _, state) in holds.items()]
    bulk_update(session, CUSTOMER, rows=rows)
