"""Where stores call: the signature over the raw bytes, the delivery kept, 200. Nothing is parsed here; this is the hot path."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge, Unauthorized

from app.pipeline import inbox
from app.runtime import Runtime
from app.web.doors import Door, Doors
from app.web.guard import Guard, guarded
from app.web.house import runtime
from connectors.base import DeliveryHead, StoreConnector
from connectors.errors import Malformed

MOST_BYTES = 5 * 1024 * 1024
NO_TOPIC = "unknown"
KEY = "doors"

routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")


def remember_doors(flask_app: Flask, house: Runtime) -> None:
    flask_app.extensions[KEY] = Doors(house)


class _Call(NamedTuple):
    """What a store sent: plain headers, read once, and the raw bytes."""

    headers: Mapping[str, str]
    body: bytes


@routes.post("/shopify")
@guarded(Guard.WEBHOOK_SIGNATURE)
def shopify() -> Response:
    """Any store of Shopify: the secret is the app's own, the store stands in a header."""
    connector, call = runtime().connectors["shopify"], _call()
    if not connector.is_genuine(*call, credentials=None):
        raise Unauthorized("The signature is not right.")
    head = _head(connector, call)
    return _keep(doors().by_address("shopify", head.address or ""), head, body=call.body)


@routes.post("/woocommerce/<public_key>")
@guarded(Guard.WEBHOOK_SIGNATURE)
def woocommerce(public_key: str) -> Response:
    """One store of WooCommerce: it stands in the address, and the secret is its own. A ping is a form without signature."""
    connector, call = runtime().connectors["woocommerce"], _call()
    door = _known(doors().by_key("woocommerce", public_key))
    head = _head(connector, call)
    if head.is_ping:
        return _taken()
    if not _is_genuine(connector, door, public_key=public_key, call=call):
        raise Unauthorized("The signature is not right.")
    return _keep(door, head, body=call.body)


def _call() -> _Call:
    """The call, its body at most 5 MB (else RequestEntityTooLarge)."""
    # A body that comes in chunks is cut off at the limit without a word: one byte more tells it from a whole one.
    request.max_content_length = MOST_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        raise RequestEntityTooLarge
    return _Call(dict(request.headers.items()), body)


def _head(connector: StoreConnector, call: _Call) -> DeliveryHead:
    """What the headers say. What cannot be understood is kept all the same, and set aside when it is opened."""
    try:
        return connector.head(*call)
    except Malformed:
        return DeliveryHead(NO_TOPIC, None, hashlib.sha256(call.body).hexdigest())


def _is_genuine(connector: StoreConnector, door: Door, *, public_key: str, call: _Call) -> bool:
    """A secret may have changed in the seconds for which we remember it: a wrong signature is judged once more."""
    if connector.is_genuine(*call, credentials=door.credentials):
        return True
    if door.seen_at == runtime().clock.now():
        return False
    anew = doors().by_key("woocommerce", public_key, anew=True)
    return anew is not None and connector.is_genuine(*call, credentials=anew.credentials)


def _keep(door: Door | None, head: DeliveryHead, *, body: bytes) -> Response:
    inbox.accept(runtime(), store_id=_known(door).store_id, head=head, body=body)
    return _taken()


def _taken() -> Response:
    """200 and not a word; no page either, for which a policy would have to be written."""
    return Response(mimetype="text/plain")


def _known(door: Door | None) -> Door:
    if door is None:
        raise NotFound("There is no such store here.")
    return door


def doors() -> Doors:
    """The stores that this process remembers."""
    found: Any = current_app.extensions[KEY]
    if not isinstance(found, Doors):
        raise KeyError(KEY)
    return found
