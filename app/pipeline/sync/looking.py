"""Read named objects again: what a payload only hinted at is believed when the store itself has shown it."""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections, log
from app.model import Store
from app.pipeline.inbox import profile_of
from app.pipeline.ingest import ingest
from app.pipeline.sync.runs import SYNC_RUN, Hold
from app.runtime import Runtime
from connectors.errors import Malformed, Permanent, Unsupported
from connectors.records import Kind, Record

KINDS = frozenset(Kind)


def look_at_all(runtime: Runtime, store: Store, *, row: Any, hold: Hold, until: float) -> None:
    """Look at each object of a run once; what cannot be looked at is left out. Raises Temporary and Unauthorised."""
    for kind, external_id in row.looks:
        records = _seen(runtime, store, kind=kind, external_id=external_id)
        is_over = time.monotonic() > until
        if not _keep(runtime, store, hold=hold, look=[kind, external_id], records=records, lets_go=is_over) or is_over:
            return
    _close(runtime, hold)


def _seen(runtime: Runtime, store: Store, *, kind: str, external_id: str) -> tuple[Record, ...]:
    access = connections.access_to(runtime, store)
    if kind not in KINDS:
        return ()
    try:
        reading = runtime.connectors[store.platform].look(
            access, Kind(kind), external_id=external_id, profile=profile_of(store)
        )
    except (Unsupported, Permanent, Malformed) as error:
        log.trouble("look_failed", store_id=store.id, kind=kind, error=error)
        return ()
    for word in reading.unknown:
        log.trouble("unknown_value", store_id=store.id, what=word[:80])
    return reading.records


def _keep(
    runtime: Runtime, store: Store, *, hold: Hold, look: list[str], records: tuple[Record, ...], lets_go: bool
) -> bool:
    """What was seen, in one transaction with the list of what is still to be looked at."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        # Ingest locks the store first, so that nobody adds to the list while it is cut.
        ingest(session, store=store, records=records, now=now, runtime=runtime)
        left = [one for one in _looks(session, hold) if list(one) != look]
        alarm = {"alarm_at": now} if lets_go else {}
        if not hold.move(session, now=now, looks=left, done=SYNC_RUN.c.done + 1, tries=0, trouble=None, **alarm):
            session.rollback()
            return False
    return True


def _looks(session: Session, hold: Hold) -> list[list[str]]:
    query = sa.select(SYNC_RUN.c.looks).where(SYNC_RUN.c.id == hold.run_id)
    return session.scalars(query).first() or []


def _close(runtime: Runtime, hold: Hold) -> None:
    """The run is over, unless something was added to its list meanwhile: then it goes on at once."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        if _looks(session, hold):
            hold.move(session, now=now, alarm_at=now)
        else:
            hold.end(session, now=now)
