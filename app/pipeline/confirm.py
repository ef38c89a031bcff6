"""Is it still true? What a marketing message is about is read from the store itself just before it leaves.

A webhook may be on its way, or lost. So the order, the checkout, the product and the person are looked at where the platform
can show them, and taken in like every other reading; then the law is asked. A store that cannot be asked defers, and never
sends. What was heard of a moment ago is not asked for again.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa

from app import connections, log
from app.facts import about
from app.model import Customer, Enrollment, Store
from app.pipeline.fair import Row
from app.pipeline.ingest import ingest
from app.rows import table_of
from app.runtime import Runtime
from connectors.base import Ability
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import Kind, Record
from workflows.language import Purpose

CUSTOMER = table_of(Customer)
ENROLLMENT = table_of(Enrollment)
# News that a webhook brought so short a time ago is as good as a look.
FRESH = timedelta(minutes=5)


def confirm(runtime: Runtime, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Look at what these messages are about: those that may be judged now, and those whose store could not be asked."""
    confirmed: list[Row] = []
    unknown: list[Row] = []
    for row in rows:
        (confirmed if _is_confirmed(runtime, row) else unknown).append(row)
    return confirmed, unknown


def _is_confirmed(runtime: Runtime, row: Row) -> bool:
    if row.purpose != Purpose.MARKETING:
        return True
    with runtime.database.read() as session:
        store = session.get_one(Store, row.store_id)
        way = session.execute(
            sa.select(ENROLLMENT.c.subject, ENROLLMENT.c.event_at, CUSTOMER.c.external_id)
            .join(CUSTOMER, CUSTOMER.c.id == ENROLLMENT.c.customer_id)
            .where(ENROLLMENT.c.id == row.enrollment_id)
        ).first()
    if way is None or abs(runtime.clock.now() - way.event_at) < FRESH or store.platform not in runtime.connectors:
        return True
    wanted = list(_wanted(runtime, store, subject=way.subject, person=way.external_id))
    seen: list[Record] = []
    for kind, external_id in wanted:
        records = _look(runtime, store, kind=kind, external_id=external_id)
        if records is None:
            return False
        seen += records
    if seen:
        with runtime.database.write() as session:
            ingest(session, store=store, records=seen, now=runtime.clock.now(), runtime=runtime)
    return True


def _wanted(runtime: Runtime, store: Store, *, subject: str, person: str | None) -> Iterator[tuple[Kind, str]]:
    """What to look at. The person only where the platform keeps their answers."""
    named = about(subject)
    for kind, external_id in (
        (Kind.ORDER, named.order),
        (Kind.CHECKOUT, named.checkout),
        (Kind.PRODUCT, named.product),
    ):
        if external_id is not None:
            yield kind, external_id
    if person and Ability.WRITE_CONSENT in runtime.connectors[store.platform].abilities:
        yield Kind.CUSTOMER, person


def _look(runtime: Runtime, store: Store, *, kind: Kind, external_id: str) -> tuple[Record, ...] | None:
    """What the store shows; nothing where the platform cannot show such things, None where it could not be asked."""
    access = connections.access_to(runtime, store)
    try:
        reading = runtime.connectors[store.platform].look(
            access, kind, external_id=external_id, profile=connections.profile_of(store)
        )
    except Unsupported:
        return ()
    except (Temporary, Permanent, Unauthorised, Malformed) as error:
        log.trouble("not_confirmed", store_id=store.id, kind=kind, error=error)
        return None
    return reading.records
