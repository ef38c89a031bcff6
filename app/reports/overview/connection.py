"""A store, how it is connected, and how far the import of its history is."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Connection, ConnectionState, Customer, Order, Store, SyncRun, SyncState
from app.reports.overview.counts import Count, count
from connectors.base import SyncKind


@dataclass(frozen=True, slots=True)
class ImportView:
    """How far the import of a store's history is; `percent` None while the whole is not known."""

    state: SyncState
    phase: str
    done: int
    total: int | None
    started_at: datetime
    ended_at: datetime | None
    trouble: str | None

    @property
    def is_running(self) -> bool:
        return self.state is SyncState.WAITING

    @property
    def percent(self) -> int | None:
        return min(100, self.done * 100 // self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A store and how it is connected. The two counts are None while its history still comes in."""

    name: str
    address: str
    platform: str
    zone: str
    holdout_percent: int
    state: ConnectionState
    trouble: str | None
    last_delivery_at: datetime | None
    webhooks_checked_at: datetime | None
    history: ImportView | None
    customers: Count | None
    orders: Count | None


def connection(session: Session, *, store_id: int) -> ConnectionView:
    """The store, its connection and its import. Raises NoResultFound where there is no such store."""
    store = session.get_one(Store, store_id)
    held = session.scalars(sa.select(Connection).where(Connection.store_id == store_id)).first()
    history = _history(session, store_id)
    is_settled = history is None or not history.is_running
    return ConnectionView(
        name=store.name or store.address,
        address=store.address,
        platform=store.platform,
        zone=store.zone,
        holdout_percent=store.holdout_percent,
        state=ConnectionState(held.state) if held else ConnectionState.REVOKED,
        trouble=held.trouble if held else None,
        last_delivery_at=held.last_delivery_at if held else None,
        webhooks_checked_at=held.webhooks_checked_at if held else None,
        history=history,
        customers=count(session, Customer.store_id == store_id) if is_settled else None,
        orders=count(session, Order.store_id == store_id) if is_settled else None,
    )


def _history(session: Session, store_id: int) -> ImportView | None:
    run = session.scalars(
        sa.select(SyncRun)
        .where(SyncRun.store_id == store_id, SyncRun.kind == SyncKind.HISTORY)
        .order_by(SyncRun.started_at.desc(), SyncRun.id.desc())
        .limit(1)
    ).first()
    if run is None:
        return None
    return ImportView(
        state=SyncState(run.state),
        phase=run.phase,
        done=run.done,
        total=run.total,
        started_at=run.started_at,
        ended_at=run.ended_at,
        trouble=run.trouble,
    )
