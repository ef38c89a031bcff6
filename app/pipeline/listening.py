"""What one call of a provider said becomes receipts and answers; whatever is told again changes nothing."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa

from app import log
from app.model import JobRun
from app.pipeline import receipts, replies
from app.rows import insert, table_of
from app.runtime import Runtime
from connectors.receipts import Heard, ReceiptRecord

JOB_RUN = table_of(JobRun)
HOUSE = 0
# A token is worth nothing any more after some minutes, so that nobody needs to remember it for long.
REMEMBERED_FOR = timedelta(hours=1)
# One call in so many sweeps up behind the others.
SWEEPS = 256


def hear(runtime: Runtime, name: str, *, heard: Heard) -> int:
    """Take in what the provider `name` said; how many receipts were new. A call that is good for one time does nothing when
    it comes again, whatever its body says then."""
    mark = hashlib.sha256(heard.once.encode()).hexdigest()[:40] if heard.once else None
    if mark and _was_heard(runtime, name, mark=mark):
        log.trouble("call_was_heard_before", listener=name)
        return 0
    count = receipts.take(runtime, [told(one) for one in heard.receipts])
    replies.obey(runtime, heard.replies)
    for word in heard.unknown:
        log.trouble("unknown_value", what=word[:80])
    if mark:
        _remember(runtime, name, mark=mark)
    return count


def told(record: ReceiptRecord) -> receipts.Told:
    return receipts.Told(
        record.kind,
        record.event,
        record.at,
        store=record.store,
        message=record.message,
        provider_id=record.provider_id,
        address=record.address,
        detail=record.detail,
    )


def _job(name: str) -> str:
    return f"call:{name}"[:40]


def _was_heard(runtime: Runtime, name: str, *, mark: str) -> bool:
    same = (JOB_RUN.c.job == _job(name), JOB_RUN.c.store_id == HOUSE, JOB_RUN.c.slot == mark)
    with runtime.database.read() as session:
        return session.execute(sa.select(JOB_RUN.c.slot).where(*same)).first() is not None


def _remember(runtime: Runtime, name: str, *, mark: str) -> None:
    now = runtime.clock.now()
    row = {"job": _job(name), "store_id": HOUSE, "slot": mark, "at": now}
    with runtime.database.write() as session:
        session.execute(insert(session, JOB_RUN).values(**row).on_conflict_do_nothing())
        if int(mark[:4], 16) % SWEEPS == 0:
            old = (JOB_RUN.c.job == _job(name), JOB_RUN.c.store_id == HOUSE, JOB_RUN.c.at < now - REMEMBERED_FOR)
            session.execute(sa.delete(JOB_RUN).where(*old))
