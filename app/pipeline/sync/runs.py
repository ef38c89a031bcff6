"""The rows of runs: how one is asked for, held by one worker at a time, and how it rests, ends or fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store, SyncRun, SyncState
from app.pipeline.install import start_import
from app.rows import table_of
from connectors.base import SyncKind

SYNC_RUN = table_of(SyncRun)
LEASE = timedelta(minutes=5)
SHORTEST_REST = timedelta(seconds=15)
LONGEST_REST = timedelta(hours=1)


def begin(session: Session, *, store_id: int, kind: SyncKind, since: datetime | None, now: datetime) -> None:
    """Ask for a run; one that waits already goes on now. A catch-up without `since` reaches back to the beginning of the last
    run that ended well: a change that came while it ran may have been missed by it."""
    if kind is SyncKind.HISTORY:
        start_import(session, store_id=store_id, now=now)
        return
    waiting = sa.and_(SYNC_RUN.c.store_id == store_id, SYNC_RUN.c.kind == kind, SYNC_RUN.c.state == SyncState.WAITING)
    wake = sa.update(SYNC_RUN).where(waiting, SYNC_RUN.c.alarm_at > now + LEASE).values(alarm_at=now)
    session.execute(wake)
    if session.execute(sa.select(SYNC_RUN.c.id).where(waiting)).first() is None:
        since = since or _last_beginning(session, store_id)
        row = SyncRun(store_id=store_id, kind=kind, state=SyncState.WAITING, since=since, alarm_at=now, started_at=now)
        session.add(row)


def _last_beginning(session: Session, store_id: int) -> datetime:
    whole = SYNC_RUN.c.kind.in_((SyncKind.HISTORY, SyncKind.CHANGES))
    query = sa.select(sa.func.max(SYNC_RUN.c.started_at)).where(
        SYNC_RUN.c.store_id == store_id, SYNC_RUN.c.state == SyncState.DONE, whole
    )
    found = session.scalars(query).first()
    return found if found is not None else session.get_one(Store, store_id).live_since


@dataclass(slots=True)
class Hold:
    """One worker's claim on a run: it holds as long as the row's alarm is the one that this worker set."""

    run_id: int
    alarm_at: datetime

    def move(self, session: Session, *, now: datetime, **values: Any) -> bool:
        """Change the run and keep holding it; False, and nothing changes, where somebody else has it."""
        alarm_at = values.pop("alarm_at", now + LEASE)
        mine = sa.and_(
            SYNC_RUN.c.id == self.run_id,
            SYNC_RUN.c.state == SyncState.WAITING,
            SYNC_RUN.c.alarm_at == self.alarm_at,
        )
        moved = session.execute(
            sa.update(SYNC_RUN).where(mine).values(alarm_at=alarm_at, **values).returning(SYNC_RUN.c.id)
        ).first()
        if moved is not None:
            self.alarm_at = alarm_at
        return moved is not None

    def end(self, session: Session, *, now: datetime, trouble: str | None = None) -> bool:
        """The run is over: well, or failed with a sentence for the merchant."""
        state = SyncState.DONE if trouble is None else SyncState.FAILED
        return self.move(session, now=now, state=state, ended_at=now, trouble=trouble and trouble[:500])


def rest(tries: int, *, asked: timedelta | None) -> timedelta:
    """How long a run rests that could not go on: as long as the store asked, else longer each time."""
    doubled = min(SHORTEST_REST * 2 ** min(max(tries - 1, 0), 10), LONGEST_REST)
    return doubled if asked is None else min(max(asked, timedelta(seconds=1)), LONGEST_REST)


def cursor_of(row: Any) -> Mapping[str, object] | None:
    found: Mapping[str, object] | None = row.cursor
    return found
