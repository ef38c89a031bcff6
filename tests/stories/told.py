"""What happens in a store, in words: people join and answer, order, cancel and give back; parcels leave and arrive."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.records import (
    CheckoutRecord,
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    FulfillmentRecord,
    GoneRecord,
    InterestRecord,
    Kind,
    LineRecord,
    Medium,
    MergeRecord,
    OrderRecord,
    OrderStatus,
    Origin,
    ProductRecord,
    Record,
    RefundRecord,
    ReviewRecord,
    StoreNews,
    StoreRecord,
)

TEA = "tea"


@dataclass
class Tells:
    """A store's life. Whoever tells it says when it is `now`, and what becomes of a record that is told."""

    people: dict[str, CustomerRecord] = field(default_factory=dict, kw_only=True)
    orders: dict[str, OrderRecord] = field(default_factory=dict, kw_only=True)
    parcels: dict[str, FulfillmentRecord] = field(default_factory=dict, kw_only=True)
    answers: dict[str, ConsentRecord] = field(default_factory=dict, kw_only=True)
    checkouts: dict[str, CheckoutRecord] = field(default_factory=dict, kw_only=True)
    shelf: dict[str, ProductRecord] = field(default_factory=dict, kw_only=True)

    @property
    def now(self) -> datetime:
        raise NotImplementedError

    def tell(self, *records: Record) -> None:
        raise NotImplementedError

    def address(self, name: str) -> str:
        return f"{name}@example.com"

    def join(self, name: str, *, consent: ConsentState | None = ConsentState.SUBSCRIBED, **given: Any) -> None:
        """Somebody has an account from now on, or changes what it says, and may answer whether they want news."""
        new = CustomerRecord(f"c-{name}", self.address(name), first_name=name.title(), created_at=self.now)
        self.people[name] = replace(self.people.get(name, new), updated_at=self.now, **given)
        answers = [self._answered(name, consent, at=self.now)] if consent is not None else []
        self.tell(self.people[name], *answers)

    def answer(self, name: str, state: ConsentState, *, at: datetime | None = None) -> None:
        """Somebody says whether they want news by e-mail."""
        self.tell(self._answered(name, state, at=at or self.now))

    def _answered(self, name: str, state: ConsentState, *, at: datetime) -> ConsentRecord:
        who = self.people[name].external_id
        self.answers[name] = ConsentRecord(Medium.EMAIL, state, at, "form", customer_external_id=who)
        return self.answers[name]

    def order(self, name: str, *, price: int = 4900, buyer: CustomerRecord | None = None, **given: Any) -> str:
        """Somebody buys tea and has paid, as a guest where they have no account; the order's id."""
        account = self.people.get(name)
        who = account.external_id if account else None
        number = str(1001 + len(self.orders))
        values: dict[str, Any] = {"placed_at": self.now, "updated_at": self.now, "paid_at": self.now, "total": price}
        values |= {"currency": "EUR", "status": OrderStatus.PAID, "raw_status": "paid"}
        values |= {"lines": (LineRecord("Darjeeling", 1, price, TEA),)}
        values |= {"buyer": buyer or CustomerRecord(who, self.address(name), first_name=name.title()), **given}
        self.orders[number] = OrderRecord(number, f"#{number}", **values)
        self.tell(self.orders[number])
        return number

    def guest_order(self, name: str, **given: Any) -> str:
        return self.order(name, buyer=CustomerRecord(None, self.address(name)), **given)

    def staff_order(self, name: str) -> str:
        return self.order(name, origin=Origin.STAFF)

    def change(self, order: str, **given: Any) -> None:
        """The store says something new of an order."""
        self.orders[order] = replace(self.orders[order], updated_at=self.now, **given)
        self.tell(self.orders[order])

    def cancel(self, order: str) -> None:
        self.change(order, status=OrderStatus.CANCELLED, raw_status="cancelled", cancelled_at=self.now)

    def delete(self, order: str) -> None:
        self.tell(GoneRecord(Kind.ORDER, order, self.now))

    def refund(self, order: str, amount: int | None = None) -> None:
        """Money goes back: all of it unless said otherwise."""
        given = self.orders[order].total if amount is None else amount
        self.tell(RefundRecord(f"r-{order}-{given}", order, self.now, given, "EUR"))

    def ship(self, order: str, **given: Any) -> None:
        parcel = FulfillmentRecord(f"p-{order}", order, self.now, "in_transit", shipped_at=self.now)
        self.parcels[order] = replace(parcel, **given)
        self.tell(self.parcels[order])

    def arrive(self, order: str) -> None:
        """The carrier has brought it."""
        left = FulfillmentRecord(f"p-{order}", order, self.now, "in_transit", shipped_at=self.now)
        left = self.parcels.get(order, left)
        self.parcels[order] = replace(left, status="delivered", delivered_at=self.now, updated_at=self.now)
        self.tell(self.parcels[order])

    def review(self, name: str, *, product: str = TEA) -> None:
        self.tell(ReviewRecord(f"v-{name}-{product}", product, self.now, rating=5, email=self.address(name)))

    def look(self, name: str, *, product: str = TEA) -> None:
        """Somebody who is signed in looks at a product in the store."""
        self.tell(InterestRecord(product, self.now, customer_external_id=self.people[name].external_id))

    def wish(self, name: str, *, product: str = TEA) -> None:
        """Somebody asks to be told when a product can be had."""
        self.tell(InterestRecord(product, self.now, is_wish=True, email=self.address(name)))

    def shelve(self, product: str = TEA, **given: Any) -> None:
        """A product stands on the shelf, or what is said of it changes."""
        new = ProductRecord(
            product, product.title(), self.now, f"https://tea.example/{product}", price=4900, currency="EUR"
        )
        self.shelf[product] = replace(self.shelf.get(product, new), updated_at=self.now, **given)
        self.tell(self.shelf[product])

    def checkout(self, name: str, *, number: str = "cart", buyer: CustomerRecord | None = None, **given: Any) -> None:
        """Somebody begins a checkout, or does something in it again; as a guest where they have no account."""
        account = self.people.get(name)
        who = buyer or CustomerRecord(account.external_id if account else None, self.address(name))
        line = LineRecord("Darjeeling", 1, 4900, TEA)
        new = CheckoutRecord(
            number, self.now, self.now, "EUR", 4900, who, f"https://tea.example/{number}", lines=(line,)
        )
        self.checkouts[number] = replace(self.checkouts.get(number, new), updated_at=self.now, **given)
        self.tell(self.checkouts[number])

    def leave(self, name: str) -> None:
        """The store deletes somebody's account."""
        self.tell(GoneRecord(Kind.CUSTOMER, self.people[name].external_id or "", self.now))

    def uninstall(self) -> None:
        """The merchant removes the app."""
        self.tell(StoreRecord(StoreNews.UNINSTALLED))

    def merge(self, gone: str, *, into: str) -> None:
        """The store finds that two of its customers are one."""
        kept = self.people[into].external_id or ""
        self.tell(MergeRecord(kept, self.people[gone].external_id or "", self.now))
