"""wc/v3/orders: list, one, write, trash; with the filters, defaults and slips of a real store."""

from typing import Any

from connectors.standins.woocommerce.actions.coupons import CouponRefused
from connectors.standins.woocommerce.actions.lines import Item
from connectors.standins.woocommerce.actions.orders import NewOrder
from connectors.standins.woocommerce.model import Json, Order, Status
from connectors.standins.woocommerce.payloads import orders as shapes
from connectors.standins.woocommerce.payloads.links import href
from connectors.standins.woocommerce.rest import changes, paging
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import RestError, invalid_param, not_found
from connectors.standins.woocommerce.store import Store

WRITABLE = (
    "auto-draft",
    *(status.value for status in Status if status is not Status.TRASH),
)
LISTABLE = ("any", "trash", *WRITABLE)
_SORTS = {
    "date": lambda one: one.created_at,
    "id": lambda one: one.id,
    "include": lambda one: one.id,
    "title": lambda one: one.id,
    "slug": lambda one: one.id,
    "modified": lambda one: one.modified_at,
}


def plug(door: Door) -> None:
    """Opens the routes of orders."""
    routes = OrderRoutes(door.store)
    door.add("wc/v3/orders", list=routes.index, create=routes.create)
    door.add("wc/v3/orders/<int:id>", get=routes.one, update=routes.update, delete=routes.delete)
    door.add(
        "wc/v3/orders/batch", update=changes.batch(create=routes.create, update=routes.update, delete=routes.delete)
    )


def find(store: Store, number: int) -> Order:
    """The order with this id, trashed ones too. Raises RestError (404)."""
    order = store.state.orders.get(number)
    if order is None:
        raise not_found("woocommerce_rest_shop_order_invalid_id")
    return order


class OrderRoutes:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def index(self, call: Call) -> Answer:
        """GET orders."""
        params, wanted = call.params, self._statuses(call)
        customer, product = params.integer("customer", -1, low=-1), params.integer("product", 0)
        vias = set(params.words("created_via"))
        created = paging.between(call, "", field="created_at")
        modified = paging.between(call, "modified_", field="modified_at")
        found = [
            one
            for one in paging.chosen(call, list(self._state.orders.values()))
            if one.status in wanted
            and (customer < 0 or one.customer_id == customer)
            and (not product or any(line.product_id == product for line in one.lines))
            and (not vias or one.created_via in vias)
            and created(one)
            and modified(one)
            and _mentions(one, params.text("search"))
        ]
        found = paging.ordered(call, found, keys=_SORTS, default="date")
        return paging.page(call, found, show=self._show, state=self._state, path="orders")

    def _statuses(self, call: Call) -> set[str]:
        words = call.params.words("status") or ["any"]
        for place, word in enumerate(words):
            if word not in LISTABLE:
                message = f"status[{place}] is not one of {', '.join(LISTABLE[:-1])}, and {LISTABLE[-1]}."
                raise invalid_param("status", message, code="rest_not_in_enum")
        if "any" not in words:
            return set(words)
        # Drafts were part of "any" up to 10.7; the trash never was.
        hidden = {Status.TRASH} if self._state.release < (10, 8) else {Status.TRASH, Status.DRAFT}
        return {status.value for status in Status if status not in hidden}

    def _show(self, order: Order) -> Json:
        return shapes.order(self._state, order)

    def one(self, call: Call) -> Answer:
        """GET orders/{id}."""
        return Answer(self._show(find(self._store, call.ids["id"])))

    def create(self, call: Call) -> Answer:
        """POST orders. A coupon that is refused answers 400 and leaves an order behind, as seen."""
        body = call.body
        status = _status(body) or Status.PENDING
        paid = bool(body.get("set_paid"))
        try:
            order = self._store.orders.place(
                NewOrder(
                    items=_items(body),
                    email=None if body.get("customer_id") else "",
                    customer_id=int(body.get("customer_id") or 0),
                    status=Status.PROCESSING if paid and status == Status.PENDING else status,
                    created_via=str(body.get("created_via") or "rest-api"),
                    billing=changes.address(body, "billing"),
                    payment_method=str(body.get("payment_method") or ""),
                    customer_note=str(body.get("customer_note") or ""),
                )
            )
        except ValueError as error:
            raise RestError("woocommerce_rest_invalid_customer_id", str(error), status=400) from None
        self._afterwards(order, body)
        location = (("Location", href(self._state, f"orders/{order.id}")),)
        return Answer(self._show(order), 201, location)

    def _afterwards(self, order: Order, body: Json) -> None:
        email = changes.address(body, "billing").get("email")
        if email is not None:
            order.billing["email"] = email
        order.shipping = changes.address(body, "shipping")
        changes.write_metas(self._state, order.meta, given=body.get("meta_data"))
        for line in body.get("coupon_lines") or []:
            try:
                self._store.orders.apply_coupon(order, str(line.get("code", "")))
            except CouponRefused as error:
                raise RestError("woocommerce_rest_invalid_coupon", str(error), status=400) from None

    def update(self, call: Call) -> Answer:
        """PUT orders/{id}: even {} moves date_modified."""
        order, body = find(self._store, call.ids["id"]), call.body
        status = _status(body)
        order.billing.update(changes.address(body, "billing"))
        order.shipping.update(changes.address(body, "shipping"))
        order.customer_note = str(body.get("customer_note", order.customer_note))
        changes.write_metas(self._state, order.meta, given=body.get("meta_data"))
        if status is None and body.get("set_paid") and order.status == Status.PENDING:
            status = Status.PROCESSING
        if status is not None and status != order.status:
            self._store.orders.set_status(order, status)
        else:
            self._store.orders.changed(order)
        return Answer(self._show(order))

    def delete(self, call: Call) -> Answer:
        """DELETE orders/{id}: to the trash, or with force=true for ever. Answers what it was."""
        order = find(self._store, call.ids["id"])
        shown = self._show(order)
        if call.params.flag("force"):
            self._store.orders.delete(order)
        elif order.status == Status.TRASH:
            raise RestError("woocommerce_rest_already_trashed", "The order has already been deleted.", status=410)
        else:
            self._store.orders.trash(order)
        return Answer(shown)


def _status(body: Json) -> Status | None:
    word = body.get("status")
    if word is None:
        return None
    if word not in WRITABLE or word == "auto-draft":
        message = f"status is not one of {', '.join(WRITABLE[:-1])}, and {WRITABLE[-1]}."
        raise invalid_param("status", message, code="rest_not_in_enum")
    return Status(word)


def _items(body: Json) -> list[Item]:
    return [(_wanted(line), int(line.get("quantity") or 1)) for line in body.get("line_items") or []]


def _wanted(line: dict[str, Any]) -> str | int:
    return str(line["sku"]) if line.get("sku") else int(line.get("variation_id") or line.get("product_id") or 0)


def _mentions(order: Order, search: str | None) -> bool:
    words = (str(order.id), *order.billing.values())
    return not search or any(search.lower() in word.lower() for word in words)
