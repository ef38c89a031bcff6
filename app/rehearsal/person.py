"""What was known of one person at one moment of the past: the same facts and the same standing that the live run would see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.facts.asking import about
from app.facts.people import AFTER_REFUND
from app.facts.telling import birthday_of
from app.pipeline.ingest.orders import NOT_BOUGHT
from app.policy import Standing
from app.policy.caps import Departure
from app.rehearsal.past import Bought, Past
from workflows.language import CheckoutFacts, CustomerFacts, Facts, OrderFacts

SUBSCRIBED = "subscribed"
NOT_YET = frozenset(NOT_BOUGHT) - {"cancelled", "refunded"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One person at one time. `dials` as the merchant turned them, `minor` units of the store's money, `departures` so far."""

    past: Past
    now: datetime
    zone: ZoneInfo
    dials: Mapping[str, int]
    minor: int
    departures: tuple[Departure, ...] = ()

    @property
    def consent(self) -> str | None:
        """The latest answer by its own time."""
        return next((state for at, state in reversed(self.past.answers) if at <= self.now), None)

    def counting(self) -> list[Bought]:
        """The orders that counted then."""
        return [one for one in self.past.orders if one.row.placed_at <= self.now and counts(one, self.now)]

    def standing(self) -> Standing:
        row = self.past.row
        return Standing(
            customer_id=row.id,
            zone=self.zone,
            has_address=bool(row.email),
            consent=self.consent,
            suspended=self._suspended(),
            is_staff=row.is_staff,
            is_gone=row.gone_at is not None and row.gone_at <= self.now,
            recent=self.departures,
        )

    def _suspended(self) -> str | None:
        back = (at for one in self.past.orders for at, _ in one.refunds)
        return "refund" if any(self.now - AFTER_REFUND < at <= self.now for at in back) else None

    def facts(self, subject: str, event_at: datetime) -> Facts:
        """What a workflow could know then about this subject."""
        named = about(subject)
        order = next((one for one in self.past.orders if one.row.external_id == named.order), None)
        checkout = next((one for one in self.past.checkouts if one.external_id == named.checkout), None)
        counting = self.counting()
        since = event_at
        if order is not None:
            since = order.row.placed_at
        elif checkout is not None:
            since = checkout.started_at
        later = [one for one in counting if one.row.placed_at >= since and one is not order]
        return Facts(
            now=self.now,
            at=event_at,
            customer=self._customer(counting),
            is_subscribed=self.consent == SUBSCRIBED,
            orders_since=len(later),
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
            birthday=birthday_of(row.birthday),
        )

    def _order(self, one: Bought, counting: list[Bought]) -> OrderFacts:
        row, back = one.row, refunded(one, self.now)
        before = [other for other in counting if _place(other) < _place(one)]
        first = counting[0].row.placed_at if counting else None
        shipped = [at for parcel in one.parcels if (at := parcel.shipped_at) and at <= self.now]
        arrived = [at for parcel in one.parcels if (at := parcel.delivered_at) and at <= self.now]
        return OrderFacts(
            external_id=row.external_id,
            number=row.number,
            placed_at=row.placed_at,
            total=row.total,
            currency=row.currency,
            counts=counts(one, self.now) and row.may_start,
            is_first=first is not None and row.placed_at <= first,
            is_cancelled=row.cancelled_at is not None and row.cancelled_at <= self.now,
            is_refunded=back >= row.total > 0,
            has_refund=back > 0,
            shipped_at=min(shipped, default=None),
            delivered_at=max(arrived, default=None),
            place=len(before) + 1,
            spent_before=sum(other.row.total - refunded(other, self.now) for other in before),
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
        if order is None:
            return False
        return any(
            order.row.placed_at <= one.at <= self.now and one.product_external_id in order.products
            for one in self.past.reviews
        )


def refunded(one: Bought, at: datetime) -> int:
    """What had been given back by then; the order's own sum where no refund has a time."""
    if one.row.refunded and not one.refunds:
        return int(one.row.refunded)
    return sum(amount for when, amount in one.refunds if when <= at)


def counts(one: Bought, at: datetime) -> bool:
    """Whether an order counted as bought then. A test or a draft never did."""
    row = one.row
    if row.cancelled_at is not None:
        return bool(row.cancelled_at > at)
    is_bought = row.counts or row.status not in NOT_YET
    return bool(is_bought) and not refunded(one, at) >= row.total > 0


def _place(one: Bought) -> tuple[datetime, str]:
    return one.row.placed_at, one.row.external_id
