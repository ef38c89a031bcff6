"""Orders: placing them in each of the ways a store knows, moving them on, refunding, trashing; with the webhooks of each."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.standins.woocommerce.actions.catalogue import Catalogue
from connectors.standins.woocommerce.actions.coupons import Cart, Coupons
from connectors.standins.woocommerce.actions.customers import Customers, NewCustomer
from connectors.standins.woocommerce.actions.lines import Item, discounted, order_lines
from connectors.standins.woocommerce.model import STATUS_NAMES, Meta, Note, Order, Refund, Status, User
from connectors.standins.woocommerce.state import State
from connectors.standins.woocommerce.webhooks import Webhooks

HOLD_STOCK = timedelta(minutes=60)
DRAFT_LIFE = timedelta(days=1)
TAKEN = frozenset({Status.PROCESSING, Status.COMPLETED, Status.ON_HOLD})
BOUGHT = frozenset({Status.PROCESSING, Status.COMPLETED})


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to be. `email` None takes the account's; "" leaves the order without one."""

    items: Sequence[Item]
    email: str | None = None
    customer_id: int = 0
    status: Status = Status.PROCESSING
    created_via: str = "checkout"
    at: datetime | None = None
    billing: Mapping[str, str] = field(default_factory=dict)
    payment_method: str = "stripe"
    coupons: tuple[str, ...] = ()
    shipping_total: int = 0
    customer_note: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


