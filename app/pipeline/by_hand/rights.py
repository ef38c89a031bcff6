"""People's rights, done for them by somebody of the store: their data handed over at once, or erased by the job that does so
for the platforms."""

from datetime import timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import DeedKind, PrivacyRequest
from app.pipeline.by_hand.deeds import Hand, On, did, theirs
from app.pipeline.erase.export import Told, everything_about
from app.pipeline.erase.names import Who, names_of
from app.rows import insert_new, table_of
from app.runtime import Runtime
from connectors.records import PrivacyDemand

REQUEST = table_of(PrivacyRequest)
DUE = timedelta(days=30)


def export(runtime: Runtime, hand: Hand, *, customer_id: int) -> Told:
    """Everything that is held about a customer, by table. Raises NotTheirsError."""
    with runtime.database.write() as session:
        theirs(session, hand, customer_id=customer_id)
        did(session, hand, kind=DeedKind.EXPORTED, on=On(customer_id))
    with runtime.database.read() as session:
        names = names_of(session, hand.store_id, who=Who(customer_id=customer_id))
    return everything_about(runtime, hand.store_id, names=names)


def erase(session: Session, hand: Hand, *, customer_id: int, runtime: Runtime) -> None:
    """Demand the erasure; the job begins within a minute. Once, however often it is asked. Raises NotTheirsError."""
    person = theirs(session, hand, customer_id=customer_id)
    # Their names too: until the job comes, their row may have gone into another one's.
    who = Who(external_id=person.external_id, email=person.email, phone=person.phone, customer_id=customer_id)
    row = {
        "store_id": hand.store_id,
        "demand": PrivacyDemand.ERASE_CUSTOMER,
        "reference": f"by_hand:{customer_id}",
        "customer_external_id": None,
        "received_at": hand.now,
        "due_at": hand.now + DUE,
        "done_at": None,
        "result": {"locked": runtime.vault.lock(msgspec.json.encode(who).decode())},
    }
    insert_new(session, REQUEST, rows=[row])
    did(session, hand, kind=DeedKind.ERASED, on=On(customer_id))


def is_being_erased(session: Session, hand: Hand, *, customer_id: int) -> bool:
    """Whether their erasure was demanded and is not met yet."""
    query = sa.select(REQUEST.c.id).where(
        REQUEST.c.store_id == hand.store_id,
        REQUEST.c.reference == f"by_hand:{customer_id}",
        REQUEST.c.done_at.is_(None),
    )
    return session.execute(query).first() is not None
