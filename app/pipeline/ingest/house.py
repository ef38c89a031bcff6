"""What a record says about the store itself, about people's rights, or about something that has to be read again."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.model import Connection, ConnectionState, PrivacyRequest, Store, StoreState, SyncRun, SyncState
from app.rows import insert_new, table_of
from connectors.base import SyncKind
from connectors.records import LookAgain, PrivacyRecord, StoreNews, StoreRecord

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

STORE = table_of(Store)
CONNECTION = table_of(Connection)
SYNC_RUN = table_of(SyncRun)


def demands(batch: "Batch", records: Sequence[PrivacyRecord]) -> None:
    """Write down each demand once; a job works them off and the platform's deadline stands beside."""
    rows = [
        {
            "store_id": batch.store.id,
            "demand": one.demand,
            "reference": one.reference or _reference(batch, one),
            "customer_external_id": one.customer_external_id,
            "received_at": batch.now,
            "due_at": batch.now + timedelta(days=one.due_days),
            "done_at": None,
            "result": {"locked": batch.runtime.vault.lock(_who(one))},
        }
        for one in records
    ]
    insert_new(batch.session, table_of(PrivacyRequest), rows=rows)


def _who(one: PrivacyRecord) -> str:
    """Whom the demand is about, for the job alone: it is kept encrypted and goes when the demand is met."""
    who = {
        "external_id": one.customer_external_id,
        "email": one.email,
        "phone": one.phone,
        "orders": one.order_external_ids,
    }
    return json.dumps(who)


def _reference(batch: "Batch", one: PrivacyRecord) -> str:
    """Equal for a demand that is told twice. Keyed, since it outlives the person: a bare hash of an address can be guessed."""
    return f"{one.demand}:{batch.runtime.signer.fingerprint('demand', _who(one))[:32]}"


def look_again(batch: "Batch", records: Sequence[LookAgain]) -> None:
    """Note what to read again from the store; it joins the run that already waits, if one does."""
    wanted = sorted({(one.kind.value, one.external_id) for one in records})
    if not wanted:
        return
    waiting = sa.select(SYNC_RUN.c.id, SYNC_RUN.c.looks).where(
        SYNC_RUN.c.store_id == batch.store.id, SYNC_RUN.c.kind == SyncKind.LOOKS, SYNC_RUN.c.state == SyncState.WAITING
    )
    row = batch.session.execute(waiting).first()
    if row is None:
        values = {"store_id": batch.store.id, "kind": SyncKind.LOOKS, "looks": [list(one) for one in wanted]}
        values |= {"state": SyncState.WAITING, "alarm_at": batch.now, "started_at": batch.now}
        batch.session.execute(sa.insert(SYNC_RUN).values(phase="", done=0, tries=0, **values))
        return
    looks = sorted({*map(tuple, row.looks), *wanted})
    update = sa.update(SYNC_RUN).where(SYNC_RUN.c.id == row.id)
    batch.session.execute(update.values(looks=[list(one) for one in looks]))


def store_news(batch: "Batch", records: Sequence[StoreRecord]) -> None:
    """An uninstalled store is silent at once and its keys are gone; a refused key asks the merchant to connect again."""
    for one in records:
        if one.news is StoreNews.UNINSTALLED:
            _uninstall(batch)
        elif one.news is StoreNews.RECONNECT_NEEDED:
            _connection(batch, state=ConnectionState.NEEDS_REAUTH, trouble="The store refused our access.")
        elif one.news is StoreNews.SCOPES_CHANGED and "scopes" in one.detail:
            _connection(batch, scopes=one.detail["scopes"])
        elif one.news is StoreNews.BULK_FINISHED:
            _wake_import(batch)


def _uninstall(batch: "Batch") -> None:
    update = sa.update(STORE).where(STORE.c.id == batch.store.id)
    batch.session.execute(update.values(state=StoreState.UNINSTALLED, uninstalled_at=batch.now))
    _connection(batch, state=ConnectionState.REVOKED, locked=None, trouble="The app was uninstalled.")


def _connection(batch: "Batch", **values: object) -> None:
    update = sa.update(CONNECTION).where(CONNECTION.c.store_id == batch.store.id)
    batch.session.execute(update.values(updated_at=batch.now, **values))


def _wake_import(batch: "Batch") -> None:
    where = (
        SYNC_RUN.c.store_id == batch.store.id,
        SYNC_RUN.c.state == SyncState.WAITING,
        SYNC_RUN.c.kind == SyncKind.HISTORY,
    )
    batch.session.execute(sa.update(SYNC_RUN).where(*where).values(alarm_at=batch.now))
