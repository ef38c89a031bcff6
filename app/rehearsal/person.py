"""What was known of one person at one moment of the past: the same facts and the same standing that the live run would see.

Between two alarms mostly nothing happened, so what is known is reckoned anew only once something did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.addresses import email_key
from app.facts.asking import about
from app.facts.people import AFTER_REFUND
from app.facts.rights import NO_WISHES
from app.facts.telling import birthday_of
from app.pipeline.enroll import Taking
from app.policy import Standing
from app.policy.caps import Departure
from app.policy.consent import EMAIL, TEXTS, Answer, Rights
from app.reachable import can_reach
from app.rehearsal.past import Bought, Past, changes
from app.zones import country_of_phone, zones_of
from workflows.language import CheckoutFacts, CustomerFacts, Facts, OrderFacts, Step

SUBSCRIBED = "subscribed"
# Live, too, what came before an order is read only for those who are asked for it.
ASKS_BEFORE = frozenset({"orders", "spent"})


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of a person from one change to the next; `counting` are the orders that counted then, `answer` what they
    said about mail."""

    counting: Sequence[Bought]
    answer: Answer | None
    to_texts: Answer | None
    customer: CustomerFacts


@dataclass(frozen=True, slots=True)
class Told:
    """What was known of a way's subject, while the same was `known` of its person."""

    known: Known
    orders_since: int
    order: OrderFacts | None
    has_reviewed: bool
    checkout: CheckoutFacts | None


@dataclass(slots=True)
class Way:
    """One person's way: what it is about, since when and `on` which day where they live, and which step comes next."""

    entry: Taking
    step: Step
    due_at: datetime
    on: date
    order: Bought | None = None
    checkout: Any = None
    told: Told | None = None

    @classmethod
    def begun(cls, entry: Taking, step: Step, *, past: Past, zone: ZoneInfo) -> "Way":
        named = about(entry.subject)
        order = next((one for one in past.orders if one.row.external_id == named.order), None) if named.order else None
        checkout = (
            next((one for one in past.checkouts if one.external_id == named.checkout), None) if named.checkout else None
        )
        return cls(entry, step, entry.due_at, entry.anchor.astimezone(zone).date(), order, checkout)


