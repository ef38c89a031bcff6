"""Works off what was demanded, the nearest deadline first. An erasure has two ends: the rows go at once; it is met when the
kept mails, the inbox and the database's own files hold nothing of it any more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import log
from app.keys import UnreadableSecretError
from app.model import Message, PrivacyRequest, Store, StoreState
from app.pipeline.erase import mails, person, store
from app.pipeline.erase.export import asked_of, everything_about
from app.pipeline.erase.mentions import empty_aside
from app.pipeline.erase.names import Names, Who, names_of
from app.rows import table_of
from app.runtime import Runtime
from connectors.records import PrivacyDemand

REQUEST = table_of(PrivacyRequest)
MESSAGE = table_of(Message)
ROWS_GONE = "rows_gone"
INSTALLED_AGAIN = "The store moved in again after this was demanded, so nothing of it was erased."
EXPORTS_KEPT_FOR = timedelta(days=30)
# Rewriting a big file takes minutes, and one rewriting serves all erasures of a day.
BIG_FILE = 256 * 1024 * 1024
BIG_FILE_RESTS = timedelta(days=1)
OURS_TO_CATCH = (SQLAlchemyError, OSError, UnreadableSecretError, msgspec.MsgspecError)


def work_off(runtime: Runtime, *, limit: int = 20) -> int:
    """Go on with open demands, at most `limit` of them new ones; how many came further. One that cannot be met yet waits, and
    stops nobody."""
    _forget_old_exports(runtime)
    fresh = [row for row in _open(runtime) if ROWS_GONE not in row.result][:limit]
    further = {row.id for row in fresh if _tried(runtime, row, step=_begin)}
    begun = [row for row in _open(runtime) if ROWS_GONE in row.result]
    clean = [row for row in begun if _tried(runtime, row, step=_clean)]
    if clean and _is_time_to_wipe(runtime, clean) and runtime.database.wipe():
        further |= {row.id for row in clean if _close(runtime, row, result=_counts(row.result))}
    return len(further)


def _open(runtime: Runtime) -> Sequence[Any]:
    query = sa.select(REQUEST).where(REQUEST.c.done_at.is_(None)).order_by(REQUEST.c.due_at, REQUEST.c.id)
    with runtime.database.read() as session:
        return session.execute(query).all()


def _tried(runtime: Runtime, row: Any, *, step: Callable[[Runtime, Any], bool]) -> bool:
    now = runtime.clock.now()
    try:
        came_further = step(runtime, row)
    except OURS_TO_CATCH as error:
        log.broken("demand_not_met", store_id=row.store_id, request_id=row.id, error=error)
        return False
    if not came_further and row.due_at < now:
        log.broken("demand_overdue", store_id=row.store_id, request_id=row.id)
    return came_further


def _begin(runtime: Runtime, row: Any) -> bool:
    return _WAYS[PrivacyDemand(row.demand)](runtime, row)


def _export(runtime: Runtime, row: Any) -> bool:
    names = _names(runtime, row)
    told = everything_about(runtime, row.store_id, names=names)
    locked = runtime.vault.lock(msgspec.json.encode(told).decode())
    return _close(runtime, row, result={"of": list(names.customers), "export": locked})


def _erase_customer(runtime: Runtime, row: Any) -> bool:
    now = runtime.clock.now()
    who = _who(runtime, row)
    with runtime.database.write() as session:
        names = names_of(session, row.store_id, who=who)
        person.alone_with(session, names, store_id=row.store_id)
        if not _is_fresh(session, row):
            return False
        # Asked once more under the lock: an import may have told of another name of theirs meanwhile.
        names = names_of(session, row.store_id, who=who)
        counts = person.erase(session, names, store_id=row.store_id, signer=runtime.signer, now=now)
        if counts is None:
            return False
        locked = runtime.vault.lock(msgspec.json.encode(names).decode())
        _note(session, row, result={**counts, ROWS_GONE: now.isoformat(), "locked": locked})
    return True


def _is_fresh(session: Session, row: Any) -> bool:
    """Whether no other worker has erased them since this one looked: it would find nobody, and forget whose mails to forget."""
    query = sa.select(REQUEST).where(REQUEST.c.id == row.id).with_for_update()
    now = session.execute(query).one()
    return now.done_at is None and ROWS_GONE not in now.result


def _erase_store(runtime: Runtime, row: Any) -> bool:
    with runtime.database.read() as session:
        found = session.get_one(Store, row.store_id)
    if found.state == StoreState.ACTIVE and found.live_since > row.received_at:
        return _close(runtime, row, result={"refused": INSTALLED_AGAIN})
    count = store.erase(runtime, row.store_id)
    with runtime.database.write() as session:
        _note(session, row, result={"rows": count, ROWS_GONE: runtime.clock.now().isoformat()})
    return True


_WAYS: dict[PrivacyDemand, Callable[[Runtime, Any], bool]] = {
    PrivacyDemand.EXPORT: _export,
    PrivacyDemand.ERASE_CUSTOMER: _erase_customer,
    PrivacyDemand.ERASE_STORE: _erase_store,
}


def _who(runtime: Runtime, row: Any) -> Who:
    return msgspec.json.decode(runtime.vault.unlock(row.result.get("locked", "")), type=Who)


def _names(runtime: Runtime, row: Any) -> Names:
    with runtime.database.read() as session:
        return names_of(session, row.store_id, who=_who(runtime, row))


def _clean(runtime: Runtime, row: Any) -> bool:
    """Mails and the inbox, after the rows: whatever was on its way has arrived by then. True where nothing is left."""
    if "locked" not in row.result:
        return True
    names = msgspec.json.decode(runtime.vault.unlock(row.result["locked"]), type=Names)
    query = sa.select(MESSAGE.c.key).where(MESSAGE.c.store_id == row.store_id)
    with runtime.database.read() as session:
        keys = [*session.scalars(query.where(MESSAGE.c.customer_id.in_(names.customers))), *asked_of(session, names)]
        store_key = session.get_one(Store, row.store_id).public_key
    mails.forget(runtime, store_key, keys=keys)
    return empty_aside(runtime, row.store_id, names=names)


def _is_time_to_wipe(runtime: Runtime, clean: list[Any]) -> bool:
    oldest = min(datetime.fromisoformat(row.result[ROWS_GONE]) for row in clean)
    return runtime.database.size() < BIG_FILE or runtime.clock.now() - oldest >= BIG_FILE_RESTS


def _counts(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if isinstance(value, int)}


def _note(session: Session, row: Any, **values: Any) -> None:
    still_open = sa.and_(REQUEST.c.id == row.id, REQUEST.c.done_at.is_(None))
    session.execute(sa.update(REQUEST).where(still_open).values(**values))


def _close(runtime: Runtime, row: Any, *, result: dict[str, Any]) -> bool:
    """Met: what stays is the audit row, with counts and times, and no name of anybody."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        _note(session, row, result=result, done_at=now, customer_external_id=None)
    log.done("demand_met", store_id=row.store_id, request_id=row.id, demand=row.demand)
    return True


def _forget_old_exports(runtime: Runtime) -> None:
    """An export that nobody fetched in time goes: it is one more copy of somebody's life."""
    old = sa.and_(REQUEST.c.demand == PrivacyDemand.EXPORT, REQUEST.c.done_at < runtime.clock.now() - EXPORTS_KEPT_FOR)
    with runtime.database.read() as session:
        ids = [row.id for row in session.execute(sa.select(REQUEST).where(old)) if "export" in row.result]
    if ids:
        with runtime.database.write() as session:
            session.execute(sa.update(REQUEST).where(REQUEST.c.id.in_(ids)).values(result={"expired": True}))


def export_of(runtime: Runtime, request_id: int, *, store_id: int) -> str | None:
    """What was held about a person, as JSON for the owner of this store, kept for 30 days; None where nothing is kept."""
    query = sa.select(REQUEST.c.result).where(REQUEST.c.id == request_id, REQUEST.c.store_id == store_id)
    with runtime.database.read() as session:
        result = session.execute(query).scalar()
    return runtime.vault.unlock(result["export"]) if result and "export" in result else None
