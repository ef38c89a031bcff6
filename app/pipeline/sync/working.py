"""Go on with runs that are due: claim, read a page from the store, take it in, move on; until the time is up."""

import time
from datetime import timedelta
from typing import Any

from app import connections, log
from app.model import ConnectionState, Store, SyncState
from app.pipeline.fair import any_due, claim
from app.pipeline.inbox import profile_of
from app.pipeline.ingest import ingest
from app.pipeline.sync.looking import look_at_all
from app.pipeline.sync.runs import LEASE, SYNC_RUN, Hold, cursor_of, rest
from app.runtime import Runtime
from connectors.base import SyncKind
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import Page

MOST_RUNS = 4
MOST_TRIES = 30
CONNECT_AGAIN = "The store has to be connected again."


def go_on(runtime: Runtime, *, seconds: float = 10.0) -> int:
    """Work on runs that are due, a fair share per store, for about so long; how many runs were taken up."""
    now = runtime.clock.now()
    with runtime.database.read() as session:
        if not any_due(session, SYNC_RUN, states=(SyncState.WAITING,), now=now):
            return 0
    with runtime.database.write() as session:
        taken = claim(session, SYNC_RUN, states=(SyncState.WAITING,), now=now, lease=LEASE, limit=MOST_RUNS)
    for row in taken:
        _work(runtime, row, until=time.monotonic() + seconds / len(taken))
    return len(taken)


def _work(runtime: Runtime, row: Any, *, until: float) -> None:
    """One run, until its time is up; whatever the store answers, the run says how it stands."""
    hold = Hold(row.id, row.alarm_at)
    if row.tries > MOST_TRIES:
        _end(runtime, hold, trouble="It broke many times on our side. The next catch-up tries again.")
        return
    with runtime.database.read() as session:
        store = session.get_one(Store, row.store_id)
    try:
        if row.kind == SyncKind.LOOKS:
            look_at_all(runtime, store, row=row, hold=hold, until=until)
        else:
            _read_pages(runtime, store, row=row, hold=hold, until=until)
    except Temporary as error:
        _rest(runtime, row, hold=hold, error=error)
    except Unauthorised:
        _locked_out(runtime, store, hold=hold)
    except (Permanent, Unsupported) as error:
        _end(runtime, hold, trouble=str(error) or "The store refuses what we ask.")
    except Malformed as error:
        if row.tries >= 3:
            _end(runtime, hold, trouble=f"The store answered with something that we cannot read: {error}")
        else:
            _rest(runtime, row, hold=hold, error=Temporary(str(error)))


def _read_pages(runtime: Runtime, store: Store, *, row: Any, hold: Hold, until: float) -> None:
    """Page by page. Raises what the connector raises."""
    connector, access = runtime.connectors[store.platform], connections.access_to(runtime, store)
    kind = SyncKind(row.kind)
    pages = connector.pages(access, kind, profile=profile_of(store), cursor=cursor_of(row), since=row.since)
    for page in pages:
        for word in page.unknown:
            log.trouble("unknown_value", store_id=store.id, what=word[:80])
        is_over = time.monotonic() > until
        if not _keep(runtime, store, page=page, hold=hold, lets_go=is_over) or page.is_last or is_over:
            return
        if page.wait_seconds is not None:
            return
    # The list ended without saying so, because a page asked to be called again: that page has set the alarm.


def _keep(runtime: Runtime, store: Store, *, page: Page, hold: Hold, lets_go: bool) -> bool:
    """One page in one transaction with the run's cursor; False where the run is held by somebody else, or is over."""
    now = runtime.clock.now()
    values: dict[str, Any] = {"cursor": dict(page.cursor), "done": page.done, "total": page.total, "tries": 0}
    values |= {"phase": page.phase[:40], "trouble": None}
    if page.wait_seconds is not None:
        values["alarm_at"] = now + rest(0, asked=timedelta(seconds=page.wait_seconds))
    elif lets_go and not page.is_last:
        values["alarm_at"] = now
    with runtime.database.write() as session:
        if not hold.move(session, now=now, **values):
            return False
        ingest(session, store=store, records=page.records, now=now, runtime=runtime)
        if page.is_last:
            hold.end(session, now=now)
    if page.is_last:
        log.done("run_ended", store_id=store.id, run_id=hold.run_id, count=page.done)
    return True


def _rest(runtime: Runtime, row: Any, *, hold: Hold, error: Temporary) -> None:
    if row.tries >= MOST_TRIES:
        _end(runtime, hold, trouble="The store could not be read after many tries. The next catch-up tries again.")
        return
    now = runtime.clock.now()
    with runtime.database.write() as session:
        hold.move(
            session,
            now=now,
            alarm_at=now + rest(row.tries, asked=error.retry_after),
            trouble="The store does not answer just now; it is asked again.",
        )
    log.trouble("run_rests", store_id=row.store_id, run_id=row.id, tries=row.tries, error=error)


def _locked_out(runtime: Runtime, store: Store, *, hold: Hold) -> None:
    """The keys are refused: nothing is read until the merchant connects again, and then the run goes on from its cursor."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        connections.mark(session, store_id=store.id, state=ConnectionState.NEEDS_REAUTH, trouble=CONNECT_AGAIN, now=now)
        hold.end(session, now=now, trouble=CONNECT_AGAIN)
    log.trouble("store_locked_out", store_id=store.id, run_id=hold.run_id)


def _end(runtime: Runtime, hold: Hold, *, trouble: str) -> None:
    with runtime.database.write() as session:
        hold.end(session, now=runtime.clock.now(), trouble=trouble)
    log.trouble("run_failed", run_id=hold.run_id)
