"""The admin of a stand-in store: what a merchant sees, with the app in a frame as the real admin shows it."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, jsonify, render_template, request

from connectors.standins.shopify import web
from connectors.standins.shopify.api import here
from connectors.standins.shopify.links import host_param, with_hmac
from connectors.standins.shopify.records import Customer, Order
from connectors.standins.shopify.shop import Shop
from connectors.standins.shopify.stand_in import StandIn

PER_PAGE = 50


def plug_in(app: Flask, stand_in: StandIn) -> None:
    """Add the admin's pages; the first to come also brings what all pages share."""
    web.plug_in(app, stand_in)
    app.get("/")(index)
    app.get("/app-bridge.js")(app_bridge)
    root = "/store/<name>/admin"
    app.get(root)(home)
    app.get(f"{root}/orders")(orders)
    app.get(f"{root}/orders/<int:number>")(order)
    app.post(f"{root}/orders/<int:number>/<action>")(change_order)
    app.get(f"{root}/customers")(customers)
    app.get(f"{root}/customers/<int:number>")(customer)
    app.post(f"{root}/customers/<int:number>/<action>")(change_customer)
    app.get(f"{root}/apps")(apps)
    app.post(f"{root}/apps/install")(install)
    app.get(f"{root}/settings/apps")(settings)
    app.post(f"{root}/settings/apps/uninstall")(uninstall)
    app.post(f"{root}/id-token")(id_token)
    app.get("/store/<name>/apps/<client_id>")(embedded)
    app.get("/store/<name>/apps/<client_id>/<path:path>")(embedded)


def index() -> str:
    """All stores, each with its two sides."""
    return render_template("index.html", shops=here().state.shops.values())


def app_bridge() -> Response:
    """The small stand-in for App Bridge, to be loaded by the app's pages."""
    return Response(web.read("app-bridge.js"), mimetype="text/javascript", headers={"Cache-Control": "no-store"})


def home(name: str) -> str:
    """How the store is doing."""
    shop = web.store(name)
    newest = sorted(shop.orders.values(), key=lambda one: one.processed_at, reverse=True)
    counts = {"Orders": len(shop.orders), "Customers": len(shop.customers), "Products": len(shop.products)}
    return web.drawn("home.html", shop, newest=newest[:8], counts=counts, queue=here().webhooks)


def orders(name: str) -> str:
    """The newest orders."""
    shop = web.store(name)
    newest = sorted(shop.orders.values(), key=lambda one: (one.processed_at, one.id), reverse=True)
    return web.drawn("orders.html", shop, **_paged(newest))


def _paged(found: list[Any]) -> dict[str, Any]:
    at = request.args.get("page", 1, type=int)
    start = max(0, at - 1) * PER_PAGE
    return {"found": found[start : start + PER_PAGE], "page": at, "more": len(found) > start + PER_PAGE}


def _order(shop: Shop, number: int) -> Order:
    return shop.orders.get(number) or abort(404)


def order(name: str, number: int) -> str:
    """One order and what can be done with it."""
    shop = web.store(name)
    return web.drawn("order.html", shop, order=_order(shop, number))


def change_order(name: str, number: int, *, action: str) -> Response:
    """Fulfil, deliver, refund or cancel."""
    shop = web.store(name)
    one = _order(shop, number)
    deeds = {
        "fulfil": lambda: shop.fulfil(one),
        "deliver": lambda: shop.deliver(one),
        "refund": lambda: shop.refund_order(one, _asked_amount(one)),
        "cancel": lambda: shop.cancel_order(one),
    }
    done = {"fulfil": "Fulfilled", "deliver": "Marked as delivered", "refund": "Refunded", "cancel": "Cancelled"}
    if action not in deeds:
        abort(404)
    return _try(deeds[action], done[action], back=f"/store/{name}/admin/orders/{number}")


def _asked_amount(one: Order) -> int:
    """The amount of the refund form in minor units; without one, all that is left."""
    asked = request.form.get("amount", type=float)
    return one.current_total if asked is None else round(asked * 100)


