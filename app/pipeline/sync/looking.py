"""Read named objects again: what a payload only hinted at is believed when the store itself has shown it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections, log
from app.model import Store
from app.pipeline import unknown
from app.pipeline.ingest import ingest
from app.pipeline.sync.runs import SYNC_RUN, Hold, rest
from app.pipeline.sync.taking import take_in
from app.runtime import Runtime
from connectors.errors import Malformed, Permanent, Temporary, Unsupported
from connectors.records import Kind, Reading

KINDS = frozenset(Kind)
# About two hours; after that the nightly catch-up is what is left.
MOST_TRIES = 10
# After so many that failed the store itself is thought to be down, and rests.
MOST_FAILED = 3


@dataclass(frozen=True, slots=True)
class _Look:
    """One object to look at, for one run."""

    runtime: Runtime
    store: Store
    hold: Hold
    kind: str
    external_id: str


def look_at_all(runtime: Runtime, store: Store, *, looks: Sequence[Sequence[str]], hold: Hold, until: float) -> None:
    """Look at each object of a run once. One that fails rests with the run and stops no other; one that cannot be looked at
    is left out. Raises Unauthorised, and Temporary where the store asks us to wait or seems to be down."""
    failed = 0
    for kind, external_id in _in_turn(looks, hold.tries):
        look = _Look(runtime, store, hold, kind, external_id)
        try:
            reading = _seen(look)
        except Temporary as error:
            failed += 1
            if error.retry_after is not None or failed == MOST_FAILED or time.monotonic() > until:
                raise
            continue
        if not _keep(look, reading):
            return
        if time.monotonic() > until:
            _let_go(look)
            return
    _close(runtime, store, hold=hold, failed=failed)


def _in_turn(looks: Sequence[Sequence[str]], tries: int) -> Sequence[Sequence[str]]:
    """Each try begins further on, so that a few which always fail do not keep the others from being looked at."""
    start = max(tries - 1, 0) * MOST_FAILED % len(looks) if looks else 0
    return [*looks[start:], *looks[:start]]


def _seen(look: _Look) -> Reading:
    store = look.store
    if look.kind not in KINDS:
        return Reading(())
    access, connector = connections.access_to(look.runtime, store), look.runtime.connectors[store.platform]
    try:
        reading = connector.look(
            access, Kind(look.kind), external_id=look.external_id, profile=connections.profile_of(store)
        )
    except (Unsupported, Permanent, Malformed) as error:
        log.trouble("look_failed", store_id=store.id, kind=look.kind, error=error)
        return Reading(())
    except Temporary as error:
        if look.hold.tries < MOST_TRIES or error.retry_after is not None:
            raise
        log.trouble("look_given_up", store_id=store.id, kind=look.kind, error=error)
        return Reading(())
    return reading


def _keep(look: _Look, reading: Reading) -> bool:
    """What was seen, in one transaction with the list of what is still to be looked at; False where we lost the run."""
    hold, now = look.hold, look.runtime.clock.now()
    with look.runtime.database.write() as session:
        # Ingest locks the store first, so that nobody adds to the list while it is cut.
        take_in(look.runtime, look.store, records=reading.records, session=session)
        unknown.note(session, look.store, words=reading.unknown, now=now)
        left = [one for one in _looks(session, hold) if list(one) != [look.kind, look.external_id]]
        progress = {"looks": left, "done": SYNC_RUN.c.done + 1, "total": SYNC_RUN.c.done + 1 + len(left)}
        is_ours = hold.move(session, now=now, **progress)
        if not is_ours:
            session.rollback()
    hold.taken += is_ours
    return is_ours


def _looks(session: Session, hold: Hold) -> list[list[str]]:
    query = sa.select(SYNC_RUN.c.looks).where(SYNC_RUN.c.id == hold.run_id)
    return session.scalars(query).first() or []


def _let_go(look: _Look) -> None:
    now = look.runtime.clock.now()
    with look.runtime.database.write() as session:
        look.hold.move(session, now=now, alarm_at=now, tries=0)


def _close(runtime: Runtime, store: Store, *, hold: Hold, failed: int) -> None:
    """The run is over, unless a look failed (it rests) or something was added to its list meanwhile (it goes on at once)."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        # Nothing to take in, but the store is locked by it: nobody adds to a run that ends.
        ingest(session, store=store, records=(), now=now, runtime=runtime)
        if failed:
            hold.move(session, now=now, alarm_at=now + rest(hold.tries, asked=None))
        elif _looks(session, hold):
            hold.move(session, now=now, alarm_at=now, tries=0)
        else:
            hold.end(session, now=now)
