"""Go on with runs that are due: claim one, read pages from the store, take each in and move on; until the time is up."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app import connections, log
from app.model import Store, SyncState
from app.pipeline import unknown
from app.pipeline.fair import any_due, claim
from app.pipeline.sync.keys import CONNECT_AGAIN, generation_of, lock_out
from app.pipeline.sync.looking import look_at_all
from app.pipeline.sync.runs import LEASE, LONGEST_REST, SYNC_RUN, Hold, rest
from app.pipeline.sync.taking import take_in
from app.runtime import Runtime
from connectors.base import SyncKind
from connectors.errors import Malformed, Misplaced, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import Page

# A run goes on for this part of the time, then the next store has its turn.
SHARE = 4
MOST_TRIES = 30
# What will never work is tried so often: a proxy in between may have answered in the store's name.
FEW_TRIES = 3
WAITING = (SyncState.WAITING,)

BROKE = "It broke many times on our side; it goes on from here when it is asked for again."
NO_ANSWER = "The store could not be read after many tries; it goes on from here when it is asked for again."
NOT_NOW = "The store does not answer just now; it is asked again."
UNREADABLE = "The store answered with something that we cannot read."
REFUSED = "The store refuses what we ask."


@dataclass(frozen=True, slots=True)
class _Turn:
    """One worker's work on one run until its time is up. `generation` names the keys that it began with."""

    runtime: Runtime
    store: Store
    row: Any
    hold: Hold
    until: float
    generation: int | None

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until


def go_on(runtime: Runtime, *, seconds: float = 10.0) -> int:
    """Work on runs that are due for about so long, stores by turns; how many pages and looks were taken in."""
    until, taken = time.monotonic() + seconds, 0
    while (row := _claimed(runtime)) is not None:
        taken += _work(_turn(runtime, row, until=min(until, time.monotonic() + seconds / SHARE)))
        if time.monotonic() > until:
            break
    return taken


def _claimed(runtime: Runtime) -> Any:
    """One run, taken only when its turn has come: one that breaks us holds up no other."""
    now = runtime.clock.now()
    with runtime.database.read() as session:
        if not any_due(session, SYNC_RUN, states=WAITING, now=now):
            return None
    with runtime.database.write() as session:
        return next(iter(claim(session, SYNC_RUN, states=WAITING, now=now, lease=LEASE, limit=1)), None)


def _turn(runtime: Runtime, row: Any, *, until: float) -> _Turn:
    with runtime.database.read() as session:
        store = session.get_one(Store, row.store_id)
        generation = generation_of(session, store.id)
    hold = Hold(row.id, row.store_id, row.alarm_at, row.tries)
    return _Turn(runtime, store, row, hold, until, generation)


def _work(turn: _Turn) -> int:
    """One run until its time is up; whatever the store answers, the run says how it stands."""
    if turn.row.tries > MOST_TRIES:
        _fail(turn, BROKE)
        return 0
    before = turn.hold.taken
    try:
        if turn.row.kind == SyncKind.LOOKS:
            look_at_all(turn.runtime, turn.store, looks=turn.row.looks, hold=turn.hold, until=turn.until)
        else:
            _read_pages(turn)
    except Temporary as error:
        _rest(turn, error, most=MOST_TRIES, sentence=NO_ANSWER)
    except Misplaced as error:
        _begin_anew(turn, error)
    except Unauthorised:
        _locked_out(turn)
    except Unsupported as error:
        _fail(turn, _said(error, REFUSED))
    except (Permanent, Malformed) as error:
        otherwise = REFUSED if isinstance(error, Permanent) else UNREADABLE
        _rest(turn, error, most=FEW_TRIES, sentence=_said(error, otherwise))
    return turn.hold.taken - before


def _read_pages(turn: _Turn) -> None:
    """Page by page, at least one. Raises what the connector raises."""
    connector, row = turn.runtime.connectors[turn.store.platform], turn.row
    access, profile = connections.access_to(turn.runtime, turn.store), connections.profile_of(turn.store)
    pages = connector.pages(access, SyncKind(row.kind), profile=profile, cursor=row.cursor, since=row.since)
    for page in pages:
        pause = _pause(turn, page)
        if not _keep(turn, page, pause=pause) or page.is_last or pause is not None:
            return
    raise Malformed("the list ended before its last page")


