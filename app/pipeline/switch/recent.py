"""What was news lately, read back from the store's rows: whom a workflow would have taken in, had it been on.

History is never news by itself. This is asked for by a merchant who switches a workflow on and wants the last days with it;
it is counted first, and the very list that was counted is then taken in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Checkout, Consent, Enrollment, Fulfillment, Interest, InterestKind, Order, Store
from app.model.event import EventKind
from app.pipeline.calendar.days import anniversaries_between, birthdays_between
from app.pipeline.calendar.parcels import late_now
from app.pipeline.enroll import News, Taking, taking, with_rhythms
from app.pipeline.entries import entries
from app.rows import chunks, table_of
from app.translations import marked
from connectors.records import ConsentState, Medium, OrderStatus
from workflows.language import Phrase, Workflow

CHECKOUT, CONSENT, ENROLLMENT = map(table_of, (Checkout, Consent, Enrollment))
INTEREST, ORDER, PARCEL = map(table_of, (Interest, Order, Fulfillment))
Entry = tuple[int, Taking]


@dataclass(frozen=True, slots=True)
class Span:
    """The days asked about, in one store, for one workflow."""

    store: Store
    workflow: Workflow
    since: datetime
    until: datetime

    def hears(self, kind: str) -> bool:
        return any(on.event == kind for on in self.workflow.starts.on)

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.since <= at <= self.until


def recent(session: Session, span: Span) -> list[News]:
    """The news of these days that the workflow listens for, in the order of time."""
    kinds = {on.event for on in span.workflow.starts.on}
    tellers = dict.fromkeys(TELLERS[kind] for kind in sorted(kinds) if kind in TELLERS)
    told = (one for teller in tellers for one in teller(session, span))
    return sorted((one for one in told if one.kind in kinds), key=attrgetter("at", "subject"))


def untold(workflow: Workflow) -> Phrase | None:
    """Why nothing of the past can be taken in, where that is so: what was back in stock or cheaper, or was expected, is not
    kept as it was."""
    if any(on.event in TELLERS for on in workflow.starts.on):
        return None
    pattern = marked("It begins when %(start)s: what was so in the past is not kept, so nothing can be included.")
    return Phrase(pattern, {"start": workflow.starts.said})


def entering(session: Session, span: Span, *, dials: Mapping[str, int]) -> list[Entry]:
    """Whom that news takes in who was never in about the same thing, nor about anything else within the cool-off."""
    return entering_by(session, span, news=by_person(session, span), dials=dials)


def by_person(session: Session, span: Span) -> list[News]:
    """The news of these days, each person's together."""
    news = recent(session, span)
    news = with_rhythms(session, news) if span.workflow.starts.rhythm else news
    return sorted(news, key=attrgetter("customer_id"))


def entering_by(session: Session, span: Span, *, news: Sequence[News], dials: Mapping[str, int]) -> list[Entry]:
    """Whom some of the news takes in: all of it that is about these people, each person's together."""
    found: list[Entry] = []
    inside = _inside(session, span, people={one.customer_id for one in news})
    for who, theirs in groupby(news, key=attrgetter("customer_id")):
        takings = (taking(one, workflow=span.workflow, dials=dials) for one in theirs)
        ways = entries((one for one in takings if one is not None), workflow=span.workflow, is_lived=False)
        found += [(who, one) for one in ways if _is_new(one, inside.get(who, ()), workflow=span.workflow)]
    return found


def _inside(session: Session, span: Span, *, people: Iterable[int]) -> dict[int, list[Any]]:
    """The ways on which these people were before, by person."""
    ways = sa.select(ENROLLMENT.c.customer_id, ENROLLMENT.c.subject, ENROLLMENT.c.event_at).where(
        ENROLLMENT.c.store_id == span.store.id, ENROLLMENT.c.workflow == span.workflow.name
    )
    found: dict[int, list[Any]] = {}
    for some in chunks(sorted(people)):
        for row in session.execute(ways.where(ENROLLMENT.c.customer_id.in_(some))):
            found.setdefault(row.customer_id, []).append(row)
    return found


def _is_new(one: Taking, inside: Iterable[Any], *, workflow: Workflow) -> bool:
    pause = workflow.starts.cool_off
    return not any(
        row.subject == one.subject or (pause is not None and abs(row.event_at - one.anchor) < pause) for row in inside
    )


def _answers(session: Session, span: Span) -> Iterator[News]:
    """By the first yes, as ingest tells it: whoever left and came back is no news."""
    first = sa.func.min(CONSENT.c.at).label("first_at")
    query = (
        sa.select(CONSENT.c.customer_id, first)
        .where(
            CONSENT.c.store_id == span.store.id,
            CONSENT.c.medium == Medium.EMAIL,
            CONSENT.c.state == ConsentState.SUBSCRIBED,
        )
        .group_by(CONSENT.c.customer_id)
        .having(sa.and_(first >= span.since, first <= span.until))
    )
    for who, at in session.execute(query):
        yield News(EventKind.SUBSCRIBED, f"customer:{who}", who, at)


