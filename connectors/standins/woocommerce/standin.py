"""The stand-in store in one object: the program to serve, its memory, its queue, its faults, and what tests make happen."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Flask

from connectors.standins.woocommerce.actions.catalogue import NewProduct, NewReview
from connectors.standins.woocommerce.actions.customers import NewCustomer, consent_value
from connectors.standins.woocommerce.actions.lines import Item
from connectors.standins.woocommerce.actions.orders import NewOrder
from connectors.standins.woocommerce.faults import Faults
from connectors.standins.woocommerce.model import ApiKey, Order, Product, Refund, Review, Role, Status, User
from connectors.standins.woocommerce.state import State
from connectors.standins.woocommerce.store import Store
from connectors.standins.woocommerce.webhooks import Webhooks


class StandIn:
    """A WooCommerce store on loopback. Every action queues the webhooks that the real store would send.

    Things are named by themselves or by their id. Amounts are minor units, times aware.
    """

    def __init__(self, store: Store, wsgi: Flask) -> None:
        self.store = store
        self.wsgi = wsgi

    @property
    def state(self) -> State:
        """The memory: users, orders, products, coupons, reviews, webhooks, keys, each a dictionary by id."""
        return self.store.state

    @property
    def webhooks(self) -> Webhooks:
        """The outgoing queue: pending, flush, answers, start_pump."""
        return self.store.webhooks

    @property
    def faults(self) -> Faults:
        """What the REST API does wrong next."""
        return self.store.faults

    @property
    def url(self) -> str:
        """The store's home URL, without a slash behind it."""
        return self.state.url

    def create_customer(
        self,
        email: str,
        *,
        first_name: str = "",
        last_name: str = "",
        password: str = "",
        country: str = "",
        role: str = "customer",
        accepts_marketing: bool | None = None,
        birthday: date | None = None,
        at: datetime | None = None,
    ) -> User:
        """Somebody signs up: customer.created, customer.updated. Raises ValueError for an address in use."""
        with self.state.lock:
            since = at or self.state.now()
            asked = accepts_marketing is not None
            consent = consent_value(subscribed=bool(accepts_marketing), at=since, source="account") if asked else None
            new = NewCustomer(email, first_name, last_name, password, Role(role), country, consent, birthday, at=since)
            return self.store.customers.create(new)

    def place_order(  # noqa: PLR0913 - the parts of an order, each named
        self,
        *,
        items: Sequence[Item],
        email: str | None = None,
        customer_id: int = 0,
        at: datetime | None = None,
        created_via: str = "checkout",
        status: str = "processing",
        payment_method: str = "stripe",
        coupons: Sequence[str] = (),
        billing: Mapping[str, str] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> Order:
        """An order is placed. An item is a SKU or id, or (SKU or id, quantity); email None takes the account's.

        `created_via`: checkout, store-api (order.updated comes before order.created), rest-api or admin.
        Raises ValueError for an unknown item or customer, or a coupon that is refused.
        """
        new = NewOrder(
            items=items,
            email=email,
            customer_id=customer_id,
            status=Status(status),
            created_via=created_via,
            at=at,
            billing=billing or {},
            payment_method=payment_method,
            coupons=tuple(coupons),
            meta=meta or {},
        )
        with self.state.lock:
            return self.store.orders.place(new)

    def open_checkout(self, *, items: Sequence[Item], email: str, customer_id: int = 0) -> Order:
        """Up to 10.8: the block checkout is opened and an address typed: a checkout-draft and order.updated."""
        with self.state.lock:
            return self.store.orders.open_draft(NewOrder(items, email, customer_id))

    def place_draft(self, order: Order | int) -> Order:
        """The draft becomes an order: order.updated, order.created."""
        with self.state.lock:
            return self.store.orders.place_draft(self._order(order))

    def set_status(self, order: Order | int, status: str) -> None:
        """order.updated, and customer.updated when it makes a paying customer."""
        with self.state.lock:
            self.store.orders.set_status(self._order(order), Status(status))

    def refund_order(self, order: Order | int, amount: int | None = None, *, reason: str = "") -> Refund:
        """Gives back `amount` minor units, or all that is left: order.updated."""
        with self.state.lock:
            found = self._order(order)
            rest = found.total - found.refunded
            return self.store.orders.refund(found, rest if amount is None else amount, reason=reason)

    def trash_order(self, order: Order | int) -> None:
        """order.deleted."""
        with self.state.lock:
            self.store.orders.trash(self._order(order))

    def restore_order(self, order: Order | int) -> None:
        """order.restored."""
        with self.state.lock:
            self.store.orders.restore(self._order(order))

    def delete_order(self, order: Order | int) -> None:
        """Force: no order.deleted, only action.woocommerce_delete_order."""
        with self.state.lock:
            self.store.orders.delete(self._order(order))

    def add_product(self, name: str, *, sku: str = "", price: int = 1000, stock: int | None = None) -> Product:
        """product.created, product.updated."""
        with self.state.lock:
            return self.store.catalogue.create(NewProduct(name, sku, price, stock))

    def trash_page(self) -> int:
        """An ordinary page is trashed: product.deleted and coupon.deleted with its id, both false alarms."""
        with self.state.lock:
            number = self.state.next_id("post")
            self.store.catalogue.trash_post(number)
            return number

    def add_review(self, *, product_id: int, email: str, rating: int, text: str = "", reviewer: str = "") -> Review:
        """A review: no webhook from 10.9 on, product.updated before."""
        with self.state.lock:
            return self.store.catalogue.review(NewReview(product_id, email, rating, text, reviewer))

    def delete_customer(self, user: User | int) -> None:
        """customer.deleted; the orders stay as guests' orders."""
        with self.state.lock:
            self.store.customers.delete(self._user(user))

    def set_customer_meta(self, user: User | int, key: str, *, value: Any) -> None:
        """Some plugin's update_user_meta(): no webhook, date_modified stays."""
        with self.state.lock:
            self.store.customers.set_meta(self._user(user), key, value=value)

    def set_consent(self, user: User | int, *, subscribed: bool, source: str = "form") -> None:
        """The companion plugin notes a yes or a no: customer.updated."""
        with self.state.lock:
            self.store.customers.set_consent(self._user(user), subscribed=subscribed, source=source)

    def create_key(self, *, user_id: int = 1, scope: str = "read_write", description: str = "App - API") -> ApiKey:
        """A REST key as if somebody had approved the app; .key and .secret."""
        with self.state.lock:
            return self.store.create_key(user_id=user_id, scope=scope, description=description)

    def revoke_key(self, key: ApiKey | int) -> None:
        """The key is no more; its webhooks go on."""
        with self.state.lock:
            self.state.keys.pop(key if isinstance(key, int) else key.id, None)

    def set_role(self, user: User | int, role: str) -> None:
        """Promotes or demotes; keys and webhooks of a demoted owner answer 403."""
        with self.state.lock:
            self._user(user).role = Role(role)

    def sweep(self) -> None:
        """The store's own jobs run: unpaid orders are cancelled after an hour, drafts deleted after a day."""
        with self.state.lock:
            self.store.orders.sweep()

    def _order(self, order: Order | int) -> Order:
        return self.state.orders[order] if isinstance(order, int) else order

    def _user(self, user: User | int) -> User:
        return self.state.users[user] if isinstance(user, int) else user
