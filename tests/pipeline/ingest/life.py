"""A small platform that lives: people subscribe, order, pay, cancel, give back, move house; every change tells a record.

`Life.records` is what webhooks would have told, in the order of things; `Life.snapshot()` is what a full catch-up tells.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from connectors.records import (
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    FulfillmentRecord,
    LineRecord,
    Medium,
    OrderRecord,
    OrderStatus,
    Record,
    RefundRecord,
)

T = TypeVar("T")
BIRTH = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FIRST_NAMES = ("Anna", "Ben", "Cleo", "Dora", "Émile", "王芳")


@dataclass
class Life:
    """One run of a little shop, decided by `dice`; times are distinct, so that "newer" always has an answer."""

    dice: random.Random
    records: list[Record] = field(default_factory=list)
    accounts: dict[str, CustomerRecord] = field(default_factory=dict)
    answers: dict[tuple[str, datetime], ConsentRecord] = field(default_factory=dict)
    orders: dict[str, OrderRecord] = field(default_factory=dict)
    refunds: dict[str, RefundRecord] = field(default_factory=dict)
    parcels: dict[str, FulfillmentRecord] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    keeps_addresses: bool = False
    now: datetime = BIRTH

    def go_on(self, steps: int) -> "Life":
        moves = (self.sign_up, self.guest_order, self.account_order, self.answer, self.rename, self.change_address)
        later = (self.cancel, self.give_back, self.ship, self.deliver, self.pay)
        for _ in range(steps):
            self.now += timedelta(seconds=self.dice.randrange(60, 7200))
            self.dice.choice(moves + later)()
        return self

    def snapshot(self) -> list[Record]:
        whole: list[Record] = [*self.accounts.values(), *self.answers.values(), *self.orders.values()]
        return [*whole, *self.refunds.values(), *self.parcels.values()]

    def sign_up(self) -> None:
        number = str(len(self.accounts) + 1)
        name = self.dice.choice(FIRST_NAMES)
        self._tell_account(
            CustomerRecord(number, self._free_address(), None, None, name, "Example", created_at=self.now)
        )

    def rename(self) -> None:
        if one := self._any(self.accounts):
            self._tell_account(replace(one, first_name=self.dice.choice(FIRST_NAMES)))

    def change_address(self) -> None:
        if not self.keeps_addresses and (one := self._any(self.accounts)):
            self._tell_account(replace(one, email=self._free_address()))

    def answer(self) -> None:
        one = self._any(self.accounts)
        if one and one.external_id:
            state = self.dice.choice((ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED))
            told = ConsentRecord(Medium.EMAIL, state, self.now, "form", customer_external_id=one.external_id)
            self.answers[(one.external_id, self.now)] = told
            self.records.append(told)

    def guest_order(self) -> None:
        self._order(CustomerRecord(None, self._address(), first_name=self.dice.choice(FIRST_NAMES)))

    def account_order(self) -> None:
        if one := self._any(self.accounts):
            self._order(CustomerRecord(one.external_id, one.email, first_name=one.first_name))

    def pay(self) -> None:
        if one := self._any(self.orders):
            self._tell_order(replace(one, status=OrderStatus.PAID, raw_status="paid", paid_at=one.paid_at or self.now))

    def cancel(self) -> None:
        if one := self._any(self.orders):
            self._tell_order(replace(one, status=OrderStatus.CANCELLED, raw_status="cancelled", cancelled_at=self.now))

    def give_back(self) -> None:
        one = self._any(self.orders)
        if one and (one.refunded or 0) < one.total:
            amount = self.dice.choice((one.total - (one.refunded or 0), 100))
            told = RefundRecord(f"r{len(self.refunds) + 1}", one.external_id, self.now, amount, one.currency)
            self.refunds[told.external_id] = told
            self._tell_order(replace(one, refunded=(one.refunded or 0) + amount))
            self.records.append(told)

    def ship(self) -> None:
        one = self._any(self.orders)
        if one and f"p{one.external_id}" not in self.parcels:
            self._tell_parcel(
                FulfillmentRecord(f"p{one.external_id}", one.external_id, self.now, "success", shipped_at=self.now)
            )

    def deliver(self) -> None:
        if one := self._any(self.parcels):
            self._tell_parcel(replace(one, status="delivered", delivered_at=one.delivered_at or self.now))

    def _order(self, buyer: CustomerRecord) -> None:
        number = str(1000 + len(self.orders))
        lines = tuple(LineRecord(f"Thing {n}", n + 1, 500, f"t{n}") for n in range(self.dice.randrange(1, 4)))
        total = sum(line.price * line.quantity for line in lines)
        self._tell_order(
            OrderRecord(
                number, f"#{number}", self.now, self.now, "EUR", total, OrderStatus.OPEN, "pending", buyer, lines
            )
        )

    def _tell_order(self, one: OrderRecord) -> None:
        self.orders[one.external_id] = told = replace(one, updated_at=self._tick())
        self.records.append(told)

    def _tell_account(self, one: CustomerRecord) -> None:
        self.accounts[str(one.external_id)] = told = replace(one, updated_at=self._tick())
        self.records.append(told)

    def _tell_parcel(self, one: FulfillmentRecord) -> None:
        self.parcels[one.external_id] = told = replace(one, updated_at=self._tick())
        self.records.append(told)

    def _tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def _any(self, things: dict[str, T]) -> T | None:
        return self.dice.choice(list(things.values())) if things else None

    def _address(self) -> str:
        return f"person{self.dice.randrange(6)}@example.com"

    def _free_address(self) -> str:
        """An address that no account ever held. One that passed from an account to another would leave open whose a guest's
        order under it is, unless every payload came in order."""
        free = [address for n in range(90) if (address := f"person{n}@example.com") not in self.held]
        chosen = free[self.dice.randrange(3)]
        self.held.add(chosen)
        return chosen
