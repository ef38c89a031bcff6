"""What one call of a provider said becomes receipts and answers; whatever is told again changes nothing."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.model import JobRun
from app.pipeline import receipts, replies, unknown
from app.rows import insert, table_of
from app.runtime import Runtime
from connectors.receipts import Heard, ReceiptRecord

JOB_RUN = table_of(JobRun)
HOUSE = 0
# A token is worth nothing any more after some minutes, so that nobody needs to remember it for long.
REMEMBERED_FOR = timedelta(hours=1)
FOR_NOW, FOR_GOOD = "call:", "said:"
# One call in so many sweeps up behind the others.
SWEEPS = 256


def hear(runtime: Runtime, name: str, *, heard: Heard) -> int:
    """Take in what the provider `name` said, in one transaction; how many receipts were new. A call that is good for one time
    does nothing when it comes again, whatever its body says then."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        if heard.once and not _is_first(session, name, heard=heard, now=now):
            log.trouble("call_was_heard_before", listener=name)
            return 0
        count = receipts.take_within(session, [told(one) for one in heard.receipts], runtime=runtime)
        replies.obey(session, heard.replies, now=now)
    unknown.tell(heard.unknown)
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


def _is_first(session: Session, name: str, *, heard: Heard, now: datetime) -> bool:
    """Claimed before anything is done: of calls that come at once, the others wait here and find it taken."""
    mark = hashlib.sha256(str(heard.once).encode()).hexdigest()[:40]
    row = {
        "job": f"{FOR_GOOD if heard.is_for_good else FOR_NOW}{name}"[:40],
        "store_id": HOUSE,
        "slot": mark,
        "at": now,
    }
    claim = insert(session, JOB_RUN).values(**row).on_conflict_do_nothing().returning(JOB_RUN.c.slot)
    is_first = session.execute(claim).first() is not None
    if is_first and int(mark[:4], 16) % SWEEPS == 0:
        old = (
            JOB_RUN.c.job == f"{FOR_NOW}{name}"[:40],
            JOB_RUN.c.store_id == HOUSE,
            JOB_RUN.c.at < now - REMEMBERED_FOR,
        )
        session.execute(sa.delete(JOB_RUN).where(*old))
    return is_first
