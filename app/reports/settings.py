"""What the settings page tells beside its fields: how news comes in, what was set aside or not understood, which codes were
given, who asked for what is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import CodeState, Delivery, DeliveryState, DiscountCode, PrivacyRequest, SyncRun, SyncState, UnknownValue
from app.rows import table_of
from connectors.base import SyncKind

CODE = table_of(DiscountCode)
DELIVERY = table_of(Delivery)
REQUEST = table_of(PrivacyRequest)
RUN = table_of(SyncRun)
UNKNOWN = table_of(UnknownValue)
SHOWN = 20
CODES_OF = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Aside:
    """One delivery that could not be taken in, and why."""

    topic: str
    received_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Inflow:
    """`oldest_waiting` is since when the first of those that wait does; `caught_up_at` when the last catch-up ended."""

    oldest_waiting: datetime | None
    caught_up_at: datetime | None
    aside: Sequence[Aside]


@dataclass(frozen=True, slots=True)
class Odd:
    """A field of the store that held what we did not understand, how often, and when it did last."""

    word: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """The codes of one workflow of the last 90 days; `worth` is what they are reckoned to have given away, in minor units."""

    workflow: str
    made: int
    redeemed: int
    worth: int


@dataclass(frozen=True, slots=True)
class Demand:
    """A right that somebody claimed by the platform: which, since when, until when, and when it was met."""

    kind: str
    received_at: datetime
    due_at: datetime
    done_at: datetime | None


def inflow(session: Session, inbox: Session, *, store_id: int) -> Inflow:
    """How news comes in. `inbox` reads the deliveries, which on SQLite live in a file of their own."""
    mine = DELIVERY.c.store_id == store_id
    waiting = sa.select(DELIVERY.c.received_at).where(mine, DELIVERY.c.state == DeliveryState.WAITING)
    aside = sa.select(DELIVERY).where(mine, DELIVERY.c.state == DeliveryState.ASIDE).order_by(DELIVERY.c.id.desc())
    catch_up = sa.select(sa.func.max(RUN.c.ended_at)).where(
        RUN.c.store_id == store_id,
        RUN.c.state == SyncState.DONE,
        RUN.c.kind.in_((SyncKind.CHANGES, SyncKind.RECENT)),
    )
    return Inflow(
        inbox.execute(waiting.order_by(DELIVERY.c.alarm_at).limit(1)).scalar(),
        session.execute(catch_up).scalar(),
        [Aside(row.topic, row.received_at, row.reason or "") for row in inbox.execute(aside.limit(SHOWN))],
    )


def odd(session: Session, store_id: int) -> Sequence[Odd]:
    """What was not understood, the latest first."""
    mine = sa.select(UNKNOWN).where(UNKNOWN.c.store_id == store_id)
    found = session.execute(mine.order_by(UNKNOWN.c.last_at.desc(), UNKNOWN.c.word).limit(SHOWN))
    return [Odd(row.word, row.times, row.last_at) for row in found]


def codes(session: Session, store_id: int, *, now: datetime) -> Sequence[Given]:
    """What each workflow gave away lately."""
    is_used = sa.case((CODE.c.state == CodeState.REDEEMED, 1), else_=0)
    query = (
        sa.select(CODE.c.workflow, sa.func.count(), sa.func.sum(is_used), sa.func.sum(CODE.c.worth * is_used))
        .where(CODE.c.store_id == store_id, CODE.c.wanted_at > now - CODES_OF, CODE.c.external_id.is_not(None))
        .group_by(CODE.c.workflow)
        .order_by(CODE.c.workflow)
    )
    return [Given(name, made, int(used or 0), int(worth or 0)) for name, made, used, worth in session.execute(query)]


def demands(session: Session, store_id: int) -> Sequence[Demand]:
    """The latest claims, those that are not met first."""
    query = (
        sa.select(REQUEST)
        .where(REQUEST.c.store_id == store_id)
        .order_by(REQUEST.c.done_at.is_not(None), REQUEST.c.due_at.desc(), REQUEST.c.id.desc())
    )
    return [Demand(row.demand, row.received_at, row.due_at, row.done_at) for row in session.execute(query.limit(SHOWN))]
