"""One page of the list. Everything that is filtered and sorted by stands in one narrow index; the rows shown are read after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer, Forecast, Tag
from app.reports.customers.choices import Choices, Column, Group, Sort
from app.reports.customers.prefix import named
from app.reports.figures.pace import lapsed_after
from app.reports.keyset import Place, after, ordering
from app.reports.overview.counts import Count, count
from app.rows import table_of

CUSTOMER = table_of(Customer)
FORECAST = table_of(Forecast)
TAG = table_of(Tag)
PAGE = 50
SORTED_BY = {
    Sort.LAST_ORDER: CUSTOMER.c.last_order_at,
    Sort.ORDERS: CUSTOMER.c.orders_count,
    Sort.SPENT: CUSTOMER.c.spent,
    Sort.NEWEST: CUSTOMER.c.id,
}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer as the list shows them; `spent` in minor units of the store's currency."""

    id: int
    name: str | None
    address: str | None
    orders: int
    spent: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    next_order_at: datetime | None
    consent: str | None
    country: str | None
    paused_until: datetime | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page; `following` is where the next one begins. `silent_for` says after how long somebody counts as lapsed."""

    rows: tuple[CustomerRow, ...]
    following: Place | None
    count: Count
    silent_for: timedelta


def customers(
    session: Session,
    *,
    store_id: int,
    choices: Choices,
    now: datetime,
    text: str = "",
    place: Place | None = None,
    limit: int = PAGE,
) -> Listing:
    """The customers of one store who are still there, filtered by the choices and by the beginning of `text`."""
    silent_for = lapsed_after(session, store_id)
    where = _where(session, store_id, choices=choices, text=text, silent_since=now - silent_for, now=now)
    column = SORTED_BY[choices.sort]
    behind = [] if place is None else [after(column, CUSTOMER.c.id, place=place, is_down=choices.is_down)]
    order = ordering(column, CUSTOMER.c.id, is_down=choices.is_down)
    ids = list(session.scalars(sa.select(CUSTOMER.c.id).where(*where, *behind).order_by(*order).limit(limit + 1)))
    found = {row.id: row for row in session.execute(sa.select(CUSTOMER).where(CUSTOMER.c.id.in_(ids[:limit])))}
    rows = [found[one] for one in ids[:limit]]
    last = Place(getattr(rows[-1], column.name), rows[-1].id) if len(ids) > limit else None
    return Listing(_shown(session, rows, choices=choices), last, count(session, *where), silent_for)


def _where(
    session: Session, store_id: int, *, choices: Choices, text: str, silent_since: datetime, now: datetime
) -> list[sa.ColumnElement[bool]]:
    where = [CUSTOMER.c.store_id == store_id, CUSTOMER.c.gone_at.is_(None)]
    where += _group(choices.group, silent_since=silent_since, now=now)
    if choices.tag:
        tagged = sa.select(TAG.c.customer_id).where(TAG.c.store_id == store_id, TAG.c.word == choices.tag)
        where.append(CUSTOMER.c.id.in_(tagged))
    if text.strip():
        where.append(named(session, store_id, text=text))
    return where


def _group(group: Group, *, silent_since: datetime, now: datetime) -> list[sa.ColumnElement[bool]]:
    consent = CUSTOMER.c.email_consent
    words: dict[Group, sa.ColumnElement[bool]] = {
        Group.NEVER_BOUGHT: CUSTOMER.c.orders_count == 0,
        Group.BOUGHT_ONCE: CUSTOMER.c.orders_count == 1,
        Group.CAME_AGAIN: CUSTOMER.c.orders_count > 1,
        Group.LAPSED: CUSTOMER.c.last_order_at < silent_since,
        Group.SUBSCRIBED: consent == "subscribed",
        Group.NO_CONSENT: sa.or_(consent.is_(None), consent != "subscribed"),
        Group.PAUSED: CUSTOMER.c.paused_until > now,
    }
    return [words[group]] if group in words else []


def _shown(session: Session, rows: list[Any], *, choices: Choices) -> tuple[CustomerRow, ...]:
    ids = [row.id for row in rows]
    tags = _tags(session, ids) if Column.TAGS in choices.columns else {}
    expected = _expected(session, ids) if Column.NEXT_ORDER in choices.columns else {}
    return tuple(
        CustomerRow(
            id=row.id,
            name=" ".join(part for part in (row.first_name, row.last_name) if part) or None,
            address=row.email,
            orders=row.orders_count,
            spent=row.spent,
            first_order_at=row.first_order_at,
            last_order_at=row.last_order_at,
            next_order_at=expected.get(row.id),
            consent=row.email_consent,
            country=row.country,
            paused_until=row.paused_until,
            tags=tuple(sorted(tags.get(row.id, ()))),
        )
        for row in rows
    )


def _tags(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in session.execute(sa.select(TAG.c.customer_id, TAG.c.word).where(TAG.c.customer_id.in_(ids))):
        found.setdefault(row.customer_id, []).append(row.word)
    return found


def _expected(session: Session, ids: list[int]) -> dict[int, datetime]:
    query = sa.select(FORECAST.c.customer_id, FORECAST.c.likely_at).where(FORECAST.c.customer_id.in_(ids))
    return {row.customer_id: row.likely_at for row in session.execute(query)}
