"""Who a customer is and how they stand with the store today: value, rhythm, answers, and what is still to come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.facts.telling import is_resting
from app.model import (
    Consent,
    Customer,
    Enrollment,
    EnrollmentState,
    Forecast,
    Message,
    MessageState,
    Order,
    Suppression,
    Tag,
)
from app.pipeline.fair import PARKED
from app.rows import table_of

CUSTOMER, ORDER, CONSENT, ENROLLMENT = map(table_of, (Customer, Order, Consent, Enrollment))
MESSAGE, FORECAST, SUPPRESSION, TAG = map(table_of, (Message, Forecast, Suppression, Tag))
MOST_COMING = 50


class NoSuchCustomerError(LookupError):
    """This store has no such customer (any more)."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What somebody bought in one currency, what was given back taken off; in its minor units."""

    currency: str
    amount: int
    orders: int


@dataclass(frozen=True, slots=True)
class Expected:
    """When the next order is likely, as of `at`; four in five of those like them who order again do so between the two days."""

    likely_at: datetime
    from_at: datetime
    until_at: datetime
    alive: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Consented:
    """The latest answer for one medium, or `suppressed`: why the address must not be written to whatever was answered."""

    medium: str
    state: str
    at: datetime | None
    source: str | None
    suppressed: str | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """What waits: a step of a way (`enrollment`) or a message that was decided (`message`). `seen` is what a button has to name
    so that it does nothing to what moved on meanwhile."""

    what: str
    id: int
    enrollment_id: int
    workflow: str
    step: str
    due_at: datetime
    asked_at: datetime
    is_parked: bool
    tries: int


@dataclass(frozen=True, slots=True)
class Header:
    """`expected` None where it is not known yet; `spent` by currency, the one with the most orders first."""

    id: int
    external_id: str | None
    name: str | None
    email: str | None
    phone: str | None
    country: str | None
    locale: str | None
    birthday: str | None
    joined_at: datetime | None
    orders: int
    spent: tuple[Spent, ...]
    first_order_at: datetime | None
    last_order_at: datetime | None
    expected: Expected | None
    consents: tuple[Consented, ...]
    paused_until: datetime | None
    is_resting: bool
    is_staff: bool
    gone_at: datetime | None
    is_erased: bool
    platform_tags: tuple[str, ...]
    tags: tuple[str, ...]
    coming: tuple[Coming, ...]


def header(session: Session, *, store_id: int, customer_id: int, now: datetime) -> Header:
    """One customer of one store. Raises NoSuchCustomerError."""
    row = session.scalars(sa.select(Customer).where(Customer.store_id == store_id, Customer.id == customer_id)).first()
    if row is None:
        raise NoSuchCustomerError
    return Header(
        id=row.id,
        external_id=row.external_id,
        name=" ".join(part for part in (row.first_name, row.last_name) if part) or None,
        email=row.email,
        phone=row.phone,
        country=row.country,
        locale=row.locale,
        birthday=row.birthday,
        joined_at=row.joined_at,
        orders=row.orders_count,
        spent=_spent(session, row),
        first_order_at=row.first_order_at,
        last_order_at=row.last_order_at,
        expected=_expected(session, row),
        consents=_consents(session, row),
        paused_until=row.paused_until if row.paused_until and row.paused_until > now else None,
        is_resting=is_resting(row),
        is_staff=row.is_staff,
        gone_at=row.gone_at,
        is_erased=row.is_erased,
        platform_tags=tuple(row.tags or ()),
        tags=tuple(session.scalars(sa.select(TAG.c.word).where(TAG.c.customer_id == row.id).order_by(TAG.c.word))),
        coming=_coming(session, row),
    )


def _spent(session: Session, row: Customer) -> tuple[Spent, ...]:
    count = sa.func.count()
    query = (
        sa.select(ORDER.c.currency, sa.func.sum(ORDER.c.total - ORDER.c.refunded), count)
        .where(ORDER.c.customer_id == row.id, ORDER.c.counts)
        .group_by(ORDER.c.currency)
        .order_by(count.desc(), ORDER.c.currency)
    )
    return tuple(Spent(currency, int(amount), orders) for currency, amount, orders in session.execute(query))


def _expected(session: Session, row: Customer) -> Expected | None:
    """What was reckoned last night. An order since then has answered it, and the next night tells anew."""
    found = session.get(Forecast, (row.store_id, row.id))
    if found is None or (row.last_order_at is not None and row.last_order_at > found.at):
        return None
    return Expected(found.likely_at, found.from_at, found.until_at, found.alive, found.at)


def _consents(session: Session, row: Customer) -> tuple[Consented, ...]:
    """E-mail always, the rest where something was answered; the latest answer by its own time."""
    answers = session.execute(sa.select(CONSENT).where(CONSENT.c.customer_id == row.id).order_by(CONSENT.c.at)).all()
    latest: dict[str, Any] = {one.medium: one for one in answers}
    blocked = _suppressed(session, row)
    told = [Consented("email", row.email_consent or "never_asked", row.email_consent_at, None, blocked.get("email"))]
    if "email" in latest:
        told = [Consented("email", told[0].state, told[0].at, latest["email"].source, told[0].suppressed)]
    others = (latest[medium] for medium in sorted(latest) if medium != "email")
    return (*told, *(Consented(one.medium, one.state, one.at, one.source, blocked.get(one.medium)) for one in others))


def _suppressed(session: Session, row: Customer) -> dict[str, str]:
    addresses = [one for one in (email_key(row.email), row.phone) if one]
    query = sa.select(SUPPRESSION.c.medium, SUPPRESSION.c.reason).where(
        SUPPRESSION.c.store_id == row.store_id,
        SUPPRESSION.c.medium.in_(("email", "sms")),
        SUPPRESSION.c.address.in_(addresses),
        SUPPRESSION.c.undone_at.is_(None),
    )
    return dict(tuple(row) for row in session.execute(query))


def _coming(session: Session, row: Customer) -> tuple[Coming, ...]:
    ways = session.execute(
        sa.select(ENROLLMENT)
        .where(ENROLLMENT.c.customer_id == row.id, ENROLLMENT.c.state == EnrollmentState.WAITING)
        .order_by(ENROLLMENT.c.alarm_at)
        .limit(MOST_COMING)
    )
    queued = session.execute(
        sa.select(MESSAGE)
        .where(MESSAGE.c.customer_id == row.id, MESSAGE.c.state == MessageState.QUEUED)
        .order_by(MESSAGE.c.alarm_at)
        .limit(MOST_COMING)
    )
    found = [*(coming("message", one) for one in queued), *(coming("enrollment", one) for one in ways)]
    return tuple(sorted(found, key=lambda one: (one.asked_at, one.what, one.id)))


def coming(what: str, row: Any) -> Coming:
    """One waiting row as people see it."""
    return Coming(
        what=what,
        id=row.id,
        enrollment_id=row.id if what == "enrollment" else row.enrollment_id,
        workflow=row.workflow,
        step=row.step,
        due_at=row.due_at,
        asked_at=row.alarm_at,
        is_parked=row.alarm_at == PARKED,
        tries=row.tries,
    )
