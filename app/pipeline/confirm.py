"""Is it still true? What a marketing message is about is read from the store itself just before it leaves.

A webhook may be on its way, or lost. So the order, the checkout, the product and the person are looked at where the platform
can show them, and taken in like every other reading; then the law is asked. A store that cannot be asked defers, and never
sends. What was heard of a moment ago is not asked for again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from app import connections, log
from app.facts import about
from app.model import Customer, Enrollment, Store
from app.pipeline.fair import Row
from app.pipeline.ingest import ingest
from app.questions import asked
from app.rows import table_of
from app.runtime import Runtime
from connectors.base import Ability, ShowsManyAtOnce
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import Kind, Record
from workflows.language import Purpose

CUSTOMER = table_of(Customer)
ENROLLMENT = table_of(Enrollment)
# News that a webhook brought so short a time ago is as good as a look. A day that was reckoned ahead comes without news.
FRESH = timedelta(minutes=5)
# One store's slow answers hold up the marketing of others so long, and one call more; service messages leave beside it.
LONGEST_LOOK = timedelta(seconds=25)
COLUMNS = (ENROLLMENT.c.id, ENROLLMENT.c.subject, ENROLLMENT.c.event_at, ENROLLMENT.c.enrolled_at)
WAYS = sa.select(*COLUMNS, CUSTOMER.c.external_id).join(CUSTOMER, CUSTOMER.c.id == ENROLLMENT.c.customer_id)
Wish = tuple[int, Kind, str]


def confirm(runtime: Runtime, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Look at what these messages are about: those that may be judged now, and those whose store could not be asked.

    What several of them are about is looked at once.
    """
    marketing = [row for row in rows if row.purpose == Purpose.MARKETING]
    stores, ways = _read(runtime, marketing)
    wanted = {row.id: _wishes(runtime, row, stores=stores, ways=ways) for row in marketing}
    seen = _seen(runtime, stores, wishes=list(dict.fromkeys(one for wishes in wanted.values() for one in wishes)))
    _take_in(runtime, stores, seen=seen)
    unknown = {number for number, wishes in wanted.items() if any(seen[one] is None for one in wishes)}
    return [row for row in rows if row.id not in unknown], [row for row in rows if row.id in unknown]


def _read(runtime: Runtime, rows: Sequence[Row]) -> tuple[dict[int, Store], dict[int, Any]]:
    """The stores of these messages, and what each is about, by its enrollment."""
    if not rows:
        return {}, {}
    with runtime.database.read() as session:
        stores = {one: session.get_one(Store, one) for one in {row.store_id for row in rows}}
        ids = sorted({row.enrollment_id for row in rows})
        return stores, {way.id: way for way in asked(session, WAYS, column=ENROLLMENT.c.id, values=ids)}


def _wishes(runtime: Runtime, row: Row, *, stores: Mapping[int, Store], ways: Mapping[int, Any]) -> list[Wish]:
    store, way = stores[row.store_id], ways.get(row.enrollment_id)
    if way is None or _is_fresh(way, runtime.clock.now()) or store.platform not in runtime.connectors:
        return []
    wanted = _wanted(runtime, store, subject=way.subject, person=way.external_id)
    return [(store.id, kind, external_id) for kind, external_id in wanted]


def _is_fresh(way: Any, now: datetime) -> bool:
    oldest: timedelta = max(abs(now - way.event_at), now - way.enrolled_at)
    return oldest < FRESH


def _take_in(runtime: Runtime, stores: Mapping[int, Store], *, seen: Mapping[Wish, tuple[Record, ...] | None]) -> None:
    for store_id, store in stores.items():
        records = [record for wish, found in seen.items() if wish[0] == store_id for record in found or ()]
        if records:
            with runtime.database.write() as session:
                ingest(session, store=store, records=records, now=runtime.clock.now(), runtime=runtime)


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


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of looks for one batch. A store that did not answer is not asked again by it, and nobody is asked for long:
    other stores' messages wait behind it."""

    runtime: Runtime
    stores: Mapping[int, Store]
    until: datetime
    silent: set[int] = field(default_factory=set)

    def may_ask(self, store_id: int) -> bool:
        return store_id not in self.silent and self.runtime.clock.now() <= self.until

    def is_silent(self, store_id: int, *, kind: Kind, error: Exception) -> None:
        self.silent.add(store_id)
        log.trouble("not_confirmed", store_id=store_id, kind=kind, error=error)


def _seen(
    runtime: Runtime, stores: Mapping[int, Store], *, wishes: Sequence[Wish]
) -> dict[Wish, tuple[Record, ...] | None]:
    """What each store shows of what is wished, in few calls where it can: None where it could not be asked."""
    this = _Round(runtime, stores, until=runtime.clock.now() + LONGEST_LOOK)
    seen: dict[Wish, tuple[Record, ...] | None] = {}
    for (store_id, kind), several in groupby(sorted(wishes), key=lambda wish: wish[:2]):
        named = [external_id for _, _, external_id in several]
        seen |= {(store_id, kind, one): records for one, records in _together(this, store_id, kind=kind, named=named)}
    return seen | {wish: _alone(this, wish) for wish in wishes if wish not in seen}


def _together(
    this: _Round, store_id: int, *, kind: Kind, named: Sequence[str]
) -> Iterator[tuple[str, tuple[Record, ...]]]:
    """Those that one call can show, as far as there is time for it."""
    connector, store = this.runtime.connectors[this.stores[store_id].platform], this.stores[store_id]
    if len(named) == 1 or not isinstance(connector, ShowsManyAtOnce) or not this.may_ask(store_id):
        return
    try:
        access, profile = connections.access_to(this.runtime, store), connections.profile_of(store)
        for external_id, reading in connector.look_each(access, kind, external_ids=named, profile=profile):
            yield external_id, reading.records
            if not this.may_ask(store_id):
                return
    except (Temporary, Unauthorised) as error:
        this.is_silent(store_id, kind=kind, error=error)


def _alone(this: _Round, wish: Wish) -> tuple[Record, ...] | None:
    store_id, kind, external_id = wish
    if not this.may_ask(store_id):
        return None
    try:
        return _look(this.runtime, this.stores[store_id], kind=kind, external_id=external_id)
    except (Temporary, Unauthorised) as error:
        this.is_silent(store_id, kind=kind, error=error)
        return None


def _look(runtime: Runtime, store: Store, *, kind: Kind, external_id: str) -> tuple[Record, ...] | None:
    """Nothing where the platform cannot show such things, None where it shows none that can be read. Raises Temporary and
    Unauthorised, which say nothing of what was asked for and all of the store."""
    access = connections.access_to(runtime, store)
    try:
        reading = runtime.connectors[store.platform].look(
            access, kind, external_id=external_id, profile=connections.profile_of(store)
        )
    except Unsupported:
        return ()
    except (Permanent, Malformed) as error:
        log.trouble("not_confirmed", store_id=store.id, kind=kind, error=error)
        return None
    return reading.records
