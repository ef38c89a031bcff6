"""What people answered to us is told to their store's platform: later, durably, and never in the recipient's own request.

Only answers that were given to us carry `tell_at`. What a platform tells, our own words coming back among it, is taken in
without one and so is never told again; nothing can go round in circles. An answer that a later one has overtaken is not told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections, log
from app.model import ConnectionState, Consent, Customer, Store, StoreState
from app.rows import table_of
from app.runtime import Runtime
from connectors.base import Ability, StoreConnector
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import ConsentRecord, ConsentState, Medium

CONSENT = table_of(Consent)
CUSTOMER = table_of(Customer)
LEASE = timedelta(minutes=10)
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=6)
# Some ten days: an answer that no platform takes by then is kept to by us alone.
MOST_TRIES = 50


@dataclass(frozen=True, slots=True)
class _Later:
    """The store cannot be told now; `asked` is how long it wants to be left alone, if it said so."""

    asked: timedelta | None = None


def tell(runtime: Runtime, *, limit: int = 50) -> int:
    """Tell platforms what is still to be told; how many answers were taken up. A store that cannot listen now is asked once
    and not once for every answer."""
    taken = _taken(runtime, limit)
    for store_id in dict.fromkeys(row.store_id for row in taken):
        _tell_store(runtime, store_id, rows=[row for row in taken if row.store_id == store_id])
    return len(taken)


def _taken(runtime: Runtime, limit: int) -> Sequence[Any]:
    now = runtime.clock.now()
    active = sa.select(Store.id).where(Store.state == StoreState.ACTIVE)
    is_due = sa.and_(CONSENT.c.tell_at.is_not(None), CONSENT.c.tell_at <= now, CONSENT.c.store_id.in_(active))
    with runtime.database.read() as session:
        if session.execute(sa.select(CONSENT.c.id).where(is_due).limit(1)).first() is None:
            return []
    some = sa.select(CONSENT.c.id).where(is_due).order_by(CONSENT.c.tell_at).limit(limit)
    if not runtime.database.is_sqlite:
        some = some.with_for_update(skip_locked=True)
    claimed = (
        sa.update(CONSENT)
        .where(CONSENT.c.id.in_(some))
        .values(tell_at=now + LEASE, tell_tries=CONSENT.c.tell_tries + 1)
        .returning(*CONSENT.c)
    )
    with runtime.database.write() as session:
        return sorted(session.execute(claimed).all(), key=lambda row: int(row.id))


def _tell_store(runtime: Runtime, store_id: int, *, rows: Sequence[Any]) -> None:
    with runtime.database.read() as session:
        store = session.get_one(Store, store_id)
    connector = runtime.connectors.get(store.platform)
    later: _Later | None = None
    for row in rows:
        if connector is not None and Ability.WRITE_CONSENT in connector.abilities and later is None:
            later = _tell_one(runtime, row, store=store, connector=connector)
        _settle(runtime, row, tell_at=_next_try(row, later, now=runtime.clock.now()) if later else None)


def _tell_one(runtime: Runtime, row: Any, *, store: Store, connector: StoreConnector) -> _Later | None:
    """None where this answer is done with: told, refused for good, or overtaken."""
    with runtime.database.read() as session:
        answer = _answer(session, row)
    if answer is None:
        return None
    try:
        connector.write_consent(connections.access_to(runtime, store), answer)
    except Temporary as error:
        return _Later(error.retry_after)
    except Unauthorised:
        _lock_out(runtime, store)
        return _Later(LONGEST_REST)
    except (Permanent, Unsupported, Malformed) as error:
        log.trouble("answer_not_told", store_id=store.id, consent_id=row.id, error=error)
    else:
        log.done("answer_told", store_id=store.id, consent_id=row.id)
    return None


def _lock_out(runtime: Runtime, store: Store) -> None:
    now, state = runtime.clock.now(), ConnectionState.NEEDS_REAUTH
    with runtime.database.write() as session:
        connections.mark(session, store_id=store.id, state=state, trouble=connections.CONNECT_AGAIN, now=now)


def _answer(session: Session, row: Any) -> ConsentRecord | None:
    """The answer in the words of the wall; None where a later one stands, or nobody is there to be named any more."""
    customer = session.execute(sa.select(CUSTOMER).where(CUSTOMER.c.id == row.customer_id)).first()
    same = (CONSENT.c.customer_id == row.customer_id, CONSENT.c.medium == row.medium)
    later = sa.select(CONSENT.c.id).where(*same, CONSENT.c.at > row.at, CONSENT.c.state != row.state).limit(1)
    if customer is None or session.execute(later).first() is not None:
        return None
    address = customer.email if row.medium == Medium.EMAIL else customer.phone
    if not customer.external_id and not address:
        return None
    return ConsentRecord(
        medium=Medium(row.medium),
        state=ConsentState(row.state),
        at=row.at,
        source=row.source,
        customer_external_id=customer.external_id,
        address=address,
        opt_in_level=row.opt_in_level,
        wording=row.wording,
    )


def _next_try(row: Any, later: _Later, *, now: datetime) -> datetime | None:
    """Later each time; None after so many tries that it is given up, since our own list holds in any case."""
    if row.tell_tries >= MOST_TRIES:
        log.broken("answer_never_told", store_id=row.store_id, consent_id=row.id)
        return None
    return now + (later.asked or min(FIRST_REST * 2 ** min(row.tell_tries - 1, 10), LONGEST_REST))


def _settle(runtime: Runtime, row: Any, *, tell_at: datetime | None) -> None:
    mine = sa.and_(CONSENT.c.id == row.id, CONSENT.c.tell_at == row.tell_at)
    with runtime.database.write() as session:
        session.execute(sa.update(CONSENT).where(mine).values(tell_at=tell_at))
