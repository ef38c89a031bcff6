"""Stations 1 and 2: a webhook call is durably kept before it is answered, and opened later, a batch at a time.

Keeping is a group commit: threads that arrive together are committed together by whoever holds the line, so that one disk
flush serves them all. On SQLite the deliveries live in a file of their own, so opening marks them done right after the
model's transaction and not inside it; a crash in between opens them again, and ingest does not mind. Nor does it after a power
cut, so that taking and marking wait for no disk flush, for which a webhook would have to wait as well.
"""

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, SQLAlchemyError
from sqlalchemy.orm import Session

from app import connections, log
from app.db import Database
from app.model import Connection, Delivery, DeliveryState, Store
from app.pipeline import unknown
from app.pipeline.fair import any_due, claim
from app.pipeline.ingest import ingest
from app.rows import among, chunks, insert_of, table_of
from app.runtime import Runtime
from connectors.base import DeliveryHead, StoreConnector
from connectors.errors import Malformed
from connectors.records import Record, StoreProfile

DELIVERY = table_of(Delivery)
CONNECTION = table_of(Connection)
LEASE = timedelta(minutes=2)
# Taking them in asks four dozen questions, whatever their number.
BATCH = 400
# Taken and marked at a time: while a worker writes to SQLite's inbox, no webhook can be kept.
PIECE = 50
TOO_LARGE = "It holds a number that is too large, or a text that cannot be kept."
MOST_TRIES = 8
BROKEN = (SQLAlchemyError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
# A connector says what is malformed; what else breaks it is a fault of ours, for which no other delivery is to wait.
UNREAD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
# A number beyond 64 bits, a text that no database keeps: SQLite's driver says the one, PostgreSQL the other, and both will
# say so again however often it is tried.
NEVER = (OverflowError, DataError)


class NotKeptError(Exception):
    """Whoever wrote for others broke; nobody of his batch may believe that his row is kept."""


@dataclass(slots=True, eq=False)
class _Batch:
    """Rows that become durable together; once it is `settled`, either they are kept or `error` says why they are not."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    settled: threading.Event = field(default_factory=threading.Event)
    is_kept: bool = False
    error: SQLAlchemyError | None = None


class GroupCommit:
    """Writes rows of one process, together where they come together; returns when the row is durable.

    The first of a batch writes it as soon as the one before is written; whoever comes until then is taken along.
    """

    def __init__(self, database: Database) -> None:
        new = insert_of(database.inbox.dialect.name, DELIVERY).on_conflict_do_nothing()
        self._kept = database.inbox_appender(new, table=DELIVERY)
        self._open = _Batch()
        self._door = threading.Lock()
        self._line = threading.Lock()

    def keep(self, row: dict[str, Any]) -> None:
        """Raises the error of the whole batch to everybody whose row it held."""
        with self._door:
            batch = self._open
            batch.rows.append(row)
            is_first = len(batch.rows) == 1
        if is_first:
            with self._line:
                self._commit(batch)
            return
        batch.settled.wait()
        if not batch.is_kept:
            raise batch.error or NotKeptError

    def _commit(self, batch: _Batch) -> None:
        with self._door:
            self._open = _Batch()
        try:
            self._kept.append(batch.rows)
            batch.is_kept = True
        except SQLAlchemyError as error:
            batch.error = error
            raise
        finally:
            batch.settled.set()


_commits: "weakref.WeakKeyDictionary[Database, GroupCommit]" = weakref.WeakKeyDictionary()
_commits_lock = threading.Lock()


def accept(runtime: Runtime, *, store_id: int, head: DeliveryHead, body: bytes) -> None:
    """Keep one verified delivery; a repeated one is kept once. Raises SQLAlchemyError where the database is down."""
    now = runtime.clock.now()
    row = {"store_id": store_id, "topic": head.topic[:128], "key": head.key[:128], "received_at": now, "body": body}
    row |= {"state": DeliveryState.WAITING, "alarm_at": now, "tries": 0}
    _commit_of(runtime.database).keep(row)


def _commit_of(database: Database) -> GroupCommit:
    found = _commits.get(database)
    if found is None:
        with _commits_lock:
            found = _commits.setdefault(database, GroupCommit(database))
    return found


@dataclass(frozen=True, slots=True)
class _Opened:
    """One delivery after the connector has read it: its records, or why it is set aside."""

    delivery: Any
    records: tuple[Record, ...] = ()
    aside: str | None = None
    unknown: tuple[str, ...] = ()


def open_batch(runtime: Runtime, limit: int = BATCH) -> int:
    """Open waiting deliveries, a fair share per store; how many were taken. One bad delivery stops nobody else."""
    now = runtime.clock.now()
    with runtime.database.read_inbox() as session:
        if not any_due(session, DELIVERY, states=(DeliveryState.WAITING,), now=now):
            return 0
    taken = _taken(runtime, limit=limit, now=now)
    opened: list[_Opened] = []
    try:
        for store_id in dict.fromkeys(row.store_id for row in taken):
            opened += _open_store(runtime, store_id, deliveries=[row for row in taken if row.store_id == store_id])
    finally:
        # Together, and also where another store's broke us: each turn at the inbox is one for which webhooks wait.
        for piece in chunks(opened, PIECE):
            _settle(runtime, piece)
    return len(taken)


def _taken(runtime: Runtime, *, limit: int, now: datetime) -> list[Any]:
    """Waiting deliveries, in the order in which they came. Between two pieces webhooks have their turn."""
    taken: list[Any] = []
    while len(taken) < limit:
        with runtime.database.write_inbox(is_durable=False) as session:
            most = min(PIECE, limit - len(taken))
            piece = claim(session, DELIVERY, states=(DeliveryState.WAITING,), now=now, lease=LEASE, limit=most)
        taken += piece
        if len(piece) < most:
            break
    return sorted(taken, key=attrgetter("id"))


def _open_store(runtime: Runtime, store_id: int, *, deliveries: Sequence[Any]) -> list[_Opened]:
    """Read one store's and take them in; those with which that ended, one way or the other."""
    with runtime.database.read() as session:
        store = session.get(Store, store_id)
    if store is None or store.platform not in runtime.connectors:
        return [_Opened(one, aside="This store is not known any more.") for one in deliveries]
    connector, profile = runtime.connectors[store.platform], connections.profile_of(store)
    opened = [read for one in deliveries if (read := _read(connector, one, profile=profile)) is not None]
    good, aside = ([one for one in opened if (one.aside is None) is is_good] for is_good in (True, False))
    try:
        _ingest(runtime, store, opened=good)
    except BROKEN as error:
        # One of them is to blame: each for itself, so that the others go on.
        log.trouble("batch_not_ingested", store_id=store_id, count=len(good), error=error)
        return aside + [ended for one in good for ended in _ingest_alone(runtime, store, one=one)]
    return aside + good


def _read(connector: StoreConnector, delivery: Any, *, profile: StoreProfile) -> _Opened | None:
    """None for one that breaks our own reading: it rests, and is set aside after many tries, and the others go on."""
    try:
        reading = connector.read(
            delivery.topic, delivery.body or b"", profile=profile, received_at=delivery.received_at
        )
    except Malformed as error:
        return _Opened(delivery, aside=str(error)[:500])
    except UNREAD as error:
        log.trouble("delivery_not_read", store_id=delivery.store_id, delivery_id=delivery.id, error=error)
        return _given_up(delivery, "read", error=error)
    # A field is counted once a delivery, however many lines of it are odd.
    odd = {unknown.bare(word): word for word in reading.unknown}
    return _Opened(delivery, records=reading.records, unknown=tuple(odd.values()))


def _ingest(runtime: Runtime, store: Store, *, opened: Sequence[_Opened]) -> None:
    if not opened:
        return
    with runtime.database.write() as session:
        now = runtime.clock.now()
        records = [record for one in opened for record in one.records]
        ingest(session, store=store, records=records, now=now, runtime=runtime)
        unknown.note(session, store, words=[word for one in opened for word in one.unknown], now=now)
        _heard(session, store, at=max(one.delivery.received_at for one in opened))


def _heard(session: Session, store: Store, *, at: Any) -> None:
    session.execute(sa.update(CONNECTION).where(CONNECTION.c.store_id == store.id).values(last_delivery_at=at))


def _ingest_alone(runtime: Runtime, store: Store, *, one: _Opened) -> list[_Opened]:
    """This delivery where it could be taken in; where not it rests until its alarm, and is set aside after many tries, or at
    once where it will never work."""
    try:
        _ingest(runtime, store, opened=[one])
    except BROKEN as error:
        log.trouble("delivery_not_ingested", store_id=store.id, delivery_id=one.delivery.id, error=error)
        if isinstance(error, NEVER):
            return [_Opened(one.delivery, aside=TOO_LARGE)]
        given_up = _given_up(one.delivery, "taken in", error=error)
        return [given_up] if given_up is not None else []
    return [one]


def _given_up(delivery: Any, what: str, *, error: Exception) -> _Opened | None:
    """Set aside what broke us often enough; None while it may be tried again."""
    if delivery.tries < MOST_TRIES:
        return None
    return _Opened(delivery, aside=f"It could not be {what} after {MOST_TRIES} tries: {type(error).__name__}.")


def _settle(runtime: Runtime, opened: Sequence[_Opened]) -> None:
    """Done ones lose their body, which nobody needs any more; those set aside keep it, with the reason."""
    now = runtime.clock.now()
    done = [one.delivery.id for one in opened if one.aside is None]
    with runtime.database.write_inbox(is_durable=False) as session:
        if done:
            values = {"state": DeliveryState.DONE, "done_at": now, "body": None}
            session.execute(sa.update(DELIVERY).where(among(session, DELIVERY.c.id, values=done)).values(**values))
        for one in opened:
            if one.aside is not None:
                values = {"state": DeliveryState.ASIDE, "done_at": now, "reason": one.aside}
                session.execute(sa.update(DELIVERY).where(DELIVERY.c.id == one.delivery.id).values(**values))
                log.trouble("delivery_set_aside", store_id=one.delivery.store_id, delivery_id=one.delivery.id)
