"""What people answered to us is told to their store's platform: later, durably, and never in the recipient's own request.

The platform may tell it back to us: the same answer at the same moment is a row that we have already.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app import connections, log
from app.model import ConnectionState, Consent, Customer, Store, StoreState
from app.rows import table_of
from app.runtime import Runtime
from connectors.base import Ability
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import ConsentRecord, ConsentState, Medium

CONSENT = table_of(Consent)
CUSTOMER = table_of(Customer)
LEASE = timedelta(minutes=2)
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=6)
MOST_TRIES = 40


def tell(runtime: Runtime, *, limit: int = 50) -> int:
    """Tell platforms what is still to be told; how many answers were taken up."""
    rows = _taken(runtime, limit)
    for row in rows:
        _tell_one(runtime, row)
    return len(rows)


def _taken(runtime: Runtime, limit: int) -> list[Any]:
    now = runtime.clock.now()
    is_due = sa.and_(CONSENT.c.tell_at.is_not(None), CONSENT.c.tell_at <= now)
    with runtime.database.read() as session:
        if session.execute(sa.select(CONSENT.c.id).where(is_due).limit(1)).first() is None:
            return []
    active = sa.select(Store.id).where(Store.state == StoreState.ACTIVE)
    some = (
        sa.select(CONSENT.c.id).where(is_due, CONSENT.c.store_id.in_(active)).order_by(CONSENT.c.tell_at).limit(limit)
    )
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


def _tell_one(runtime: Runtime, row: Any) -> None:
    with runtime.database.read() as session:
        store = session.get_one(Store, row.store_id)
        customer = session.execute(sa.select(CUSTOMER).where(CUSTOMER.c.id == row.customer_id)).first()
    connector = runtime.connectors.get(store.platform)
    if connector is None or customer is None or Ability.WRITE_CONSENT not in connector.abilities:
        _settle(runtime, row, tell_at=None)
        return
    answer = ConsentRecord(
        medium=Medium(row.medium),
        state=ConsentState(row.state),
        at=row.at,
        source=row.source,
        customer_external_id=customer.external_id,
        address=customer.email if row.medium == Medium.EMAIL else customer.phone,
        opt_in_level=row.opt_in_level,
    )
    try:
        connector.write_consent(connections.access_to(runtime, store), answer)
    except Temporary as error:
        _again(runtime, row, asked=error.retry_after)
    except Unauthorised:
        with runtime.database.write() as session:
            words = "The store has to be connected again."
            state = ConnectionState.NEEDS_REAUTH
            connections.mark(session, store_id=store.id, state=state, trouble=words, now=runtime.clock.now())
        _again(runtime, row, asked=LONGEST_REST)
    except (Permanent, Unsupported, Malformed) as error:
        log.trouble("answer_not_told", store_id=store.id, consent_id=row.id, error=error)
        _settle(runtime, row, tell_at=None)
    else:
        _settle(runtime, row, tell_at=None)


def _again(runtime: Runtime, row: Any, *, asked: timedelta | None) -> None:
    """Later each time; given up after many days, since our own list holds in any case."""
    wait = asked or min(FIRST_REST * 2 ** min(row.tell_tries, 10), LONGEST_REST)
    _settle(runtime, row, tell_at=None if row.tell_tries >= MOST_TRIES else runtime.clock.now() + wait)


def _settle(runtime: Runtime, row: Any, *, tell_at: datetime | None) -> None:
    mine = sa.and_(CONSENT.c.id == row.id, CONSENT.c.tell_at == row.tell_at)
    with runtime.database.write() as session:
        session.execute(sa.update(CONSENT).where(mine).values(tell_at=tell_at))
