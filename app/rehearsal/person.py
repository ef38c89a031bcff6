"""What was known of one person at one moment of the past: the same facts and the same standing that the live run would see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.facts.asking import about
from app.facts.people import AFTER_REFUND
from app.facts.telling import birthday_of
from app.pipeline.enroll import Taking
from app.policy import Standing
from app.policy.caps import Departure
from app.policy.consent import Answer, Rights
from app.rehearsal.past import Bought, Past
from workflows.language import CheckoutFacts, CustomerFacts, Facts, OrderFacts, Step

SUBSCRIBED = "subscribed"
# Live, too, what came before an order is read only for those who are asked for it.
ASKS_BEFORE = frozenset({"orders", "spent"})


@dataclass(slots=True)
class Way:
    """One person's way: what it is about, since when, and which step comes next."""

    entry: Taking
    step: Step
    due_at: datetime
    order: Bought | None = None
    checkout: Any = None

    @classmethod
    def begun(cls, entry: Taking, step: Step, *, past: Past) -> "Way":
        named = about(entry.subject)
        order = next((one for one in past.orders if one.row.external_id == named.order), None) if named.order else None
        checkout = (
            next((one for one in past.checkouts if one.external_id == named.checkout), None) if named.checkout else None
        )
        return cls(entry, step, entry.due_at, order, checkout)


@dataclass(slots=True)
class Moment:
    """One person at one time, which is set on from alarm to alarm. `dials` as the merchant turned them, `minor` units of the
    store's money, `departures` so far."""

    past: Past
    now: datetime
    zone: ZoneInfo
    dials: Mapping[str, int]
    minor: int
    departures: tuple[Departure, ...] = ()

    @property
    def answer(self) -> Answer | None:
        """The latest answer by its own time."""
        return next((answer for at, answer in reversed(self.past.answers) if at <= self.now), None)

    def counting(self) -> list[Bought]:
        """The orders that counted then."""
        now = self.now
        return [one for one in self.past.orders if one.row.placed_at <= now < one.stands_until]

    def standing(self, counting: list[Bought], *, answer: Answer | None) -> Standing:
        row = self.past.row
        last_order_at = counting[-1].row.placed_at if counting else None
        return Standing(
            customer_id=row.id,
            zone=self.zone,
            has_address=bool(row.email),
            consent=answer.state if answer else None,
            suspended=self._suspended(),
            is_staff=row.is_staff,
            is_gone=row.gone_at is not None and row.gone_at <= self.now,
            recent=self.departures,
            rights=Rights(row.country, row.region, answer, last_order_at),
        )

    def _suspended(self) -> str | None:
        since = self.now - AFTER_REFUND
        for one in self.past.orders:
            if one.refunds and any(since < at <= self.now for at, _ in one.refunds):
                return "refund"
        return None

    def facts(self, way: Way, *, counting: list[Bought], answer: Answer | None) -> Facts:
        """What a workflow could know then about the subject of a way."""
        order, checkout, event_at = way.order, way.checkout, way.entry.anchor
        return Facts(
            now=self.now,
            at=event_at,
            customer=self._customer(counting),
            is_subscribed=answer is not None and answer.state == SUBSCRIBED,
            orders_since=_orders_since(counting, event_at, order=order, checkout=checkout),
            order=self._order(order, counting) if order is not None else None,
            has_reviewed=self._has_reviewed(order),
            on=event_at.astimezone(self.zone).date(),
            checkout=self._checkout(checkout) if checkout is not None else None,
            dials=self.dials,
            minor=self.minor,
        )

    def _customer(self, counting: list[Bought]) -> CustomerFacts:
        row = self.past.row
        return CustomerFacts(
            first_name=row.first_name,
            last_name=row.last_name,
            locale=row.locale,
            country=row.country,
            joined_at=row.joined_at,
            orders=len(counting),
            spent=sum(one.row.total - refunded(one, self.now) for one in counting),
            first_order_at=counting[0].row.placed_at if counting else None,
            last_order_at=counting[-1].row.placed_at if counting else None,
            birthday=birthday_of(row.birthday) if row.birthday else None,
        )

    def _order(self, one: Bought, counting: list[Bought]) -> OrderFacts:
        row, back, now = one.row, refunded(one, self.now), self.now
        before = [other for other in counting if _place(other) < _place(one)] if ASKS_BEFORE & self.dials.keys() else []
        shipped = [at for parcel in one.parcels if (at := parcel.shipped_at) and at <= now]
        arrived = [at for parcel in one.parcels if (at := parcel.delivered_at) and at <= now]
        return OrderFacts(
            external_id=row.external_id,
            number=row.number,
            placed_at=row.placed_at,
            total=row.total,
            currency=row.currency,
            counts=row.may_start and now < one.stands_until,
            is_first=bool(counting) and row.placed_at <= counting[0].row.placed_at,
            is_cancelled=row.cancelled_at is not None and row.cancelled_at <= now,
            is_refunded=back >= row.total > 0,
            has_refund=back > 0,
            shipped_at=min(shipped, default=None),
            delivered_at=max(arrived, default=None),
            place=len(before) + 1,
            spent_before=sum(other.row.total - refunded(other, now) for other in before),
        )

    def _checkout(self, found: Any) -> CheckoutFacts:
        return CheckoutFacts(
            external_id=found.external_id,
            is_open=(found.completed_at is None or found.completed_at > self.now) and found.total > 0,
            updated_at=found.updated_at,
            total=found.total,
            currency=found.currency,
            url=found.url,
        )

    def _has_reviewed(self, order: Bought | None) -> bool:
        if order is None or not self.past.reviews:
            return False
        return any(
            order.row.placed_at <= one.at <= self.now and one.product_external_id in order.products
            for one in self.past.reviews
        )


def _orders_since(counting: list[Bought], event_at: datetime, *, order: Bought | None, checkout: Any) -> int:
    """As the live run counts them: after an order those behind it, after a checkout those since it began."""
    if order is not None:
        place, later = _place(order), 0
        for one in reversed(counting):
            if _place(one) <= place:
                break
            later += 1
        return later
    since = checkout.started_at if checkout is not None else event_at
    return sum(1 for one in counting if one.row.placed_at >= since)


def refunded(one: Bought, at: datetime) -> int:
    """What had been given back by then; the order's own sum where no refund has a time."""
    if not one.refunds:
        return int(one.row.refunded)
    return sum(amount for when, amount in one.refunds if when <= at)


def _place(one: Bought) -> tuple[datetime, str]:
    return one.row.placed_at, one.row.external_id
