"""What somebody should look at today, the most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Brake, Delivery, DeliveryState, Outcome, OutcomeKind, Store, SyncRun, SyncState
from app.pipeline.texts import own_texts
from app.policy import Reason
from app.policy.brakes import LASTS
from app.render import BadTextError, compiled_own
from app.reports.overview import ConnectionView
from app.rows import table_of

BRAKE, DELIVERY, OUTCOME, RUN = map(table_of, (Brake, Delivery, Outcome, SyncRun))
# Every night reads what changed: a day and a half without anything is no quiet shop.
LAG = timedelta(hours=36)
SLOW = timedelta(minutes=15)
LATELY = timedelta(days=7)
MOST, MOST_BRAKES = 1_000, 5


class Trouble(StrEnum):
    NOT_CONNECTED = "not_connected"
    IMPORT_FAILED = "import_failed"
    BRAKE = "brake"
    LAG = "lag"
    SLOW_DELIVERIES = "slow_deliveries"
    ASIDE = "aside"
    BAD_TEXTS = "bad_texts"
    FAILED = "failed"
    NO_POSTAL_ADDRESS = "no_postal_address"


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing. `count` is of what is concerned (up to a limit), `at` since when, `what` names it where there is a name."""

    trouble: Trouble
    count: int = 0
    at: datetime | None = None
    what: str = ""


def attention(
    session: Session, inbox: Session, *, store: Store, connection: ConnectionView, now: datetime
) -> list[Attention]:
    """Everything, each once; `inbox` is a session of the deliveries' database."""
    return [
        *_of_connection(session, store, connection=connection, now=now),
        *_of_brakes(session, store.id, now=now),
        *_of_deliveries(inbox, store.id, now=now),
        *_of_messages(session, store.id, now=now),
        *([] if store.postal_address else [Attention(Trouble.NO_POSTAL_ADDRESS)]),
    ]


def _of_connection(session: Session, store: Store, *, connection: ConnectionView, now: datetime) -> Iterator[Attention]:
    history = connection.history
    if connection.state != "connected":
        yield Attention(Trouble.NOT_CONNECTED)
        return
    if history is not None and history.state == SyncState.FAILED:
        yield Attention(Trouble.IMPORT_FAILED, history.done, history.ended_at, history.trouble or "")
    read = sa.select(sa.func.max(RUN.c.ended_at)).where(RUN.c.store_id == store.id, RUN.c.state == SyncState.DONE)
    last = max(filter(None, (session.scalar(read), connection.last_delivery_at)), default=None)
    if last is not None and now - last > LAG:
        yield Attention(Trouble.LAG, at=last)


def _of_brakes(session: Session, store_id: int, *, now: datetime) -> Iterator[Attention]:
    """`what` is the workflow, empty for the whole store."""
    query = (
        sa.select(BRAKE.c.workflow, BRAKE.c.bad, BRAKE.c.until)
        .where(
            BRAKE.c.store_id == store_id, BRAKE.c.at > now - LASTS, BRAKE.c.until > now, BRAKE.c.released_at.is_(None)
        )
        .order_by(BRAKE.c.at.desc())
        .limit(MOST_BRAKES)
    )
    for row in session.execute(query):
        yield Attention(Trouble.BRAKE, row.bad, row.until, row.workflow)


def _of_deliveries(inbox: Session, store_id: int, *, now: datetime) -> Iterator[Attention]:
    mine = DELIVERY.c.store_id == store_id
    slow = sa.and_(mine, DELIVERY.c.state == DeliveryState.WAITING, DELIVERY.c.received_at < now - SLOW)
    aside = sa.and_(mine, DELIVERY.c.state == DeliveryState.ASIDE)
    for trouble, where in ((Trouble.SLOW_DELIVERIES, slow), (Trouble.ASIDE, aside)):
        few = sa.select(DELIVERY.c.received_at).where(where).limit(MOST).subquery()
        count, since = inbox.execute(sa.select(sa.func.count(), sa.func.min(few.c.received_at)).select_from(few)).one()
        if count:
            yield Attention(trouble, count, since)


def _of_messages(session: Session, store_id: int, *, now: datetime) -> Iterator[Attention]:
    query = (
        sa.select(OUTCOME.c.reason, OUTCOME.c.at)
        .where(OUTCOME.c.store_id == store_id, OUTCOME.c.kind == OutcomeKind.FAILED, OUTCOME.c.at > now - LATELY)
        .order_by(OUTCOME.c.at.desc())
        .limit(MOST)
    )
    failed = session.execute(query).all()
    unfit = [row for row in failed if row.reason == Reason.BAD_TEXT]
    broken = [place for place, source in own_texts(session, store_id).items() if _is_broken(source)]
    if unfit or broken:
        what = "/".join(broken[0]) if broken else ""
        yield Attention(Trouble.BAD_TEXTS, len(unfit) or len(broken), unfit[0].at if unfit else None, what)
    if len(failed) > len(unfit):
        yield Attention(Trouble.FAILED, len(failed) - len(unfit), failed[0].at)


def _is_broken(source: str) -> bool:
    try:
        compiled_own("own", source)
    except BadTextError:
        return True
    return False