@dataclass(slots=True)
class Moment:
    """One person at one time, which is set on from alarm to alarm by `reach`. `dials` as the merchant turned them, `minor`
    units of the store's money, `departures` so far, all by one `medium`."""

    past: Past
    now: datetime
    zone: ZoneInfo
    dials: Mapping[str, int]
    minor: int
    departures: tuple[Departure, ...] = ()
    medium: str = EMAIL
    store_zone: str = ""
    known: Known = field(init=False)
    _changes: list[datetime] = field(init=False)
    _standing: Standing | None = field(init=False, default=None)
    _has_address: bool = field(init=False)

    def __post_init__(self) -> None:
        row = self.past.row
        self._has_address = can_reach(self.medium, email_key(row.email) if self.medium == EMAIL else row.phone)
        # The latest stands last, where it is taken away once it is behind.
        self._changes = changes(self.past)[::-1]
        self.known = self._look()

    def reach(self, now: datetime) -> None:
        """Be at this later time."""
        self.now = now
        if not self._changes or self._changes[-1] > now:
            return
        while self._changes and self._changes[-1] <= now:
            self._changes.pop()
        self.known, self._standing = self._look(), None

    def depart(self, departures: tuple[Departure, ...]) -> None:
        """These left so far, the latest first."""
        self.departures, self._standing = departures, None

    @property
    def standing(self) -> Standing:
        if self._standing is None:
            self._standing = self._stand()
        return self._standing

    def facts(self, way: Way, *, was_said: bool) -> Facts:
        """What a workflow could know then about the subject of a way."""
        known, told = self.known, way.told
        if told is None or told.known is not known:
            way.told = told = self._tell(way)
        return Facts(
            now=self.now,
            at=way.entry.anchor,
            customer=known.customer,
            is_subscribed=known.answer is not None and known.answer.state == SUBSCRIBED,
            orders_since=told.orders_since,
            order=told.order,
            has_reviewed=told.has_reviewed,
            on=way.on,
            checkout=told.checkout,
            dials=self.dials,
            minor=self.minor,
            was_said=was_said,
        )

    def _look(self) -> Known:
        now = self.now
        counting = [one for one in self.past.orders if one.placed_at <= now < one.stands_until]
        # Of a person's answers the latest by its own time.
        answer, to_texts = (
            next((answer for at, answer in reversed(some) if at <= now), None)
            for some in (self.past.answers, self.past.texts)
        )
        return Known(counting, answer, to_texts, self._customer(counting))

    def _stand(self) -> Standing:
        row, answer = self.past.row, self.known.answer if self.medium == EMAIL else self.known.to_texts
        return Standing(
            customer_id=row.id,
            zone=self.zone,
            has_address=self._has_address,
            consent=answer.state if answer else None,
            suspended=self._suspended(),
            is_staff=row.is_staff,
            is_gone=row.gone_at is not None and row.gone_at <= self.now,
            recent=self.departures,
            rights=self._rights(answer),
        )

    def _rights(self, answer: Answer | None) -> Rights:
        row, last_order_at = self.past.row, self.known.customer.last_order_at
        if self.medium not in TEXTS:
            return Rights(row.country, row.region, answer, last_order_at, NO_WISHES)
        country = row.country or (country_of_phone(row.phone) if row.phone else None)
        zones = zones_of(country, row.region, phone=row.phone, store_zone=self.store_zone)
        return Rights(country, row.region, answer, last_order_at, NO_WISHES, zones)

    def _suspended(self) -> str | None:
        since = self.now - AFTER_REFUND
        for one in self.past.orders:
            if one.refunds and any(since < at <= self.now for at, _ in one.refunds):
                return "refund"
        return None

    def _customer(self, counting: Sequence[Bought]) -> CustomerFacts:
        row = self.past.row
        return CustomerFacts(
            first_name=row.first_name,
            last_name=row.last_name,
            locale=row.locale,
            country=row.country,
            joined_at=row.joined_at,
            orders=len(counting),
            spent=sum(one.row.total - refunded(one, self.now) for one in counting),
            first_order_at=counting[0].placed_at if counting else None,
            last_order_at=counting[-1].placed_at if counting else None,
            birthday=birthday_of(row.birthday) if row.birthday else None,
        )

    def _tell(self, way: Way) -> Told:
        order, checkout, counting = way.order, way.checkout, self.known.counting
        return Told(
            self.known,
            _orders_since(counting, way.entry.anchor, order=order, checkout=checkout),
            self._order(order, counting) if order is not None else None,
            self._has_reviewed(order),
            self._checkout(checkout) if checkout is not None else None,
        )

    def _order(self, one: Bought, counting: Sequence[Bought]) -> OrderFacts:
        row, back, now = one.row, refunded(one, self.now), self.now
        before = [other for other in counting if other.place < one.place] if ASKS_BEFORE & self.dials.keys() else []
        shipped = [at for parcel in one.parcels if (at := parcel.shipped_at) and at <= now]
        arrived = [at for parcel in one.parcels if (at := parcel.delivered_at) and at <= now]
        return OrderFacts(
            external_id=row.external_id,
            number=row.number,
            placed_at=one.placed_at,
            total=row.total,
            currency=row.currency,
            counts=row.may_start and now < one.stands_until,
            is_first=bool(counting) and one.placed_at <= counting[0].placed_at,
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
            order.placed_at <= one.at <= self.now and one.product_external_id in order.products
            for one in self.past.reviews
        )


def _orders_since(counting: Sequence[Bought], event_at: datetime, *, order: Bought | None, checkout: Any) -> int:
    """As the live run counts them: after an order those behind it, after a checkout those since it began."""
    if order is not None:
        place, later = order.place, 0
        for one in reversed(counting):
            if one.place <= place:
                break
            later += 1
        return later
    since = checkout.started_at if checkout is not None else event_at
    return sum(1 for one in counting if one.placed_at >= since)


def refunded(one: Bought, at: datetime) -> int:
    """What had been given back by then; the order's own sum where no refund has a time."""
    if not one.refunds:
        return int(one.row.refunded)
    return sum(amount for when, amount in one.refunds if when <= at)
