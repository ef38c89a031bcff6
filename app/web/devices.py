"""Where a store's own pages hand over a browser that shall show notifications, and fetch what it needs for that."""

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, Gone, NotFound, Unauthorized, UnsupportedMediaType

from app.pipeline.devices import Taken, take_in
from app.web import visitors
from app.web.guard import Guard, guarded
from app.web.house import runtime
from app.web.webhooks import doors
from connectors.devices import WORKER, TakesDevices, read_call
from connectors.errors import Malformed, Unauthorised
from connectors.records import Medium
from connectors.stores.shopify import proxy

MOST_BYTES = 6_000

routes = Blueprint("devices", __name__, url_prefix="/storefront")


@routes.get("/key")
@routes.get("/shopify/key")
@guarded(Guard.PUBLIC)
def key() -> Response:
    """The key by which a browser tells our messages; 404 where no notifications are set up."""
    channel: object = runtime().channels.get(Medium.PUSH)
    if not isinstance(channel, TakesDevices):
        raise NotFound("Notifications are not set up here.")
    return jsonify(key=channel.public_key)


@routes.get("/shopify/worker.js")
@guarded(Guard.PUBLIC)
def worker() -> Response:
    """What shows notifications in the browser; Shopify passes it on as a file of the store's own."""
    return Response(WORKER.read_text("utf-8"), mimetype="text/javascript")


@routes.post("/shopify/device")
@guarded(Guard.WEBHOOK_SIGNATURE)
def by_shopify() -> Response:
    """By the app proxy, which says whose page it was and who is signed in there. A page of another site cannot send JSON."""
    now, secrets = runtime().clock.now(), runtime().config.shopify_client_secret
    try:
        call = proxy.read_call(request.query_string.decode("latin-1"), secrets, now=now)
    except Unauthorised:
        raise Unauthorized("The signature is not right.") from None
    door = doors().by_address("shopify", call.shop)
    if door is None or call.customer_id is None:
        raise NotFound("Nobody is signed in at a store that is connected here.")
    return _taken(door.store_id, external_id=call.customer_id)


@routes.post("/woocommerce/device")
@guarded(Guard.WEBHOOK_SIGNATURE)
def by_woocommerce() -> Response:
    """By the companion plugin, whose token says which store it is and who is signed in there."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        found = visitors.by_woocommerce_page(token) if scheme == "Bearer" else None
    except Unauthorised:
        raise Unauthorized("The token is not right.") from None
    if found is None:
        raise NotFound("There is no such store here.")
    return _taken(found.store_id, external_id=found.visitor.user_id)


def _taken(store_id: int, *, external_id: str) -> Response:
    request.max_content_length = MOST_BYTES
    if not request.is_json:
        raise UnsupportedMediaType("A device is told of in JSON.")
    house = runtime()
    try:
        call = read_call(request.get_data(cache=False), anywhere=house.config.allow_private_stores)
    except Malformed:
        raise BadRequest("This is no browser that could be notified.") from None
    taken = take_in(house, store_id, external_id=external_id, call=call)
    if taken is Taken.NOBODY:
        raise NotFound("This customer is not known here yet.")
    if taken is Taken.GONE:
        raise Gone("This browser was let go. Please ask again.")
    return Response(status=204)
