"""What has done its duty goes: deliveries that were taken in, slots that were had, runs that ended long ago, launches."""

from datetime import timedelta

import sqlalchemy as sa

from app.model import Delivery, DeliveryState, JobRun, SyncRun, SyncState
from app.pulse import HEARTBEAT
from app.rows import table_of
from app.runtime import Runtime

DELIVERY = table_of(Delivery)
JOB_RUN = table_of(JobRun)
SYNC_RUN = table_of(SyncRun)
# Long enough that a platform has given up repeating a delivery (Shopify: within a day).
KEEP_DELIVERIES = timedelta(days=7)
KEEP_SLOTS = timedelta(days=40)
KEEP_RUNS = timedelta(days=40)
PIECE = 5_000


def tidy(runtime: Runtime) -> None:
    """Delete old rows, in pieces small enough that nobody waits for long."""
    now = runtime.clock.now()
    done = (DELIVERY.c.state == DeliveryState.DONE, DELIVERY.c.done_at < now - KEEP_DELIVERIES)
    while True:
        some = sa.select(DELIVERY.c.id).where(*done).limit(PIECE)
        with runtime.database.write_inbox() as session:
            gone = session.execute(sa.delete(DELIVERY).where(DELIVERY.c.id.in_(some)).returning(DELIVERY.c.id)).all()
        if len(gone) < PIECE:
            break
    ended = (SYNC_RUN.c.state != SyncState.WAITING, SYNC_RUN.c.ended_at < now - KEEP_RUNS)
    latest = sa.select(sa.func.max(SYNC_RUN.c.id)).group_by(SYNC_RUN.c.store_id, SYNC_RUN.c.kind)
    with runtime.database.write() as session:
        session.execute(sa.delete(JOB_RUN).where(JOB_RUN.c.job != HEARTBEAT, JOB_RUN.c.at < now - KEEP_SLOTS))
        session.execute(sa.delete(JOB_RUN).where(JOB_RUN.c.job == HEARTBEAT, JOB_RUN.c.at < now - timedelta(days=1)))
        session.execute(sa.delete(SYNC_RUN).where(*ended, SYNC_RUN.c.id.not_in(latest)))