def _pause(turn: _Turn, page: Page) -> timedelta | None:
    """How long the run rests after this page: as long as the store wants; not at all, but for somebody else to go on with,
    where our time is up; None where we go on ourselves."""
    if page.wait_seconds is not None:
        return rest(0, asked=timedelta(seconds=page.wait_seconds))
    return timedelta(0) if turn.is_over else None


def _keep(turn: _Turn, page: Page, *, pause: timedelta | None) -> bool:
    """One page in one transaction with the run's cursor; False, and nothing is kept, where somebody else holds the run."""
    runtime, hold = turn.runtime, turn.hold
    now = runtime.clock.now()
    values: dict[str, Any] = {"cursor": dict(page.cursor), "done": page.done, "total": page.total, "tries": 0}
    values |= {"phase": page.phase[:40], "trouble": None, "alarm_at": now + (LEASE if pause is None else pause)}
    with runtime.database.write() as session:
        # Ingest locks the store before anything else; in the other order two workers would wait for each other.
        take_in(runtime, turn.store, records=page.records, session=session)
        unknown.note(session, turn.store, words=page.unknown, now=now)
        is_ours = hold.move(session, now=now, **values) and (not page.is_last or hold.end(session, now=now))
        if not is_ours:
            session.rollback()
    hold.taken += is_ours
    if is_ours and page.is_last:
        log.done("run_ended", store_id=turn.store.id, run_id=hold.run_id, kind=turn.row.kind, count=page.done)
    return is_ours


def _rest(turn: _Turn, error: Temporary | Permanent | Malformed, *, most: int, sentence: str) -> None:
    """Try again later, or fail with the sentence where it was tried often enough."""
    # A page that came in before has set the count back; this try is the first again.
    tries = max(turn.hold.tries, 1)
    if tries >= most:
        _fail(turn, sentence)
        return
    now = turn.runtime.clock.now()
    asked = error.retry_after if isinstance(error, Temporary) else None
    with turn.runtime.database.write() as session:
        turn.hold.move(session, now=now, alarm_at=now + rest(tries, asked=asked), tries=tries, trouble=NOT_NOW)
    log.trouble("run_rests", store_id=turn.store.id, run_id=turn.row.id, tries=tries, error=error)


def _locked_out(turn: _Turn) -> None:
    """The keys are refused: nothing is read until the merchant connects again, and then an import goes on from its cursor.
    Looks are kept until then, since nobody else would ask for them; where other keys came meanwhile, we go on with those."""
    hold, now = turn.hold, turn.runtime.clock.now()
    with turn.runtime.database.write() as session:
        if not lock_out(session, store_id=turn.store.id, generation=turn.generation, now=now):
            hold.move(session, now=now, alarm_at=now + rest(0, asked=None))
        elif turn.row.kind == SyncKind.LOOKS:
            hold.move(session, now=now, alarm_at=now + LONGEST_REST, tries=0, trouble=CONNECT_AGAIN)
        else:
            hold.end(session, now=now, trouble=CONNECT_AGAIN)
    log.trouble("store_locked_out", store_id=turn.store.id, run_id=hold.run_id)


def _begin_anew(turn: _Turn, error: Misplaced) -> None:
    """Where it was to go on nobody can tell any more, an older version of us perhaps; what is read twice is kept once."""
    now = turn.runtime.clock.now()
    with turn.runtime.database.write() as session:
        turn.hold.move(session, now=now, alarm_at=now, cursor=None, done=0, total=None)
    log.trouble("run_begins_anew", store_id=turn.store.id, run_id=turn.row.id, error=error)


def _fail(turn: _Turn, sentence: str) -> None:
    with turn.runtime.database.write() as session:
        turn.hold.end(session, now=turn.runtime.clock.now(), trouble=sentence)
    log.trouble("run_failed", store_id=turn.store.id, run_id=turn.hold.run_id)


def _said(error: Exception, otherwise: str) -> str:
    """What the connector says, unless it quotes what might be somebody's."""
    words = str(error)
    return words if words and log.scrub(words) == words else otherwise