def _orders(session: Session, span: Span) -> Iterator[News]:
    """Each kind by its own time, and only those that are listened for: both at once would read every order there is."""
    for kind, moment in ((EventKind.ORDER_PLACED, ORDER.c.placed_at), (EventKind.ORDER_PAID, ORDER.c.paid_at)):
        if not span.hears(kind):
            continue
        query = sa.select(ORDER.c.external_id, ORDER.c.customer_id, moment).where(
            *_may_start(span), _within(moment, span)
        )
        for name, who, at in session.execute(query):
            yield News(kind, f"order:{name}", who, at)


def _parcels(session: Session, span: Span) -> Iterator[News]:
    same = sa.and_(ORDER.c.store_id == PARCEL.c.store_id, ORDER.c.external_id == PARCEL.c.order_external_id)
    within = sa.or_(*(_within(PARCEL.c[name], span) for name in ("shipped_at", "delivered_at")))
    columns = (PARCEL.c.shipped_at, PARCEL.c.delivered_at, ORDER.c.external_id, ORDER.c.customer_id, ORDER.c.country)
    home = span.store.country
    for row in session.execute(sa.select(*columns).join(ORDER, same).where(*_may_start(span), within)):
        is_abroad = bool(home and row.country and row.country != home)
        moments = ((EventKind.ORDER_SHIPPED, row.shipped_at), (EventKind.ORDER_DELIVERED, row.delivered_at))
        for kind, at in moments:
            if span.holds(at):
                yield News(kind, f"order:{row.external_id}", row.customer_id, at, is_abroad)


def _may_start(span: Span) -> tuple[sa.ColumnElement[bool], ...]:
    is_theirs = ORDER.c.customer_id.is_not(None)
    return ORDER.c.store_id == span.store.id, ORDER.c.may_start, ORDER.c.status != OrderStatus.DRAFT, is_theirs


def _within(column: sa.Column[datetime], span: Span) -> sa.ColumnElement[bool]:
    return column.between(span.since, span.until)


def _checkouts(session: Session, span: Span) -> Iterator[News]:
    """Those that are still open."""
    query = sa.select(CHECKOUT.c.external_id, CHECKOUT.c.customer_id, CHECKOUT.c.updated_at).where(
        CHECKOUT.c.store_id == span.store.id,
        CHECKOUT.c.completed_at.is_(None),
        CHECKOUT.c.customer_id.is_not(None),
        CHECKOUT.c.total > 0,
        _within(CHECKOUT.c.updated_at, span),
    )
    for name, who, at in session.execute(query):
        yield News(EventKind.CHECKOUT_LEFT, f"checkout:{name}", who, at)


def _looks(session: Session, span: Span) -> Iterator[News]:
    """The last look of each person at each product: earlier ones are not kept."""
    query = sa.select(INTEREST.c.product_external_id, INTEREST.c.customer_id, INTEREST.c.at).where(
        INTEREST.c.store_id == span.store.id, INTEREST.c.kind == InterestKind.LOOKED, _within(INTEREST.c.at, span)
    )
    for product, who, at in session.execute(query):
        yield News(EventKind.PRODUCT_VIEWED, f"product:{product}:{at:%Y-%m-%d}:{who}", who, at)


def _birthdays(session: Session, span: Span) -> Sequence[News]:
    ours = {span.workflow.name: span.workflow}
    told = birthdays_between(session, span.store, workflows=ours, span=(span.since, span.until))
    return [one for one in told if span.holds(one.at)]


def _anniversaries(session: Session, span: Span) -> Sequence[News]:
    told = anniversaries_between(session, span.store, span=(span.since, span.until))
    return [one for one in told if span.holds(one.at)]


def _late_parcels(session: Session, span: Span) -> Sequence[News]:
    return [one for one in late_now(session, span.store, now=span.until) if span.holds(one.at)]


Teller = Callable[[Session, Span], Iterable[News]]
TELLERS: Mapping[str, Teller] = {
    EventKind.SUBSCRIBED: _answers,
    EventKind.ORDER_PLACED: _orders,
    EventKind.ORDER_PAID: _orders,
    EventKind.ORDER_SHIPPED: _parcels,
    EventKind.ORDER_DELIVERED: _parcels,
    EventKind.CHECKOUT_LEFT: _checkouts,
    EventKind.PRODUCT_VIEWED: _looks,
    EventKind.BIRTHDAY: _birthdays,
    EventKind.ANNIVERSARY: _anniversaries,
    EventKind.PARCEL_LATE: _late_parcels,
}