def _try(deed: Any, done: str, *, back: str) -> Response:
    try:
        deed()
    except ValueError as no:
        return web.gone_to(back, f"That did not work: {no}.")
    return web.gone_to(back, f"{done}.")


def customers(name: str) -> str:
    """The newest customers."""
    shop = web.store(name)
    newest = sorted(shop.customers.values(), key=lambda one: one.id, reverse=True)
    return web.drawn("customers.html", shop, **_paged(newest))


def _customer(shop: Shop, number: int) -> Customer:
    return shop.customers.get(number) or abort(404)


def customer(name: str, number: int) -> str:
    """One customer and what can be done with them."""
    shop = web.store(name)
    return web.drawn("customer.html", shop, customer=_customer(shop, number))


def change_customer(name: str, number: int, *, action: str) -> Response:
    """Subscribe, unsubscribe, ask for their data, ask to forget them, delete them."""
    shop = web.store(name)
    one = _customer(shop, number)
    deeds = {
        "subscribe": lambda: shop.set_email_consent(one, "SUBSCRIBED"),
        "unsubscribe": lambda: shop.set_email_consent(one, "UNSUBSCRIBED"),
        "birthday": lambda: shop.set_metafield(one, "facts.birth_date", value=request.form.get("birthday", "")),
        "request-data": lambda: shop.request_data(one.email or ""),
        "redact": lambda: shop.redact_customer(one.email or ""),
        "delete": lambda: shop.delete_customer(one),
    }
    if action not in deeds:
        abort(404)
    away = "" if action == "delete" else f"/{number}"
    return _try(deeds[action], "Done", back=f"/store/{name}/admin/customers{away}")


def apps(name: str) -> str:
    """The app, to install or to open."""
    return web.drawn("apps.html", web.store(name))


def install(name: str) -> Response:
    """Managed install: the scopes are granted here, and the app opens."""
    shop = web.store(name)
    shop.install()
    return web.gone_to(f"/store/{name}/apps/{here().state.client_id}")


def settings(name: str) -> str:
    """Installed apps, with the button to be rid of one."""
    return web.drawn("settings.html", web.store(name))


def uninstall(name: str) -> Response:
    """The app is out at once."""
    shop = web.store(name)
    if shop.installed:
        shop.uninstall()
    return web.gone_to(f"/store/{name}/admin/settings/apps", f"{here().state.app_name} was uninstalled.")


def id_token(name: str) -> Response:
    """A fresh ID token for our own admin page, which hands it to the frame."""
    shop = web.store(name)
    if request.headers.get("X-Stand-In-Admin") != "1" or not shop.installed:
        abort(403)
    return jsonify({"token": here().tokens.id_token(shop.name)})


def embedded(name: str, client_id: str, *, path: str = "") -> Response | str:
    """The app in a frame, opened the way admin.shopify.com opens it."""
    shop, stand_in = web.store(name), here()
    if client_id != stand_in.state.client_id:
        abort(404)
    if not shop.installed:
        return web.gone_to(f"/store/{name}/admin/apps")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(stand_in.state.app_url))
    return web.drawn("app.html", shop, source=frame_source(shop, path), origin=origin)


def frame_source(shop: Shop, path: str = "") -> str:
    """The address of the frame: signed, and with an ID token that is good for a minute."""
    state = shop.state
    passed = {key: value for key, value in request.args.items() if key not in {"hmac", "id_token", "shop", "host"}}
    query = {
        **passed,
        "embedded": "1",
        "shop": shop.domain,
        "host": host_param(shop.name),
        "timestamp": str(int(state.now().timestamp())),
        "session": f"{shop.id:064x}",
        "locale": "en",
        "id_token": shop.tokens.id_token(shop.name),
    }
    return f"{state.app_url}/{path}?{urlencode(with_hmac(query, state.signing_secret))}"
