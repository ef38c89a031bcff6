"""How machine words, complaints and people are called on the page."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer
from app.policy.reasons import SENTENCES
from app.rows import table_of

CUSTOMER = table_of(Customer)
OURS: Mapping[str, str] = {word.value: sentence for word, sentence in SENTENCES.items()}

MEDIA: Mapping[str, str] = {"email": "Email", "sms": "Text message", "push": "Notification"}


def labelled(name: str) -> str:
    """A machine's word as people read it: "miss_you" -> "Miss you"."""
    return name.replace("_", " ").capitalize()


def called(medium: str) -> str:
    """A medium as people call it."""
    return MEDIA.get(medium) or labelled(medium)


def who(customer: Any) -> str:
    """How a customer, or a row with the names of one, is called on the page: by name, else by address, else ""."""
    return " ".join(part for part in (customer.first_name, customer.last_name) if part) or customer.email or ""


def people(session: Session, *, store_id: int, ids: Iterable[int]) -> Mapping[int, str]:
    """How these customers are called."""
    # The sum keeps SQLite from walking the whole store for a few people.
    query = sa.select(CUSTOMER.c.id, CUSTOMER.c.first_name, CUSTOMER.c.last_name, CUSTOMER.c.email).where(
        CUSTOMER.c.store_id + 0 == store_id, CUSTOMER.c.id.in_(sorted(set(ids)))
    )
    return {one.id: who(one) for one in session.execute(query)}


def sentence_of(reason: str) -> str:
    """A ledger's word as a sentence; the word itself where it is not one of ours."""
    return OURS.get(reason) or f"{labelled(reason)}."
