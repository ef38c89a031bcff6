"""Birthdays and anniversaries: each year's day, at nine in the morning where the person lives.

29 February is kept on the 28th in years that have none. Changing a birthday earns nothing: nobody is taken in again within
365 days of the last one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts.telling import birthday_of
from app.model import Customer, Enrollment, Store, WorkflowSetting
from app.model.event import EventKind
from app.pipeline.enroll import News
from app.policy.quiet import instant
from app.rows import table_of
from app.zones import zone_of
from workflows.language import Workflow

CUSTOMER = table_of(Customer)
ENROLLMENT = table_of(Enrollment)
SETTING = table_of(WorkflowSetting)
# The earliest step lies two weeks before its day; two days more, so that one missed night is made up for.
AHEAD = timedelta(days=16)
YEAR = timedelta(days=365)
MORNING = 9 * 60
Span = tuple[datetime, datetime]


def birthdays(session: Session, store: Store, *, workflows: Mapping[str, Workflow], now: datetime) -> list[News]:
    """Everybody whose birthday comes within the next two weeks."""
    if not is_on(session, store, workflows=workflows):
        return []
    return birthdays_between(session, store, workflows=workflows, span=(now, now + AHEAD))


def birthdays_between(session: Session, store: Store, *, workflows: Mapping[str, Workflow], span: Span) -> list[News]:
    """Everybody whose birthday lies between the two days, but for those taken in within a year of it."""
    lately = _lately(session, store, workflows=workflows, since=span[0])
    found: list[News] = []
    for row in _people(session, store, condition=CUSTOMER.c.birthday.is_not(None)):
        born = birthday_of(row.birthday)
        day = _within(born, row, store=store, span=span) if born else None
        if day is not None and not any(abs((day - other).days) < YEAR.days for other in lately.get(row.id, ())):
            found.append(_news(EventKind.BIRTHDAY, row, day=day, store=store))
    return found


def anniversaries(session: Session, store: Store, *, workflows: Mapping[str, Workflow], now: datetime) -> list[News]:
    """Everybody whose first order has its day within the next two weeks, a year or more after it."""
    if not is_on(session, store, workflows=workflows):
        return []
    return anniversaries_between(session, store, span=(now, now + AHEAD))


def anniversaries_between(session: Session, store: Store, *, span: Span) -> list[News]:
    """Everybody whose first order has its day between these two, a year or more after it."""
    found: list[News] = []
    for row in _people(session, store, condition=CUSTOMER.c.first_order_at < span[1] - YEAR):
        zone = zone_of(row.country, row.region, store_zone=store.zone)
        first = row.first_order_at.astimezone(zone).date()
        day = _within((first.month, first.day), row, store=store, span=span)
        if day is not None and day.year > first.year:
            found.append(_news(EventKind.ANNIVERSARY, row, day=day, store=store))
    return found


def is_on(session: Session, store: Store, *, workflows: Mapping[str, Workflow]) -> bool:
    """Whether one of these workflows is on in this store: else there is nothing to reckon for."""
    query = sa.select(SETTING.c.workflow).where(
        SETTING.c.store_id == store.id, SETTING.c.is_on, SETTING.c.workflow.in_(sorted(workflows))
    )
    return session.execute(query.limit(1)).first() is not None


def _people(session: Session, store: Store, *, condition: sa.ColumnElement[bool]) -> Iterator[Any]:
    columns = ("id", "birthday", "first_order_at", "country", "region")
    query = (
        sa.select(*(CUSTOMER.c[name] for name in columns))
        .where(CUSTOMER.c.store_id == store.id, CUSTOMER.c.gone_at.is_(None), condition)
        .execution_options(yield_per=1000)
    )
    yield from session.execute(query)


def _within(born: tuple[int, int], row: Any, *, store: Store, span: Span) -> date | None:
    """The first such day where the person lives that lies between these two, if one does."""
    zone = zone_of(row.country, row.region, store_zone=store.zone)
    first, last = (moment.astimezone(zone).date() for moment in span)
    days = (day_of(born, year) for year in range(first.year, last.year + 1))
    return next((day for day in days if first <= day <= last), None)


def day_of(born: tuple[int, int], year: int) -> date:
    """The day in a year on which a birthday is kept."""
    try:
        return date(year, *born)
    except ValueError:
        return date(year, 2, 28)


def _news(kind: EventKind, row: Any, *, day: date, store: Store) -> News:
    zone = zone_of(row.country, row.region, store_zone=store.zone)
    return News(kind, f"{kind}:{day.year}", row.id, instant(day, MORNING, zone=zone))


def _lately(
    session: Session, store: Store, *, workflows: Mapping[str, Workflow], since: datetime
) -> dict[int, Sequence[date]]:
    """The days for which people were taken in within the last year or so, by customer."""
    query = sa.select(ENROLLMENT.c.customer_id, ENROLLMENT.c.event_at).where(
        ENROLLMENT.c.store_id == store.id,
        ENROLLMENT.c.workflow.in_(sorted(workflows)),
        ENROLLMENT.c.event_at > since - YEAR - AHEAD,
    )
    found: dict[int, list[date]] = {}
    for customer_id, at in session.execute(query):
        found.setdefault(customer_id, []).append(at.date())
    return {one: tuple(days) for one, days in found.items()}
