"""Cart and checkout of a stand-in storefront: contact first, then pay; who leaves in between left a checkout behind."""

import hmac
from typing import Any

from flask import Flask, Response, abort, request, session

from connectors.standins.shopify import web
from connectors.standins.shopify.records import Checkout, Variant
from connectors.standins.shopify.shop import Shop
from connectors.standins.shopify.stand_in import StandIn

MOST = 99
FORM = 200


def plug_in(app: Flask, stand_in: StandIn) -> None:
    """Add cart and checkout."""
    _ = stand_in
    root = "/store/<name>"
    app.get(f"{root}/cart")(cart)
    app.post(f"{root}/cart/add")(add)
    app.post(f"{root}/cart/change")(change)
    app.get(f"{root}/checkout")(contact)
    app.post(f"{root}/checkout")(leave_contact)
    app.get(f"{root}/checkouts/<token>")(review)
    app.get(f"{root}/checkouts/<token>/recover")(recover)
    app.post(f"{root}/checkouts/<token>/pay")(pay)
    app.get(f"{root}/checkouts/<token>/thank-you")(thanks)
    app.get(f"{root}/discount/<code>")(discount)


def _cart(shop: Shop) -> dict[str, int]:
    found: dict[str, int] = session.get(f"cart-{shop.name}", {})
    return found


def _keep(shop: Shop, found: dict[str, int]) -> None:
    session[f"cart-{shop.name}"] = {key: min(MOST, count) for key, count in found.items() if count > 0}


def cart_count(shop: Shop) -> int:
    """How many things are in the cart."""
    return sum(_cart(shop).values())


def wanted(shop: Shop) -> list[tuple[Variant, int]]:
    """What is in the cart and still sold."""
    known = {str(one.id): one for one in shop.variants}
    return [(known[key], count) for key, count in _cart(shop).items() if key in known]


def _total(items: list[tuple[Variant, int]]) -> int:
    return sum(one.price * count for one, count in items)


def cart(name: str) -> str:
    """The cart."""
    shop = web.store(name)
    items = wanted(shop)
    return web.drawn("cart.html", shop, items=items, total=_total(items))


def add(name: str) -> Response:
    """Put a thing into the cart."""
    shop = web.store(name)
    key = request.form.get("variant", "")
    found = _cart(shop)
    _keep(shop, {**found, key: found.get(key, 0) + request.form.get("quantity", 1, type=int)})
    return web.gone_to(f"/store/{name}/cart")


def change(name: str) -> Response:
    """Another number of a thing; 0 takes it out."""
    shop = web.store(name)
    _keep(shop, {**_cart(shop), request.form.get("variant", ""): request.form.get("quantity", 0, type=int)})
    return web.gone_to(f"/store/{name}/cart")


def contact(name: str) -> Response | str:
    """The first step: who are you?"""
    shop = web.store(name)
    items = wanted(shop)
    if not items:
        return web.gone_to(f"/store/{name}/cart")
    known = shop.customers.get(session.get(f"member-{name}", 0))
    return web.drawn("contact.html", shop, items=items, total=_total(items), known=known)


def leave_contact(name: str) -> Response:
    """With an address the checkout exists, and stays when the shopper goes."""
    shop = web.store(name)
    email = request.form.get("email", "").strip().lower()[:FORM]
    if "@" not in email or not wanted(shop):
        return web.gone_to(f"/store/{name}/checkout", "Please enter an e-mail address.")
    names: Any = {key: request.form.get(key, "").strip()[:FORM] or None for key in ("first_name", "last_name")}
    made = shop.start_checkout(
        email=email, items=wanted(shop), accepts_marketing="accepts_marketing" in request.form, address=_address(shop)
    )
    session[f"names-{made.token}"] = names
    return web.gone_to(f"/store/{name}/checkouts/{made.token}")


def _address(shop: Shop) -> dict[str, str]:
    given = {key: request.form.get(key, "").strip()[:FORM] for key in ("address1", "city", "zip")}
    names = {key: request.form.get(key, "").strip()[:FORM] for key in ("first_name", "last_name")}
    country = shop.profile.country
    said = {**names, **given, "country": country, "country_code": country}
    return {key: value for key, value in said.items() if value}


def _checkout(shop: Shop, token: str) -> Checkout:
    found = (one for one in shop.checkouts.values() if hmac.compare_digest(one.token.encode(), token.encode()))
    return next(found, None) or abort(404)


def review(name: str, token: str) -> Response | str:
    """The second step: pay."""
    shop = web.store(name)
    one = _checkout(shop, token)
    if one.completed_at is not None:
        return web.gone_to(f"/store/{name}/checkouts/{token}/thank-you")
    return web.drawn("review.html", shop, checkout=one, code=session.get(f"discount-{name}", ""))


def recover(name: str, token: str) -> Response:
    """The link in a reminder: the basket is as it was left."""
    shop = web.store(name)
    one = _checkout(shop, token)
    if not hmac.compare_digest(request.args.get("key", "").encode(), one.recovery_key.encode()):
        abort(404)
    _keep(shop, {str(part.variant.id): part.quantity for part in one.lines})
    return web.gone_to(f"/store/{name}/checkouts/{token}")


def pay(name: str, token: str) -> Response:
    """Buy what is in the checkout."""
    shop = web.store(name)
    one = _checkout(shop, token)
    if one.completed_at is not None:
        return web.gone_to(f"/store/{name}/checkouts/{token}/thank-you")
    code = request.form.get("discount_code", "").strip()[:FORM] or None
    names: Any = session.get(f"names-{token}", {})
    try:
        shop.place_order(checkout=one, discount_code=code, address=_said_address(one), **names)
    except ValueError as no:
        return web.gone_to(f"/store/{name}/checkouts/{token}", f"{no}.")
    _keep(shop, {})
    session.pop(f"discount-{name}", None)
    return web.gone_to(f"/store/{name}/checkouts/{token}/thank-you")


def _said_address(one: Checkout) -> dict[str, str]:
    """The checkout's address as words again."""
    fields = ("first_name", "last_name", "address1", "city", "zip", "country", "country_code")
    found = {key: getattr(one.shipping_address, key, None) for key in fields}
    return {key: value for key, value in found.items() if value}


def thanks(name: str, token: str) -> str:
    """The page after paying."""
    shop = web.store(name)
    one = _checkout(shop, token)
    bought = [order for order in shop.orders.values() if order.checkout_token == one.token]
    return web.drawn("thanks.html", shop, order=bought[-1] if bought else abort(404))


def discount(name: str, code: str) -> Response:
    """A shared discount link: the code waits at the till."""
    session[f"discount-{name}"] = code[:FORM]
    path = request.args.get("redirect", "/")
    # Only own paths: what a browser could read as another site leads home.
    inside = path if path.startswith("/") and path.isprintable() and not path.startswith(("//", "/\\")) else "/"
    return web.gone_to(f"/store/{name}{inside}", f"Discount code {code[:FORM]} will be applied at the checkout.")
