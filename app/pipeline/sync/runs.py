"""The rows of runs: how one is asked for, held by one worker at a time, and how it rests, ends or fails."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store, StoreState, SyncRun, SyncState
from app.pipeline.install import start_import
from app.rows import table_of
from connectors.base import SyncKind

SYNC_RUN = table_of(SyncRun)
STORE = table_of(Store)
LEASE = timedelta(minutes=5)
SHORTEST_REST = timedelta(seconds=15)
LONGEST_REST = timedelta(hours=1)
# What a store asks for is granted, but no store is left alone for ever.
LONGEST_ASKED = timedelta(days=1)
# Their clock is not ours, and their "after" may be strict at one second: what is read twice is kept once.
OVERLAP = timedelta(minutes=5)
# A recent catch-up leaves out lists that know no date of change, so that a whole one does not build on it.
COVERS = {
    SyncKind.CHANGES: (SyncKind.HISTORY, SyncKind.CHANGES),
    SyncKind.RECENT: (SyncKind.HISTORY, SyncKind.CHANGES, SyncKind.RECENT),
}


def begin(session: Session, *, store_id: int, kind: SyncKind, since: datetime | None, now: datetime) -> None:
    """Ask for a run; where one of its kind waits already, that is the one. A failed import goes on from its cursor.

    A catch-up reaches back to the beginning of the last run that ended well, since a change that came while it ran may have
    been missed by it; and further, to `since`, where that is earlier.
    """
    if kind is SyncKind.HISTORY:
        start_import(session, store_id=store_id, now=now)
        return
    # Of two who ask at once, the second finds the row of the first.
    session.execute(sa.select(STORE.c.id).where(STORE.c.id == store_id).with_for_update(key_share=True))
    since = min(filter(None, (since, _last_beginning(session, store_id, kind=kind) - OVERLAP)))
    waiting = (SYNC_RUN.c.store_id == store_id, SYNC_RUN.c.kind == kind, SYNC_RUN.c.state == SyncState.WAITING)
    row = session.execute(sa.select(SYNC_RUN.c.id, SYNC_RUN.c.since).where(*waiting)).first()
    if row is None:
        session.add(
            SyncRun(store_id=store_id, kind=kind, state=SyncState.WAITING, since=since, alarm_at=now, started_at=now)
        )
    elif row.since is None or since < row.since:
        # Another list than the one that it stands in: it begins anew, and whoever holds it lets go.
        anew = {"since": since, "cursor": None, "done": 0, "total": None, "alarm_at": now}
        session.execute(sa.update(SYNC_RUN).where(SYNC_RUN.c.id == row.id).values(anew))


def _last_beginning(session: Session, store_id: int, *, kind: SyncKind) -> datetime:
    query = sa.select(sa.func.max(SYNC_RUN.c.started_at)).where(
        SYNC_RUN.c.store_id == store_id, SYNC_RUN.c.state == SyncState.DONE, SYNC_RUN.c.kind.in_(COVERS[kind])
    )
    found = session.scalars(query).first()
    return found if found is not None else session.get_one(Store, store_id).live_since


@dataclass(slots=True)
class Hold:
    """One worker's claim on a run: it holds as long as the row is as this worker left it, and the store has not gone.
    `taken` counts the pages and looks that were taken in."""

    run_id: int
    store_id: int
    alarm_at: datetime
    tries: int
    taken: int = 0

    def move(self, session: Session, *, now: datetime, **values: Any) -> bool:
        """Change the run and keep holding it; False, and nothing changes, where somebody else has it."""
        values = {"alarm_at": now + LEASE, "tries": self.tries, **values}
        is_here = sa.exists().where(STORE.c.id == self.store_id, STORE.c.state == StoreState.ACTIVE)
        mine = (
            SYNC_RUN.c.id == self.run_id,
            SYNC_RUN.c.state == SyncState.WAITING,
            SYNC_RUN.c.alarm_at == self.alarm_at,
            SYNC_RUN.c.tries == self.tries,
            is_here,
        )
        update = sa.update(SYNC_RUN).where(*mine).values(values).returning(SYNC_RUN.c.id)
        if session.execute(update).first() is None:
            return False
        self.alarm_at, self.tries = values["alarm_at"], values["tries"]
        return True

    def end(self, session: Session, *, now: datetime, trouble: str | None = None) -> bool:
        """The run is over: well, or failed with a sentence for the merchant."""
        state = SyncState.DONE if trouble is None else SyncState.FAILED
        return self.move(session, now=now, state=state, ended_at=now, trouble=trouble and trouble[:500])


def rest(tries: int, *, asked: timedelta | None) -> timedelta:
    """How long a run rests that could not go on: as long as the store asked, else longer each time."""
    doubled = min(SHORTEST_REST * 2 ** min(max(tries - 1, 0), 10), LONGEST_REST)
    return doubled if asked is None else min(max(asked, timedelta(seconds=1)), LONGEST_ASKED)
