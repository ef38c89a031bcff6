"""The Flask program: every door of the store plugged into one app."""

import hmac

from flask import Flask, Response, abort, jsonify, request

from connectors.standins.woocommerce import admin, faults, plugin, storefront, wc_auth
from connectors.standins.woocommerce.rest import (
    coupons,
    customers,
    info,
    order_parts,
    orders,
    products,
    webhooks,
)
from connectors.standins.woocommerce.rest.door import Door
from connectors.standins.woocommerce.store import Store

BIGGEST_BODY = 5_000_000


def build(store: Store) -> Flask:
    """The store as a WSGI program."""
    site = Flask(__name__, template_folder="pages", static_folder="static", static_url_path="/wp-content/standin")
    site.config.update(
        SECRET_KEY=store.state.secret,
        # Cookies do not know ports, so another stand-in on this host needs another name.
        SESSION_COOKIE_NAME="woocommerce_standin",
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=BIGGEST_BODY,
    )
    door = Door(store)
    for routes in (
        info,
        orders,
        order_parts,
        customers,
        products,
        coupons,
        webhooks,
        *([plugin] if store.has_plugin else []),
    ):
        routes.plug(door)
    for pages in (door.blueprint, wc_auth.plug(store), admin.plug(store), storefront.plug(store)):
        site.register_blueprint(pages)
    site.add_url_rule("/__standin__/faults", "faults", lambda: _faults(store), methods=["POST", "DELETE"])
    return site


def _faults(store: Store) -> Response:
    """POST {kind, times, status, seconds, path} makes trouble, DELETE ends it; only with the control key."""
    given = request.headers.get("X-Control-Key", "")
    if store.control_key is None or not hmac.compare_digest(store.control_key.encode(), given.encode()):
        abort(404)
    if request.method == "DELETE":
        store.faults.clear()
        return jsonify(waiting=0)
    try:
        store.faults.add(faults.parse(request.get_json(silent=True)))
    except ValueError:
        abort(400)
    return jsonify(waiting=len(store.faults.waiting))
