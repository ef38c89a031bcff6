"""wc/v3: the refunds and notes of an order, all refunds, and how many orders stand where."""

from collections import Counter

from connectors.standins.woocommerce.model import STATUS_NAMES, Order, Status
from connectors.standins.woocommerce.payloads import orders as shapes
from connectors.standins.woocommerce.payloads.links import href, minor
from connectors.standins.woocommerce.rest import changes, paging
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import RestError, missing_param, not_found
from connectors.standins.woocommerce.rest.orders import find
from connectors.standins.woocommerce.store import Store

_SORTS = {"date": lambda one: one.created_at, "id": lambda one: one.id, "include": lambda one: one.id}


def plug(door: Door) -> None:
    """Opens the routes."""
    routes = PartRoutes(door.store)
    door.add("wc/v3/orders/<int:id>/refunds", list=routes.refunds, create=routes.refund)
    door.add("wc/v3/orders/<int:id>/refunds/<int:refund_id>", get=routes.one_refund)
    door.add("wc/v3/refunds", list=routes.all_refunds)
    door.add("wc/v3/orders/<int:id>/notes", list=routes.notes, create=routes.note)
    door.add("wc/v3/reports/orders/totals", list=routes.totals)


class PartRoutes:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def refunds(self, call: Call) -> Answer:
        """GET orders/{id}/refunds."""
        order = find(self._store, call.ids["id"])
        found = paging.ordered(call, list(order.refunds), keys=_SORTS, default="date")
        path = f"orders/{order.id}/refunds"
        return paging.page(
            call,
            found,
            show=lambda one: shapes.refund(self._state, one, order_id=order.id),
            state=self._state,
            path=path,
        )

    def one_refund(self, call: Call) -> Answer:
        """GET orders/{id}/refunds/{id}."""
        order = find(self._store, call.ids["id"])
        refund = next((one for one in order.refunds if one.id == call.ids["refund_id"]), None)
        if refund is None:
            raise not_found("woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
        return Answer(shapes.refund(self._state, refund, order_id=order.id))

    def refund(self, call: Call) -> Answer:
        """POST orders/{id}/refunds {amount, reason}."""
        order = find(self._store, call.ids["id"])
        try:
            amount = minor(str(call.body.get("amount") or "0"))
            reason = str(call.body.get("reason") or "")
            refund = self._store.orders.refund(order, amount, reason=reason, by=call.user_id)
        except ValueError:
            raise RestError(
                "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.", status=500
            ) from None
        changes.write_metas(self._state, refund.meta, given=call.body.get("meta_data"))
        # The real store forgets to fill in its own pattern here.
        location = href(self._state, f"orders/(?P<order_id>[\\d]+)/refunds/{refund.id}")
        return Answer(shapes.refund(self._state, refund, order_id=order.id), 201, (("Location", location),))

    def all_refunds(self, call: Call) -> Answer:
        """GET refunds: of every order."""
        owners: dict[int, Order] = {one.id: order for order in self._state.orders.values() for one in order.refunds}
        every = [one for order in self._state.orders.values() for one in order.refunds]
        created = paging.between(call, "", field="created_at")
        modified = paging.between(call, "modified_", field="created_at")
        kept = [one for one in paging.chosen(call, every) if created(one) and modified(one)]
        return paging.page(
            call,
            paging.ordered(call, kept, keys=_SORTS, default="date"),
            show=lambda one: shapes.refund(self._state, one, order_id=owners[one.id].id, with_parent=True),
            state=self._state,
            path="refunds",
        )

    def notes(self, call: Call) -> Answer:
        """GET orders/{id}/notes: all of them, the latest first."""
        order = find(self._store, call.ids["id"])
        latest = sorted(order.notes, key=lambda note: note.id, reverse=True)
        return Answer([shapes.note(self._state, note, order_id=order.id) for note in latest])

    def note(self, call: Call) -> Answer:
        """POST orders/{id}/notes {note, customer_note}."""
        order = find(self._store, call.ids["id"])
        if not call.body.get("note"):
            raise missing_param("note")
        for_customer = bool(call.body.get("customer_note"))
        note = self._store.orders.note(order, str(call.body["note"]), for_customer=for_customer)
        location = href(self._state, f"orders/{order.id}/notes/{note.id}")
        return Answer(shapes.note(self._state, note, order_id=order.id), 201, (("Location", location),))

    def totals(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET reports/orders/totals."""
        counted = Counter(order.status for order in self._state.orders.values())
        named = [(status, name) for status, name in STATUS_NAMES.items() if status is not Status.TRASH]
        return Answer([{"slug": status.value, "name": name, "total": counted[status]} for status, name in named])
