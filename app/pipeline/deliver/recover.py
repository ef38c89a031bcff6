"""After a crash: what had left is sent, what had not goes back to the queue, and the one in between is named, not repeated.

A receipt that came already settles it; else the journal of a dead worker tells. Where it does not know, the channel is asked;
where that does not know either, marketing stays in doubt for good, and only what belongs to an order is tried again. Nothing
here is in a transaction while it asks.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app import log
from app.model import Message, MessageState, Receipt, Store
from app.model.message import PROOFS
from app.pipeline import journal as journals
from app.pipeline.deliver.settle import Fate, Settlement, settle
from app.pipeline.fair import Row
from app.pipeline.journal import Evidence, Journal, Mark
from app.rows import table_of
from app.runtime import Runtime
from workflows.language import Purpose

MESSAGE = table_of(Message)
RECEIPT = table_of(Receipt)
CRASHED = "A crash came while it was being handed over."
GONE_WORKER = "The worker that was handing it over never said what became of it."


def settle_the_dead(runtime: Runtime) -> int:
    """Settle the journals of all dead workers of this machine; how many messages that were."""
    folder = Path(runtime.config.journal_dir)
    count = 0
    for name in journals.names(folder):
        with journals.of_the_dead(folder, name) as account:
            count += _settle(runtime, account, why=CRASHED) if account is not None else 0
    return count


def settle_own(runtime: Runtime, journal: Journal) -> int:
    """Settle what this worker itself left open when something broke in the middle of a batch."""
    count = _settle(runtime, journal.account(), why=CRASHED)
    journal.forget()
    return count


def settle_the_lost(runtime: Runtime, rows: Sequence[Row]) -> int:
    """Settle messages whose worker's lease is over and whose journal is not on this machine; how many that were.

    One whose journal is here is left to it: its worker lives and is slow, or is found dead.
    """
    folder = Path(runtime.config.journal_dir)
    lost = {row.worker or "" for row in rows} - {row.worker for row in rows if _is_here(folder, row)}
    unknown = (Evidence(worker, {}, is_whole=False) for worker in sorted(lost))
    return sum(_settle(runtime, account, why=GONE_WORKER, only=rows) for account in unknown)


def _is_here(folder: Path, row: Row) -> bool:
    return bool(row.worker) and journals.is_here(folder, row.worker)


def _settle(runtime: Runtime, account: Evidence, *, why: str, only: Sequence[Row] | None = None) -> int:
    open_rows = _open(runtime, account.worker)
    rows = [row for row in open_rows if only is None or row.id in {one.id for one in only}]
    if not rows:
        return 0
    now = runtime.clock.now()
    arrived = _arrived(runtime, rows)
    settlements = [
        Settlement(row, Fate.LEFT, now)
        if row.id in arrived
        else _judged(runtime, row, account=account, why=why, now=now)
        for row in rows
    ]
    with runtime.database.write() as session:
        settled = settle(session, settlements, runtime=runtime, worker=account.worker, now=now)
    fates = [one.fate for one in settled]
    log.trouble("crash_settled", **{fate.value: fates.count(fate) for fate in Fate})
    return len(settled)


def _open(runtime: Runtime, worker: str) -> Sequence[Row]:
    query = (
        sa.select(MESSAGE, Store.public_key.label("store_key"))
        .join(Store, Store.id == MESSAGE.c.store_id)
        .where(MESSAGE.c.state == MessageState.SENDING, MESSAGE.c.worker == worker)
        .order_by(MESSAGE.c.id)
    )
    with runtime.database.read() as session:
        return session.execute(query).all()


def _arrived(runtime: Runtime, rows: Sequence[Row]) -> set[int]:
    """Those of which a receipt came already: whatever the journal says, they had left."""
    ours = RECEIPT.c.message_id.in_([row.id for row in rows])
    query = sa.select(RECEIPT.c.message_id).where(ours, RECEIPT.c.kind.in_(sorted(PROOFS)))
    with runtime.database.read() as session:
        return set(session.scalars(query))


def _judged(runtime: Runtime, row: Row, *, account: Evidence, why: str, now: datetime) -> Settlement:
    mark = account.marks.get(row.id)
    if mark is Mark.LEFT:
        return Settlement(row, Fate.LEFT, now)
    if mark is Mark.STAYED:
        return Settlement(row, Fate.AGAIN, now, why=why)
    if mark is None and account.is_whole:
        return Settlement(row, Fate.UNTRIED, now)
    return Settlement(row, _asked(runtime, row), now, why=why)


def _asked(runtime: Runtime, row: Row) -> Fate:
    """What the channel knows of a message that may have left, and what is done where it knows nothing."""
    channel = runtime.channels.get(row.medium)
    has_left = channel.has_left(row.key, store=row.store_key) if channel and channel.name == row.channel else None
    answers: Mapping[bool | None, Fate] = {
        True: Fate.LEFT,
        False: Fate.AGAIN,
        None: Fate.IN_DOUBT if row.purpose == Purpose.MARKETING else Fate.REPEATED,
    }
    return answers[has_left]
