"""One store of the stand-in: its shelves, people and orders, and everything that merchants and shoppers do there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from connectors.standins.shopify import past
from connectors.standins.shopify.actions import apps, buying, customers, parcels
from connectors.standins.shopify.actions.wants import BasketWants, CustomerWants, OrderWants, Wanted
from connectors.standins.shopify.news import News
from connectors.standins.shopify.records import (
    BulkOperation,
    Checkout,
    CodeImport,
    Customer,
    Discount,
    Fulfillment,
    LineItem,
    Metafield,
    Order,
    Product,
    Refund,
    Subscription,
    Variant,
)
from connectors.standins.shopify.state import State

if TYPE_CHECKING:
    from connectors.standins.shopify.tokens import TokenBook
    from connectors.standins.shopify.webhooks import Queue


@dataclass(frozen=True, slots=True)
class Profile:
    """How a store presents itself. `restore_rate` is its plan's GraphQL points a second."""

    title: str = "Stand-in store"
    email: str = "owner@example.com"
    owner: str = "Stand-in Owner"
    currency: str = "GBP"
    timezone: str = "Europe/London"
    country: str = "GB"
    bucket: int = 2000
    restore_rate: int = 100


@dataclass(eq=False)
class Shop:
    """A store called `name`, at `name`.myshopify.com. What happens here goes out as webhooks once the app is in."""

    typename: ClassVar[str] = "Shop"
    state: State
    tokens: "TokenBook"
    webhooks: "Queue"
    name: str
    id: int
    profile: Profile
    created_at: datetime
    updated_at: datetime
    installed: bool = False
    ever_installed: bool = False
    installation_id: int = 0
    granted: tuple[str, ...] = ()
    products: dict[int, Product] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    by_email: dict[str, Customer] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    checkouts: dict[int, Checkout] = field(default_factory=dict)
    discounts: dict[int, Discount] = field(default_factory=dict)
    imports: dict[int, CodeImport] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    bulk: dict[int, BulkOperation] = field(default_factory=dict)
    metafields: dict[tuple[str, str], Metafield] = field(default_factory=dict)
    points: float = 0.0
    points_at: datetime | None = None
    last_order_number: int = 1000

    @property
    def domain(self) -> str:
        """The store's own domain."""
        return f"{self.name}.myshopify.com"

    @property
    def web(self) -> str:
        """Where a browser finds the storefront."""
        public = self.state.public_url
        return f"{public.rstrip('/')}/store/{self.name}" if public else f"https://{self.domain}"

    @property
    def variants(self) -> Iterable[Variant]:
        """Everything that can be bought."""
        return (variant for product in self.products.values() for variant in product.variants)

    def recovery_url(self, checkout: Checkout) -> str:
        """Where the buyer finds the basket again."""
        return f"{self.web}/checkouts/{checkout.token}/recover?key={checkout.recovery_key}"

    def news(self) -> News:
        """One merchant's or shopper's action; the webhooks that it causes share their Event-Id."""
        return News(self)

    # The app

    def install(self, scopes: Sequence[str] | None = None) -> None:
        """Shopify-managed install: the app is in, with `scopes` or else all that it asks for."""
        apps.install(self, scopes)

    def grant_scopes(self, scopes: Sequence[str]) -> None:
        """Change what the app may do (app/scopes_update)."""
        apps.grant_scopes(self, scopes)

    def uninstall(self) -> None:
        """The app is out: its tokens are gone at once, its subscriptions too (app/uninstalled)."""
        apps.uninstall(self)

    def request_data(self, email: str) -> None:
        """A customer asks for their data (customers/data_request)."""
        apps.request_data(self, email)

    def redact_customer(self, email: str) -> None:
        """A customer is to be forgotten (customers/redact)."""
        apps.redact_customer(self, email)

    def redact(self) -> None:
        """48 hours after an uninstall: forget the whole store (shop/redact)."""
        apps.redact(self)

    def rename(self, profile: Profile) -> None:
        """The merchant changed the store's settings (shop/update)."""
        apps.rename(self, profile)

    # The shelves

    def create_product(self, title: str, *, price: int, sku: str | None = None, description: str = "") -> Product:
        """A product with one variant; `price` in minor units."""
        return buying.create_product(self, title, price=price, sku=sku, description=description)

    def update_product(self, product: Product, **changes: Any) -> None:
        """Change a product's title, description or status."""
        buying.update_product(self, product, changes=changes)

    def delete_product(self, product: Product) -> None:
        """Take a product off the shelf for good."""
        buying.delete_product(self, product)

    # People

    def create_customer(self, **wants: Unpack[CustomerWants]) -> Customer:
        """A new customer; the address must be new. Raises ValueError where it is taken."""
        return customers.create(self, wants)

    def update_customer(self, customer: Customer, **changes: Any) -> None:
        """Change a customer's names, phone, note, locale or e-mail address."""
        customers.update(self, customer, changes=changes)

    def delete_customer(self, customer: Customer) -> None:
        """Remove a customer without orders from the store, or detach them from theirs."""
        customers.delete(self, customer)

    def merge_customers(self, kept: Customer, gone: Customer) -> None:
        """Two records were one person."""
        customers.merge(self, kept, gone=gone)

    def set_email_consent(
        self, customer: Customer, state: str, *, level: str | None = "SINGLE_OPT_IN", at: datetime | None = None
    ) -> None:
        """What the customer allows by e-mail: SUBSCRIBED, UNSUBSCRIBED, PENDING ..."""
        customers.set_email_consent(self, customer, state=state, level=level, at=at)

    def set_sms_consent(self, customer: Customer, state: str, *, level: str | None = "SINGLE_OPT_IN") -> None:
        """What the customer allows by text message."""
        customers.set_sms_consent(self, customer, state=state, level=level)

    def change_tags(self, customer: Customer, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Put tags on a customer and take others off."""
        customers.change_tags(self, customer, add=add, remove=remove)

    def set_metafield(self, owner: Any, name: str, *, value: str) -> Metafield:
        """A merchant's own field; `name` is namespace.key, e.g. facts.birth_date."""
        namespace, _, key = name.rpartition(".")
        return customers.set_metafield(self, owner, name=(namespace, key), value=value)

    # Buying

    def start_checkout(self, **wants: Unpack[BasketWants]) -> Checkout:
        """A shopper left contact details at the till and went away."""
        return buying.start_checkout(self, wants)

    def update_checkout(self, checkout: Checkout, items: Sequence[Wanted]) -> None:
        """The shopper came back and changed the basket."""
        buying.update_checkout(self, checkout, items=items)

    def delete_checkout(self, checkout: Checkout) -> None:
        """The checkout is gone."""
        buying.delete_checkout(self, checkout)

    def place_order(self, **wants: Unpack[OrderWants]) -> Order:
        """A shopper buys and pays: orders/create, paid, updated, customers/update and more under one Event-Id."""
        return buying.place_order(self, wants)

    def update_order(self, order: Order, **changes: Any) -> None:
        """The merchant edits a note or the tags of an order."""
        buying.update_order(self, order, changes=changes)

    def cancel_order(self, order: Order, *, reason: str = "CUSTOMER", refund: bool = True) -> None:
        """Cancel an order, and give the money back unless `refund` is off."""
        parcels.cancel(self, order, reason=reason, refund=refund)

    def refund_order(
        self, order: Order, amount: int | None = None, *, lines: Mapping[LineItem, int] | None = None, note: str = ""
    ) -> Refund:
        """Give back `amount` minor units (default: what is left), for `lines` where they are named."""
        return parcels.refund(self, order, amount=amount, lines=lines, note=note)

    def fulfil(self, order: Order, *, tracking_number: str | None = "SI000001GB") -> Fulfillment:
        """Send everything that is still to send in one parcel."""
        return parcels.fulfil(self, order, tracking_number=tracking_number)

    def deliver(self, order: Order) -> None:
        """The carrier says that the order's parcels arrived; raises ValueError if none was sent."""
        parcels.deliver(self, order)

    def track(self, fulfillment: Fulfillment, status: str, *, message: str | None = None) -> None:
        """Any other news of the carrier: IN_TRANSIT, OUT_FOR_DELIVERY, FAILURE ..."""
        parcels.track(self, fulfillment, status=status, message=message)

    def delete_order(self, order: Order) -> None:
        """The merchant deletes an order."""
        parcels.delete(self, order)

    def fill(self) -> None:
        """Put the stand-in's history into the store, without any webhook. Raises ValueError without a history."""
        if self.state.history is None:
            raise ValueError("the stand-in was made without a history")
        with self.state.lock:
            past.fill(self, self.state.history)
