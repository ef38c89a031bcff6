"""The way out of a person who used an unsubscribe link: at once, and as often as they like."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.facts.rights import answer_of
from app.links import Unsubscription
from app.model import Customer, Message
from app.pipeline import consent
from connectors.records import ConsentState

SOURCE = "unsubscribe_link"


def unsubscribe(session: Session, wish: Unsubscription, *, now: datetime) -> bool:
    """Write the answer down, once; False where we know that person no more (then nobody is written to either).

    The message that carried the link leads to the person even where two customers became one since.
    """
    customer = owner_of(session, wish)
    if customer is None:
        return False
    consent.answer(
        session,
        store_id=wish.store_id,
        customer_id=customer.id,
        medium=wish.medium,
        state=ConsentState.UNSUBSCRIBED,
        source=SOURCE,
        at=_at(customer, wish.medium, now=now),
        now=now,
    )
    return True


def owner_of(session: Session, wish: Unsubscription) -> Customer | None:
    """Whom the link stands for today; None where we know that person no more."""
    message = session.get(Message, wish.message_id) if wish.message_id else None
    is_theirs = message is not None and message.store_id == wish.store_id
    customer = session.get(Customer, message.customer_id if message and is_theirs else wish.customer_id)
    if customer is None or customer.store_id != wish.store_id or customer.is_erased:
        return None
    return customer


def _at(customer: Customer, medium: str, *, now: datetime) -> datetime:
    """The moment of the answer. Somebody who is out already answers once more at the same moment, which makes no new row."""
    held = answer_of(customer.answers, medium)
    return held.at if held is not None and held.state == ConsentState.UNSUBSCRIBED else now
