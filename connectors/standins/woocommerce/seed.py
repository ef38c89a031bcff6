"""What is in the store when its doors open: two people who run it, a few products, and if wanted a real past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.standins.history import History, Person, Purchase
from connectors.standins.woocommerce.actions.catalogue import Catalogue, NewProduct
from connectors.standins.woocommerce.actions.customers import (
    BIRTHDAY_KEY,
    CONSENT_KEY,
    Customers,
    NewCustomer,
    consent_value,
)
from connectors.standins.woocommerce.model import Json, Line, Order, Product, Role, Status, User
from connectors.standins.woocommerce.state import State

PASSWORD = "password"  # noqa: S105 - shown on the login page; the store is a toy on loopback
OWNER, MANAGER = "owner@store.example", "manager@store.example"
STILL_PACKING = timedelta(days=3)
PRODUCTS = (
    NewProduct("Face Serum 30ml", "SERUM-30", 3900, stock=1000, description="A light serum for every morning."),
    NewProduct(
        "Coffee Beans",
        description="Roasted on Mondays, sent on Tuesdays.",
        variations=(("250g", "BEANS-250", 1250), ("1kg", "BEANS-1000", 4200)),
    ),
    NewProduct("Linen Tea Towel", "TOWEL-1", 1400, description="Woven, washed and soft from the first day."),
    NewProduct("Beeswax Candle", "CANDLE-1", 1850, description="Burns for forty hours."),
    NewProduct("Enamel Mug", "MUG-1", 1600, description="For the garden, the trail and the desk."),
    NewProduct("Oak Chopping Board", "BOARD-1", 4800, description="One piece of oak, oiled by hand."),
)


def staff(customers: Customers, *, at: datetime) -> None:
    """User 1 owns the store, user 2 manages it."""
    for email, username, role in ((OWNER, "admin", Role.ADMINISTRATOR), (MANAGER, "manager", Role.SHOP_MANAGER)):
        user = customers.add(NewCustomer(email, password=PASSWORD, role=role, at=at))
        user.username, user.modified_at = username, None


def small_catalogue(catalogue: Catalogue) -> None:
    """Six products, one of them with two sizes."""
    for product in PRODUCTS:
        catalogue.add(product)


def past(state: State, history: History, *, customers: Customers, catalogue: Catalogue) -> None:
    """Fills the store with a history, silently. Every fifth person has no account and buys as a guest."""
    begin = history.purchases[0].at if history.purchases else state.now()
    sold = {
        item.key: catalogue.add(NewProduct(item.title, item.key, item.price_minor, at=begin)) for item in history.items
    }
    people = {person.key: person for person in history.people}
    book = _Book(state, people, accounts={}, sold=sold)
    for person in history.people:
        if not _is_guest(person):
            book.accounts[person.key] = _account(customers, person)
    for purchase in history.purchases:
        book.write(purchase)


def _is_guest(person: Person) -> bool:
    return person.email is None or int(person.key) % 5 == 0


def _account(customers: Customers, person: Person) -> User:
    consent = _consent(person, source="account") if person.accepts_marketing else None
    new = NewCustomer(
        email=person.email or "",
        first_name=person.first_name,
        last_name=person.last_name,
        password=PASSWORD,
        country=person.country,
        consent=consent,
        birthday=person.birthday,
        at=person.joined_at.replace(microsecond=0),
    )
    return customers.add(new)


def _consent(person: Person, *, source: str) -> Json:
    return consent_value(subscribed=True, at=person.joined_at, source=source)


@dataclass(frozen=True, slots=True)
class _Book:
    """Writes old purchases down as orders."""

    state: State
    people: Mapping[str, Person]
    accounts: dict[str, User]
    sold: Mapping[str, Product]

    def write(self, purchase: Purchase) -> None:
        state, person = self.state, self.people.get(purchase.person or "")
        account = self.accounts.get(purchase.person or "")
        status = self._status(purchase)
        order = Order(
            id=state.next_id("post"),
            key=f"wc_order_{purchase.number}",
            status=status,
            customer_id=account.id if account else 0,
            billing=self._billing(purchase, person),
            lines=self._lines(purchase),
            created_via="checkout" if person else "admin",
            created_at=purchase.at,
            modified_at=purchase.at + timedelta(days=2) if status == Status.COMPLETED else purchase.at,
            paid_at=None if purchase.cancelled else purchase.at,
            completed_at=purchase.at + timedelta(days=2) if status == Status.COMPLETED else None,
            payment_method="stripe",
        )
        if person is not None and account is None:
            self._guest_meta(order, person)
        if account is not None and not purchase.cancelled:
            account.is_paying = True
        state.orders[order.id] = order

    def _status(self, purchase: Purchase) -> Status:
        if purchase.cancelled:
            return Status.CANCELLED
        return Status.PROCESSING if self.state.now() - purchase.at < STILL_PACKING else Status.COMPLETED

    def _guest_meta(self, order: Order, person: Person) -> None:
        if person.accepts_marketing:
            self.state.write_meta(order.meta, CONSENT_KEY, value=_consent(person, source="checkout"))
        if person.birthday is not None:
            self.state.write_meta(order.meta, BIRTHDAY_KEY, value=person.birthday.isoformat())

    def _billing(self, purchase: Purchase, person: Person | None) -> dict[str, str]:
        if person is None:
            return {"country": purchase.country, "email": ""}
        email = person.email or ""
        # Guests type their address in any case, and the store keeps it.
        typed = email.title().replace("Example.Com", "Example.com") if purchase.number % 7 == 0 else email
        names = {"first_name": person.first_name, "last_name": person.last_name}
        return {**names, "country": purchase.country, "email": typed}

    def _lines(self, purchase: Purchase) -> list[Line]:
        lines = []
        for bought in purchase.lines:
            product, total = self.sold[bought.item], bought.quantity * bought.price_minor
            number = self.state.next_id("item")
            lines.append(Line(number, product.id, 0, product.name, product.sku, bought.quantity, total, total))
            if not purchase.cancelled:
                product.total_sales += bought.quantity
        return lines
