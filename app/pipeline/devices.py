"""The browsers on which people let a store show notifications: taken in with their yes, and gone with the last of them.

A person is notified on each of them: whoever said yes on two devices expects it on both, and nobody knows which one is at hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts.rights import answer_of
from app.keys import UnreadableSecretError
from app.model import Customer, Device, Identity
from app.model.customer import IdentityKind
from app.pipeline import consent
from app.policy.consent import Answer
from app.rows import insert, table_of
from app.runtime import Runtime
from connectors.devices import DeviceCall
from connectors.records import ConsentState, Medium

CUSTOMER, DEVICE, IDENTITY = map(table_of, (Customer, Device, Identity))
SOURCE, GONE = "storefront", "push_service"
MOST_DEVICES = 5
# Whoever says yes again and again has said it once: nobody fills the history of answers up.
ONE_YES = timedelta(minutes=10)
PURPOSE = "device"


class Taken(StrEnum):
    """`nobody`: this person is not known here (yet). `gone`: a browser came again that was let go meanwhile."""

    TAKEN = "taken"
    NOBODY = "nobody"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Reached:
    """One place where a person is notified: the device's row, its mark, and its subscription."""

    device_id: int
    mark: str
    subscription: str = field(repr=False)


def take_in(runtime: Runtime, store_id: int, *, external_id: str, call: DeviceCall) -> Taken:
    """Keep a browser of the customer whom the platform names so, with their yes to the words that were shown. One that was
    here before only says that it still is: a renewal is never a yes, and where the yes is gone, so is the browser."""
    now, mark = runtime.clock.now(), runtime.signer.fingerprint(PURPOSE, f"{store_id}:{call.endpoint}")
    with runtime.database.write() as session:
        _alone(session, store_id)
        customer_id = _named(session, store_id, external_id=external_id)
        if customer_id is None:
            return Taken.NOBODY
        mine = (DEVICE.c.store_id == store_id, DEVICE.c.mark == mark)
        before = session.execute(sa.select(DEVICE.c.customer_id).where(*mine)).scalar()
        held = _agreed(session, customer_id)
        if call.renews and (before != customer_id or held is None):
            session.execute(sa.delete(DEVICE).where(*mine, DEVICE.c.customer_id == customer_id))
            return Taken.GONE
        sealed = runtime.vault.lock(call.subscription)
        _keep(
            session, {"store_id": store_id, "mark": mark, "customer_id": customer_id}, call=call, sealed=sealed, now=now
        )
        if not (call.renews or (held is not None and now - held.at < ONE_YES)):
            _agree(session, store_id, customer_id=customer_id, call=call, now=now)
        if before is not None and before != customer_id:
            _end_with_the_last(session, store_id, customer_id=before, now=now)
    return Taken.TAKEN


def _alone(session: Session, store_id: int) -> None:
    """Nobody else takes in this store's records meanwhile: what both write would be half of either."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(store_id)))


def _named(session: Session, store_id: int, *, external_id: str) -> int | None:
    """The id of the customer whom the platform names so."""
    named = (IDENTITY.c.store_id == store_id, IDENTITY.c.kind == IdentityKind.EXTERNAL, IDENTITY.c.value == external_id)
    return session.execute(sa.select(IDENTITY.c.customer_id).where(*named)).scalar()


def _keep(session: Session, key: dict[str, object], *, call: DeviceCall, sealed: str, now: datetime) -> None:
    values = {"sealed": sealed, "service": call.service[:255], "at": now}
    kept = insert(session, DEVICE).values(**key, **values)
    changed = {**values, "customer_id": key["customer_id"]}
    session.execute(kept.on_conflict_do_update(index_elements=["store_id", "mark"], set_=changed))
    mine = DEVICE.c.customer_id == key["customer_id"]
    newest = sa.select(DEVICE.c.id).where(mine).order_by(DEVICE.c.at.desc(), DEVICE.c.id.desc()).limit(MOST_DEVICES)
    session.execute(sa.delete(DEVICE).where(mine, DEVICE.c.id.not_in(list(session.scalars(newest)))))


def _agree(session: Session, store_id: int, *, customer_id: int, call: DeviceCall, now: datetime) -> None:
    proof = {"form": "notifications", "page": call.page, "service": call.service}
    yes = consent.Given(
        Medium.PUSH, ConsentState.SUBSCRIBED, SOURCE, now, wording=call.wording, proof=proof, tells_platform=False
    )
    consent.give(session, yes, store_id=store_id, customer_id=customer_id, now=now)


def _agreed(session: Session, customer_id: int) -> Answer | None:
    """Their yes, where it holds."""
    told = session.execute(sa.select(CUSTOMER.c.answers).where(CUSTOMER.c.id == customer_id)).scalar()
    held = answer_of(told, Medium.PUSH)
    return held if held is not None and held.state == ConsentState.SUBSCRIBED else None


def forget(session: Session, customer_id: int) -> None:
    """Every device of somebody who wants no notifications any more; what they answered says why."""
    session.execute(sa.delete(DEVICE).where(DEVICE.c.customer_id == customer_id))


def is_gone(runtime: Runtime, device: Reached) -> bool:
    """The push service knows this browser no more. True where its owner is notified on another one from now on; with the last
    one their yes has gone."""
    # SQLite gives the number of the latest row anew once that row has gone: by then it may be somebody else's browser.
    mine = sa.and_(DEVICE.c.id == device.device_id, DEVICE.c.mark == device.mark)
    with runtime.database.write() as session:
        store_id = session.execute(sa.select(DEVICE.c.store_id).where(mine)).scalar()
        if store_id is None:
            return False
        _alone(session, store_id)
        customer_id = session.execute(sa.delete(DEVICE).where(mine).returning(DEVICE.c.customer_id)).scalar()
        if customer_id is None:
            return False
        return _end_with_the_last(session, store_id, customer_id=customer_id, now=runtime.clock.now())


def _end_with_the_last(session: Session, store_id: int, *, customer_id: int, now: datetime) -> bool:
    """Whether a device is left; where none is, that is an answer."""
    left = session.execute(sa.select(DEVICE.c.id).where(DEVICE.c.customer_id == customer_id).limit(1)).first()
    held = _agreed(session, customer_id)
    if left is None and held is not None:
        no = consent.Given(Medium.PUSH, ConsentState.UNSUBSCRIBED, GONE, max(now, held.at), tells_platform=False)
        consent.give(session, no, store_id=store_id, customer_id=customer_id, now=now)
    return left is not None


def reached(runtime: Runtime, customers: Iterable[int]) -> dict[int, list[Reached]]:
    """The devices of each of these people, the one on which they were seen last first; whoever has none is left out."""
    columns = (DEVICE.c.id, DEVICE.c.customer_id, DEVICE.c.mark, DEVICE.c.sealed)
    query = sa.select(*columns).where(DEVICE.c.customer_id.in_(sorted(set(customers))))
    with runtime.database.read() as session:
        rows = session.execute(query.order_by(DEVICE.c.at.desc(), DEVICE.c.id.desc())).all()
    found: dict[int, list[Reached]] = {}
    for row in rows:
        try:
            device = Reached(row.id, row.mark, runtime.vault.unlock(row.sealed))
        except UnreadableSecretError:
            continue
        found.setdefault(row.customer_id, []).append(device)
    return found
