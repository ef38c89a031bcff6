"""What has done its duty goes: deliveries that were taken in, slots that were had, runs that ended, installs that came to
nothing."""

from datetime import timedelta

import sqlalchemy as sa

from app.model import Delivery, DeliveryState, Installation, JobRun, SyncRun, SyncState
from app.pipeline.approval import KEPT_FOR
from app.pipeline.listening import FOR_GOOD
from app.pulse import HEARTBEAT
from app.rows import among, chunks, table_of
from app.runtime import Runtime
from connectors.base import SyncKind

DELIVERY = table_of(Delivery)
JOB_RUN = table_of(JobRun)
SYNC_RUN = table_of(SyncRun)
INSTALLATION = table_of(Installation)
# Long enough that a platform has given up repeating a delivery (Shopify: within a day).
KEEP_DELIVERIES = timedelta(days=7)
# Long enough for somebody to look at what could not be read; it still has its body, which speaks of people.
KEEP_ASIDE = timedelta(days=30)
KEEP_SLOTS = timedelta(days=40)
KEEP_RUNS = timedelta(days=40)
# Made every hour, or whenever a webhook hints at something.
KEEP_SMALL_RUNS = timedelta(days=2)
KEEP_BEATS = timedelta(days=1)
PIECE = 200


def tidy(runtime: Runtime) -> None:
    """Delete old rows, in pieces small enough that nobody waits for long."""
    now = runtime.clock.now()
    _tidy_inbox(runtime, state=DeliveryState.DONE, keep=KEEP_DELIVERIES)
    _tidy_inbox(runtime, state=DeliveryState.ASIDE, keep=KEEP_ASIDE)
    small = SYNC_RUN.c.kind.in_((SyncKind.LOOKS, SyncKind.RECENT))
    old = sa.case((small, SYNC_RUN.c.ended_at < now - KEEP_SMALL_RUNS), else_=SYNC_RUN.c.ended_at < now - KEEP_RUNS)
    latest = sa.select(sa.func.max(SYNC_RUN.c.id)).group_by(SYNC_RUN.c.store_id, SYNC_RUN.c.kind)
    beat = JOB_RUN.c.job == HEARTBEAT
    with runtime.database.write() as session:
        is_for_good = JOB_RUN.c.job.startswith(FOR_GOOD)
        session.execute(sa.delete(JOB_RUN).where(~beat, ~is_for_good, JOB_RUN.c.at < now - KEEP_SLOTS))
        session.execute(sa.delete(JOB_RUN).where(beat, JOB_RUN.c.at < now - KEEP_BEATS))
        session.execute(
            sa.delete(SYNC_RUN).where(SYNC_RUN.c.state != SyncState.WAITING, old, SYNC_RUN.c.id.not_in(latest))
        )
        session.execute(sa.delete(INSTALLATION).where(INSTALLATION.c.created_at < now - KEPT_FOR))


def _tidy_inbox(runtime: Runtime, *, state: DeliveryState, keep: timedelta) -> None:
    """Looked for without the lock: among a week's deliveries that takes long, and webhooks would wait for it."""
    old = sa.select(DELIVERY.c.id).where(DELIVERY.c.state == state, DELIVERY.c.done_at < runtime.clock.now() - keep)
    with runtime.database.read_inbox() as session:
        gone = session.scalars(old).all()
    for piece in chunks(gone, PIECE):
        with runtime.database.write_inbox(is_durable=False) as session:
            session.execute(
                sa.delete(DELIVERY).where(among(session, DELIVERY.c.id, values=piece), DELIVERY.c.state == state)
            )
