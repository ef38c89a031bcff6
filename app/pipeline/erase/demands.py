"""Works off what was demanded, the longest waiting first."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.keys import UnreadableSecretError
from app.model import PrivacyRequest, Store, StoreState
from app.pipeline.erase import person, store
from app.pipeline.erase.export import everything_about
from app.pipeline.erase.person import Who
from app.runtime import Runtime
from connectors.records import PrivacyDemand

REFUSED = "the store is installed again, so nothing of it was erased"


@dataclass(frozen=True, slots=True)
class _Demand:
    """One open request with whom it is about, unlocked."""

    id: int
    store_id: int
    what: str
    who: Who


def work_off(runtime: Runtime, *, limit: int = 20) -> int:
    """Meet open demands; how many were met. One that cannot be read is closed with that word and named in the log."""
    query = (
        sa.select(PrivacyRequest)
        .where(PrivacyRequest.done_at.is_(None))
        .order_by(PrivacyRequest.received_at, PrivacyRequest.id)
        .limit(limit)
    )
    with runtime.database.read() as session:
        rows = list(session.scalars(query))
    for row in rows:
        _meet(runtime, row)
    return len(rows)


def _meet(runtime: Runtime, row: PrivacyRequest) -> None:
    try:
        who = msgspec.json.decode(runtime.vault.unlock(row.result["locked"]), type=Who)
    except (UnreadableSecretError, KeyError, msgspec.DecodeError, msgspec.ValidationError):
        log.broken("demand_unreadable", store_id=row.store_id, request_id=row.id)
        _close(runtime, row.id, result={"failed": "it could not be read"})
        return
    demand = _Demand(row.id, row.store_id, row.demand, who)
    result = _WAYS[PrivacyDemand(row.demand)](runtime, demand)
    _close(runtime, row.id, result=result)
    runtime.database.wipe()
    log.done("demand_met", store_id=row.store_id, request_id=row.id, demand=row.demand)


def _export(runtime: Runtime, demand: _Demand) -> dict[str, object]:
    with runtime.database.read() as session:
        found = person.find(session, demand.store_id, who=demand.who)
        told = everything_about(session, demand.store_id, customers=found)
    return {"customers": len(found), "export": runtime.vault.lock(msgspec.json.encode(told).decode())}


def _erase_customer(runtime: Runtime, demand: _Demand) -> dict[str, object]:
    return dict(person.erase(runtime, demand.store_id, who=demand.who))


def _erase_store(runtime: Runtime, demand: _Demand) -> dict[str, object]:
    with runtime.database.read() as session:
        is_active = session.get_one(Store, demand.store_id).state == StoreState.ACTIVE
    return {"refused": REFUSED} if is_active else {"rows": store.erase(runtime, demand.store_id)}


_WAYS = {
    PrivacyDemand.EXPORT: _export,
    PrivacyDemand.ERASE_CUSTOMER: _erase_customer,
    PrivacyDemand.ERASE_STORE: _erase_store,
}


def _close(runtime: Runtime, request_id: int, *, result: dict[str, object]) -> None:
    now: datetime = runtime.clock.now()
    with runtime.database.write() as session:
        session.execute(
            sa.update(PrivacyRequest)
            .where(PrivacyRequest.id == request_id)
            .values(done_at=now, result=result, customer_external_id=None)
        )


def export_of(session: Session, request_id: int, *, runtime: Runtime) -> object | None:
    """What we held about a person, as plain data for the store's owner; None where the request is not one that was met."""
    row = session.get(PrivacyRequest, request_id)
    if row is None or "export" not in row.result:
        return None
    found: object = msgspec.json.decode(runtime.vault.unlock(row.result["export"]))
    return found
