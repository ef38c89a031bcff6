"""A store moves in, or comes back: its row, its credentials, its defaults, and the first import of its history."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections
from app.config import Config
from app.keys import new_key
from app.model import Store, StoreState, SyncRun, SyncState
from app.pipeline import unknown
from app.runtime import Runtime
from connectors.base import Credentials, SyncKind
from connectors.records import StoreProfile


def install(runtime: Runtime, *, platform: str, address: str, profile: StoreProfile, credentials: Credentials) -> int:
    """Make or revive the store at `address`, keep its credentials, ask for its history; the store's id.

    A store that only lost its connection keeps `live_since`; one that had gone begins anew: what happened while it was
    away is history. Two installs of one store at once leave one row.
    """
    now = runtime.clock.now()
    with runtime.database.write() as session:
        store = _store(session, platform=platform, address=address, config=runtime.config, now=now)
        if store.state != StoreState.ACTIVE:
            _revive(session, store, now=now)
        describe(session, store, profile=profile, now=now)
        session.flush()
        connections.keep(session, store_id=store.id, credentials=credentials, vault=runtime.vault, now=now)
        start_import(session, store_id=store.id, now=now)
        _wake_looks(session, store_id=store.id, now=now)
        return store.id


def start_import(session: Session, *, store_id: int, now: datetime) -> bool:
    """Ask for the store's history: one that failed goes on from its cursor, one that runs goes on. False where it ran."""
    last = session.scalars(
        sa.select(SyncRun)
        .where(SyncRun.store_id == store_id, SyncRun.kind == SyncKind.HISTORY)
        .order_by(SyncRun.started_at.desc(), SyncRun.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if last is None or last.state == SyncState.DONE or (last.cursor is None and last.state == SyncState.FAILED):
        session.add(_history(store_id, now))
        return True
    was_running = last.state == SyncState.WAITING
    last.state, last.alarm_at, last.tries, last.ended_at, last.trouble = SyncState.WAITING, now, 0, None, None
    return not was_running


def _wake_looks(session: Session, *, store_id: int, now: datetime) -> None:
    """What waited to be looked at until the store was connected again."""
    waiting = (SyncRun.store_id == store_id, SyncRun.kind == SyncKind.LOOKS, SyncRun.state == SyncState.WAITING)
    session.execute(sa.update(SyncRun).where(*waiting).values(alarm_at=now))


def _history(store_id: int, now: datetime) -> SyncRun:
    return SyncRun(store_id=store_id, kind=SyncKind.HISTORY, state=SyncState.WAITING, alarm_at=now, started_at=now)


def _store(session: Session, *, platform: str, address: str, config: Config, now: datetime) -> Store:
    """The store's row, locked; made with the house's defaults where there is none."""
    wanted = sa.select(Store).where(Store.platform == platform, Store.address == address).with_for_update()
    found = session.scalars(wanted).first()
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.add(_newcomer(platform, address, config=config, now=now))
    except sa.exc.IntegrityError:
        # Another install of the same store was quicker; its row is ours too.
        session.expire_all()
    return session.scalars(wanted).one()


def _newcomer(platform: str, address: str, *, config: Config, now: datetime) -> Store:
    quiet_from, quiet_until = quiet_minutes(config.quiet_hours)
    return Store(
        platform=platform,
        address=address,
        public_key=new_key(),
        state=StoreState.ACTIVE,
        holdout_percent=config.holdout_percent,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        created_at=now,
        live_since=now,
    )


def _revive(session: Session, store: Store, *, now: datetime) -> None:
    """It had gone: begin anew. Imports of its former life are over, since the platform has forgotten them too."""
    store.state, store.live_since, store.uninstalled_at = StoreState.ACTIVE, now, None
    session.execute(
        sa.update(SyncRun)
        .where(SyncRun.store_id == store.id, SyncRun.state != SyncState.DONE)
        .values(state=SyncState.FAILED, cursor=None, ended_at=now, trouble="The store was uninstalled meanwhile.")
    )


def describe(session: Session, store: Store, *, profile: StoreProfile, now: datetime) -> None:
    """Write down what the store says of itself, no longer than our columns, and count what of it is not understood."""
    store.name = profile.name[:255]
    store.currency = profile.currency
    store.zone = profile.zone[:64]
    store.country = profile.country
    store.locale = profile.locale[:35]
    store.email = profile.email
    store.url = profile.url and profile.url[:1000]
    store.postal_address = profile.postal_address and profile.postal_address[:1000]
    unknown.note(session, store, words=unknown.of_profile(profile), now=now)


def quiet_minutes(text: str) -> tuple[int | None, int | None]:
    """ "22:00-07:00" as minutes after midnight; None twice for never."""
    if not text:
        return None, None
    begins, _, ends = text.partition("-")
    return _minutes(begins), _minutes(ends)


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)
