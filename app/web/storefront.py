"""Where a store's own pages call: a look at a product or a wish to be told, which then goes the way of every delivery."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, NotFound, Unauthorized

from app.pipeline import inbox
from app.web.guard import Guard, guarded
from app.web.house import runtime
from app.web.webhooks import doors
from connectors.errors import Malformed, Unauthorised
from connectors.stores.shopify import proxy

MOST_BYTES = 2_000

routes = Blueprint("storefront", __name__, url_prefix="/storefront")


@routes.post("/shopify/interest")
@guarded(Guard.WEBHOOK_SIGNATURE)
def interest() -> Response:
    """By Shopify's app proxy, which says whose page it was and who is signed in there."""
    request.max_content_length = MOST_BYTES
    now, secrets = runtime().clock.now(), runtime().config.shopify_client_secret
    try:
        call = proxy.read_call(request.query_string.decode("latin-1"), secrets, now=now)
        head, body = proxy.interest(call, email=request.form.get("email", ""), at=now)
    except Unauthorised:
        raise Unauthorized("The signature is not right.") from None
    except Malformed:
        raise BadRequest("This is neither a look nor a wish of somebody.") from None
    door = doors().by_address("shopify", call.shop)
    if door is None:
        raise NotFound("There is no such store here.")
    inbox.accept(runtime(), store_id=door.store_id, head=head, body=body)
    return Response(status=204)
