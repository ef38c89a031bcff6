"""A page of the admin opened as a document: judged by the token in its address, or sent to fetch a fresh one first.

A browser that reloads the frame asks with an old token or with none. Nothing of a store is shown then: Shopify's way leads
over its bounce page, WooCommerce's over a page that asks the store's admin around it, and both come back to the same page.
"""

from urllib.parse import urlencode

from flask import Response, redirect, render_template, request
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as Answer

from app.model import Store, StoreState
from app.pipeline import arrival, launch
from app.translations import marked
from app.web import visitors
from app.web.headers import admin_origins, open_to_admin
from app.web.house import runtime
from app.web.notice import notice
from app.web.place import say
from app.web.visitors import Desk
from connectors.base import Visitor
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.stores.shopify import Shopify
from connectors.stores.shopify import install as shopify
from connectors.stores.woocommerce import WooCommerce
from connectors.stores.woocommerce import install as woocommerce

BOUNCE = "/shopify/bounce"
DOOR = "admin-door"
NO_ANSWER = marked("Shopify does not answer just now. Please try again in a minute.")
OPEN = marked("Please open Perennial from the menu of your store's admin.")
OPEN_AGAIN = marked(
    "This page could not be opened anew. Please open Perennial again from the menu of your store's admin."
)


def is_document() -> bool:
    """Whether a browser opens a page by its address, and not our script a part of it with a token in its head."""
    return request.method in ("GET", "HEAD") and "Authorization" not in request.headers


def opened() -> Desk | Answer:
    """The desk that the address opens, or the way to a fresh token. Raises Unauthorized where it names no store's admin."""
    if "launch" in request.args or "door" in request.args:
        return _from_woocommerce(request.args.get("launch", ""))
    if "id_token" in request.args or request.args.get("embedded") == "1":
        return _from_shopify(request.args.get("id_token", ""))
    raise Unauthorized(OPEN)


def hint(desk: Desk) -> str:
    """The query that every address of a page keeps, so that a reload of the frame knows whose admin is around it.

    It proves nothing: whoever opens it has to bring a token.
    """
    if desk.platform == WooCommerce.platform:
        kept = {"door": runtime().signer.sign(DOOR, desk.store_id)}
    else:
        host = request.args.get("host", "")
        kept = {"embedded": "1", "shop": desk.address} | ({"host": host} if shopify.valid_host(host) else {})
    return urlencode(kept | _language())


def _language() -> dict[str, str]:
    asked = request.args.get("locale", "")
    return {"locale": asked} if asked.replace("-", "").isalnum() and len(asked) <= 10 else {}


def _from_shopify(id_token: str) -> Desk | Answer:
    try:
        visitor = arrival.shopify(runtime()).visitor(id_token)
        found = _welcomed(visitor, id_token)
    except Unauthorised:
        return redirect(shopify.bounce_target(BOUNCE, request.path, raw_query=request.query_string.decode("latin-1")))
    if isinstance(found, Desk):
        open_to_admin(Shopify.platform, found.address)
    return found


def _welcomed(visitor: Visitor, id_token: str) -> Desk | Answer:
    """A store seen for the first time is installed on the way. Raises Unauthorised where a fresh token is needed."""
    open_to_admin(Shopify.platform, visitor.address)
    try:
        store_id = arrival.welcome(runtime(), visitor, id_token=id_token)
    except Temporary:
        return notice(marked("One moment, please"), NO_ANSWER, status=503)
    except (Permanent, Malformed):
        return notice(
            marked("Shopify does not let us in"), marked("Please check the app's id, secret and scopes."), status=502
        )
    with runtime().database.read() as session:
        return visitors.desk_of(session.get_one(Store, store_id), visitor)


def _from_woocommerce(token: str) -> Desk | Answer:
    try:
        found = visitors.by_woocommerce(token) if token else None
    except woocommerce.LaunchOver as over:
        return _fetch_anew(over.address)
    except Unauthorised:
        found = None
    if found is None:
        return _fetch_anew(_behind(request.args.get("door", "")))
    if not _is_first(found):
        return _fetch_anew(found.address)
    open_to_admin(WooCommerce.platform, found.address)
    return found


def _is_first(found: Desk) -> bool:
    token, ends, now = found.visitor.token_id, found.visitor.expires_at, runtime().clock.now()
    return launch.is_first(runtime().database, store_id=found.store_id, token_id=token, expires_at=ends, now=now)


def _behind(door: str) -> str:
    """The address of the store that a signed hint leads to. Raises Unauthorized where it leads nowhere."""
    store_id = runtime().signer.read(DOOR, door)
    with runtime().database.read() as session:
        store = session.get(Store, store_id) if isinstance(store_id, int) else None
    if store is None or store.state != StoreState.ACTIVE or store.platform != WooCommerce.platform:
        raise Unauthorized(OPEN)
    return store.address


def _fetch_anew(address: str) -> Answer:
    """Said inside the admin of the store whose token it was: a page that asks that admin for a fresh one, once."""
    open_to_admin(WooCommerce.platform, address)
    if "again" in request.args:
        return notice(marked("Please open this page again"), OPEN_AGAIN, status=401)
    admin = admin_origins(runtime(), WooCommerce.platform, address=address)[0]
    return Response(
        render_template("bounce_woocommerce.html", admin_origin=admin, sentence=say(OPEN_AGAIN)), status=401
    )
