"""Who acts, and the row that tells of it: a machine word and ids, nothing of anybody's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer, Deed, DeedKind
from app.rows import table_of

CUSTOMER = table_of(Customer)
LONGEST_ACTOR = 64


class NotTheirsError(LookupError):
    """This store has nothing of this id."""


class Fate(StrEnum):
    """What came of an act: it is `done`; the row had `moved_on`; its time is over (`too_late`); its workflow is `off`."""

    DONE = "done"
    MOVED_ON = "moved_on"
    TOO_LATE = "too_late"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Hand:
    """A verified member of one store's staff, and the moment; `actor` is the platform's id of that person."""

    store_id: int
    actor: str
    now: datetime


@dataclass(frozen=True, slots=True)
class On:
    """What a deed was done to."""

    customer_id: int | None = None
    about: int | None = None
    workflow: str | None = None
    step: str | None = None


def did(session: Session, hand: Hand, *, kind: DeedKind, on: On) -> None:
    """Write the deed down, in the transaction that does it."""
    session.add(
        Deed(
            store_id=hand.store_id,
            kind=kind,
            actor=hand.actor[:LONGEST_ACTOR],
            customer_id=on.customer_id,
            about=on.about,
            workflow=on.workflow,
            step=on.step,
            at=hand.now,
        )
    )


def theirs(session: Session, hand: Hand, *, customer_id: int) -> Customer:
    """The customer, locked, if it is this store's. Raises NotTheirsError."""
    query = sa.select(Customer).where(Customer.store_id == hand.store_id, Customer.id == customer_id)
    found = session.scalars(query.with_for_update()).first()
    if found is None:
        raise NotTheirsError
    return found
