"""What a webhook says: the REST body at the time of delivery, as the user who made the webhook would see it."""

from collections.abc import Callable

from connectors.standins.woocommerce.model import MANAGERS, Json, Webhook
from connectors.standins.woocommerce.payloads.catalogue import product
from connectors.standins.woocommerce.payloads.coupons import coupon
from connectors.standins.woocommerce.payloads.customers import customer
from connectors.standins.woocommerce.payloads.orders import order
from connectors.standins.woocommerce.state import State

GONE = {
    "order": ("woocommerce_rest_shop_order_invalid_id", "Invalid ID."),
    "product": ("woocommerce_rest_product_invalid_id", "Invalid ID."),
    "coupon": ("woocommerce_rest_shop_coupon_invalid_id", "Invalid ID."),
    "customer": ("woocommerce_rest_invalid_id", "Invalid resource ID."),
}


def body(state: State, webhook: Webhook, *, arg: int | str) -> Json:
    """The body about `arg`; an error object when the thing is gone or the webhook's user lost the right to see it."""
    resource, event = webhook.topic.split(".", 1)
    if isinstance(arg, str):
        # The resources of the companion plugin are named by words of its own.
        return state.told[arg]
    if resource == "action":
        return {"action": event, "arg": arg}
    if event == "deleted":
        return {"id": arg}
    viewer = state.users.get(webhook.user_id)
    if viewer is None or viewer.role not in MANAGERS:
        status = 401 if viewer is None else 403
        return error("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.", status=status)
    return _shown(state, resource, arg=arg) or error(*GONE[resource], status=404)


def error(code: str, message: str, *, status: int) -> Json:
    """WordPress's error object."""
    return {"code": code, "message": message, "data": {"status": status}}


def _shown(state: State, resource: str, *, arg: int) -> Json | None:
    ways: dict[str, Callable[[], Json]] = {
        "order": lambda: order(state, state.orders[arg]),
        "product": lambda: product(state, state.products[arg]),
        "coupon": lambda: coupon(state, state.coupons[arg]),
        "customer": lambda: customer(state, state.users[arg]),
    }
    try:
        return ways[resource]()
    except KeyError:
        return None
