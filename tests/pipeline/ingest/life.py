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
    GoneRecord,
    Kind,
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
    deleted: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    tells_all: bool = False
    now: datetime = BIRTH

    def go_on(self, steps: int) -> "Life":
        moves = [self.sign_up, self.guest_order, self.account_order, self.answer, self.rename, self.change_address]
        moves += [self.guest_answer, self.verify, self.close_account]
        moves += [self.cancel, self.give_back, self.ship, self.deliver, self.pay, self.delete, self.sign_in_and_claim]
        for _ in range(steps):
            self.now += timedelta(seconds=self.dice.randrange(60, 7200))
            self.dice.choice(moves)()
        return self

    def snapshot(self) -> list[Record]:
        whole: list[Record] = [*self.accounts.values(), *self.answers.values(), *self.orders.values()]
        return [*whole, *self.refunds.values(), *self.parcels.values()]

    def sign_up(self) -> None:
        number = str(len(self.accounts) + 1)
        name = self.dice.choice(FIRST_NAMES)
        is_sure = self.dice.choice((None, True, False))
        self._tell_account(
            CustomerRecord(number, self._free_address(), is_sure, None, name, "Example", created_at=self.now)
        )

    def verify(self) -> None:
        """Until then a guest with this address may be somebody else."""
        if one := self._any(self.accounts):
            self._tell_account(replace(one, email_verified=True))

    def close_account(self) -> None:
        """The platform deletes it; no catch-up tells of it any more, so its last words must not be lost."""
        one = self._any(self.accounts)
        if one and one.external_id and not self.tells_all and self.dice.random() < 0.3:
            self.records.append(GoneRecord(Kind.CUSTOMER, one.external_id, self._tick()))

    def rename(self) -> None:
        if one := self._any(self.accounts):
            self._tell_account(replace(one, first_name=self.dice.choice(FIRST_NAMES)))

    def change_address(self) -> None:
        if not self.tells_all and (one := self._any(self.accounts)):
            self._tell_account(replace(one, email=self._free_address()))

    def answer(self) -> None:
        one = self._any(self.accounts)
        if one and one.external_id:
            state = self.dice.choice((ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED))
            told = ConsentRecord(Medium.EMAIL, state, self.now, "form", customer_external_id=one.external_id)
            self.answers[(one.external_id, self.now)] = told
            self.records.append(told)

    def guest_answer(self) -> None:
        """By address alone, and sometimes two answers at one moment, or one from before the store was live."""
        address, at = self._address(), self.now - timedelta(days=self.dice.choice((0, 0, 0, 90)))
        for state in self.dice.sample(
            (ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED), self.dice.choice((1, 1, 2))
        ):
            told = ConsentRecord(Medium.EMAIL, state, at, "footer", address=address)
            self.answers[(f"{address}:{state}", at)] = told
            self.records.append(told)

    def guest_order(self) -> None:
        self._order(CustomerRecord(None, self._address(), first_name=self.dice.choice(FIRST_NAMES)))

    def account_order(self) -> None:
        if one := self._any(self.accounts):
            self._order(CustomerRecord(one.external_id, one.email, first_name=one.first_name))

    def sign_in_and_claim(self) -> None:
        """A guest's order becomes an account's, and its news with it; no catch-up tells whose it was before."""
        one, account = self._any(self.orders), self._any(self.accounts)
        if not self.tells_all and one and account and one.buyer and one.buyer.external_id is None:
            buyer = replace(one.buyer, external_id=account.external_id)
            self._tell_order(replace(one, buyer=buyer))

    def delete(self) -> None:
        one = self._any(self.orders)
        if one and not self.tells_all and self.dice.random() < 0.5:
            self.deleted.add(one.external_id)
            self.records.append(GoneRecord(Kind.ORDER, one.external_id, self._tick()))

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
        elif one and (parcel := self.parcels[f"p{one.external_id}"]):
            # A second look knows of an earlier moment at which it left.
            self._tell_parcel(
                replace(parcel, shipped_at=(parcel.shipped_at or self.now) - timedelta(days=self.dice.randrange(3)))
            )

    def deliver(self) -> None:
        """The carrier's word says nothing of the sending."""
        if one := self._any(self.parcels):
            told = replace(one, status="delivered", delivered_at=one.delivered_at or self.now)
            self._tell_parcel(told)
            self.records[-1] = replace(self.parcels[one.external_id], shipped_at=None)

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