class Orders:
    """Changes of orders."""

    def __init__(
        self, state: State, hooks: Webhooks, *, customers: Customers, catalogue: Catalogue, coupons: Coupons
    ) -> None:
        self._state = state
        self._hooks = hooks
        self._customers = customers
        self._catalogue = catalogue
        self._coupons = coupons

    def add(self, new: NewOrder) -> Order:
        """Puts the order in and tells nobody. Raises ValueError for an unknown item or a coupon the till refuses."""
        at = (new.at or self._state.now()).replace(microsecond=0)
        order = Order(
            id=self._state.next_id("post"),
            key=f"wc_order_{secrets.token_urlsafe(9)[:13]}",
            status=new.status,
            customer_id=new.customer_id,
            billing=self._billing(new),
            lines=order_lines(self._state, new.items),
            created_via=new.created_via,
            created_at=at,
            modified_at=at,
            shipping_total=new.shipping_total,
            shipping_line_id=self._state.next_id("item") if new.shipping_total else 0,
            payment_method=new.payment_method,
            customer_note=new.customer_note,
        )
        for code in new.coupons:
            self.apply_coupon(order, code)
        for key, value in new.meta.items():
            self._state.write_meta(order.meta, key, value=value)
        self._stamp(order, at)
        self._state.orders[order.id] = order
        return order

    def place(self, new: NewOrder, *, account: NewCustomer | None = None) -> Order:
        """Places the order, with a new account if one is given.

        The block checkout (store-api) says order.updated, customer.created, customer.updated, order.created; every
        other way order.created, then order.updated.
        """
        order = self.add(new)
        self._announce(order, account, blocks=new.created_via == "store-api")
        self._taken(order)
        return order

    def open_draft(self, new: NewOrder) -> Order:
        """A shopper opened the block checkout and typed an address: a checkout-draft and order.updated (up to 10.8)."""
        if self._state.release >= (10, 9):
            raise ValueError("From 10.9.0 on a draft is only made when the order is placed.")
        draft = Status.DRAFT
        order = self.add(NewOrder(new.items, new.email, new.customer_id, draft, "store-api", at=new.at))
        self._hooks.happened("order.updated", order.id)
        return order

    def place_draft(self, order: Order, *, account: NewCustomer | None = None) -> Order:
        """The draft becomes an order; it keeps the date on which the checkout was opened."""
        order.status = Status.PROCESSING
        order.modified_at = self._state.now()
        self._stamp(order, order.modified_at)
        self._announce(order, account, blocks=True)
        self._taken(order)
        return order

    def set_status(self, order: Order, status: Status) -> None:
        """Moves the order on: order.updated, and what hangs on it (dates, stock, coupons, the paying customer)."""
        if status == Status.REFUNDED and order.refunded < order.total:
            self.refund(order, order.total - order.refunded)
            return
        before, order.status = order.status, status
        self.note(order, f"Order status changed from {STATUS_NAMES[before]} to {STATUS_NAMES[status]}.")
        self._stamp(order, self._state.now())
        self.changed(order)
        if status == Status.CANCELLED:
            self._give_back(order)
        self._taken(order)
        self._hooks.happened(f"action.woocommerce_order_status_{status}", order.id)

    def changed(self, order: Order) -> None:
        """date_modified moves, order.updated."""
        order.modified_at = self._state.now()
        self._hooks.happened("order.updated", order.id)

    def refund(self, order: Order, amount: int, *, reason: str = "", by: int = 1) -> Refund:
        """Gives money back; the last of it flips the order to refunded. Raises ValueError beyond what is left."""
        if not 0 < amount <= order.total - order.refunded:
            raise ValueError("Invalid refund amount.")
        kind = "full" if amount == order.total - order.refunded else "partial"
        meta = [Meta(self._state.next_id("meta"), "_refund_type", kind)]
        refund = Refund(self._state.next_id("post"), amount, reason, self._state.now(), by, meta)
        order.refunds.append(refund)
        if kind == "full":
            self.note(order, f"Order status changed from {STATUS_NAMES[order.status]} to Refunded.")
            order.status = Status.REFUNDED
        self.changed(order)
        return refund

    def trash(self, order: Order) -> None:
        """order.deleted; date_modified stays."""
        order.before_trash, order.status = order.status, Status.TRASH
        self._hooks.happened("order.deleted", order.id)

    def restore(self, order: Order) -> None:
        """Untrashing in the admin: order.restored. (A PUT with a status is `set_status`, which says order.updated.)"""
        order.status = order.before_trash or Status.PENDING
        order.modified_at = self._state.now()
        self._hooks.happened("order.restored", order.id)

    def delete(self, order: Order) -> None:
        """For ever: only whoever asked for action.woocommerce_delete_order hears of it."""
        del self._state.orders[order.id]
        self._hooks.happened("action.woocommerce_delete_order", order.id)

    def apply_coupon(self, order: Order, code: str) -> None:
        """Takes the coupon off the lines. Raises CouponRefused with the shopper's sentence."""
        email = order.billing["email"]
        used = self._coupons.discount(code, Cart(email or None, sum(line.total for line in order.lines)))
        discounted(order.lines, used.discount)
        order.coupons.append(used)
        self._coupons.use(used, email)

    def note(self, order: Order, text: str, *, for_customer: bool = False) -> Note:
        """A remark: no webhook, date_modified stays."""
        note = Note(self._state.next_id("comment"), text, self._state.now(), for_customer)
        order.notes.append(note)
        return note

    def sweep(self) -> None:
        """The store's own jobs: unpaid orders are cancelled after an hour, drafts deleted after a day (silently)."""
        now = self._state.now()
        for order in list(self._state.orders.values()):
            if order.status == Status.PENDING and now - order.modified_at >= HOLD_STOCK:
                self.set_status(order, Status.CANCELLED)
            elif order.status == Status.DRAFT and now - order.modified_at >= DRAFT_LIFE:
                self.delete(order)

    def _announce(self, order: Order, account: NewCustomer | None, *, blocks: bool) -> None:
        first, second = ("order.updated", "order.created") if blocks else ("order.created", "order.updated")
        self._hooks.happened(first, order.id)
        if account is not None:
            order.customer_id = self._customers.create(account).id
        self._hooks.happened(second, order.id)

    def _billing(self, new: NewOrder) -> dict[str, str]:
        account: User | None = self._state.users.get(new.customer_id) if new.customer_id else None
        if new.customer_id and account is None:
            raise ValueError("Customer ID is invalid.")
        known = account.billing if account else {}
        email = new.email if new.email is not None else (account.email if account else "")
        return {**known, **new.billing, "email": email}

    def _stamp(self, order: Order, at: datetime) -> None:
        """Dates that a status sets once. Cash on delivery is not paid before it is completed."""
        if order.status == Status.COMPLETED and order.completed_at is None:
            order.completed_at = at
        on_delivery = order.payment_method == "cod" and order.status != Status.COMPLETED
        if order.status in BOUGHT and order.paid_at is None and not on_delivery:
            order.paid_at = at

    def _taken(self, order: Order) -> None:
        if order.paid_at is not None:
            self._customers.paid(order.customer_id)
        if order.status in TAKEN:
            self._move_stock(order, out=True)

    def _give_back(self, order: Order) -> None:
        self._move_stock(order, out=False)
        for used in order.coupons:
            self._coupons.give_back(used, order.billing["email"])

    def _move_stock(self, order: Order, *, out: bool) -> None:
        for line in order.lines:
            product = self._state.products.get(line.product_id)
            if product is not None and line.reduced_stock != out:
                line.reduced_stock = out
                self._catalogue.take_stock(product, line.quantity if out else -line.quantity)
