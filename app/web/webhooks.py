"""Where stores call, as far as `calls` has not answered already: bodies that come in chunks, and whatever is refused."""

from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.runtime import Runtime
from app.web.calls import MOST_BYTES, REFUSED, Call, Front, headers_of, keep
from app.web.doors import Doors
from app.web.guard import Guard, guarded
from app.web.house import runtime

KEY = "doors"

routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")


def remember_doors(flask_app: Flask, house: Runtime) -> None:
    flask_app.extensions[KEY] = Doors(house)


def stand_in_front(flask_app: Flask) -> None:
    """Let plain calls end before Flask begins."""
    front = Front(flask_app, doors=lambda: doors_of(flask_app))
    flask_app.wsgi_app = front  # type: ignore[method-assign]  # Flask's own way to put something around it.


@routes.post("/shopify")
@guarded(Guard.WEBHOOK_SIGNATURE)
def shopify() -> Response:
    """Any store of Shopify: the secret is the app's own, the store stands in a header."""
    return _taken("shopify")


@routes.post("/woocommerce/<public_key>")
@guarded(Guard.WEBHOOK_SIGNATURE)
def woocommerce(public_key: str) -> Response:
    """One store of WooCommerce: it stands in the address, and the secret is its own. A ping is a form without signature."""
    return _taken("woocommerce", public_key)


def _taken(platform: str, public_key: str | None = None) -> Response:
    """200 and not a word; no page either, for which a policy would have to be written."""
    if REFUSED in request.environ:
        # Under no name here: its own traceback would hold the name, and with it itself.
        raise request.environ[REFUSED]
    keep(runtime(), doors(), call=Call(platform, public_key, headers_of(request.environ), _body()))
    return Response(mimetype="text/plain")


def _body() -> bytes:
    """The raw body, at most 5 MB (else RequestEntityTooLarge)."""
    # A body that comes in chunks is cut off at the limit without a word: one byte more tells it from a whole one.
    request.max_content_length = MOST_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        raise RequestEntityTooLarge
    return body


def doors() -> Doors:
    """The stores that this process remembers."""
    return doors_of(current_app)


def doors_of(flask_app: Flask) -> Doors:
    found: Any = flask_app.extensions[KEY]
    if not isinstance(found, Doors):
        raise KeyError(KEY)
    return found
