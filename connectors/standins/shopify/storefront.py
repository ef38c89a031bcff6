"""The storefront of a stand-in store: shelves, sign-up, cart and a till with two steps."""

from hashlib import sha256
from typing import Any

from flask import Flask, Response, abort, render_template, request, session

from connectors.standins.shopify import till, web
from connectors.standins.shopify.records import Customer, Product
from connectors.standins.shopify.shop import Shop
from connectors.standins.shopify.stand_in import StandIn

PER_PAGE = 24
FORM = 200


def plug_in(app: Flask, stand_in: StandIn) -> None:
    """Add the storefront's pages."""
    till.plug_in(app, stand_in)
    root = "/store/<name>"
    app.get(f"{root}/")(shelves)
    app.get(f"{root}/products/<handle>")(product)
    app.get(f"{root}/products/<handle>.svg")(picture)
    app.get(f"{root}/account/register")(register)
    app.post(f"{root}/account/register")(sign_up)
    app.get(f"{root}/account")(account)
    app.post(f"{root}/account/newsletter")(newsletter)
    app.post(f"{root}/account/logout")(log_out)
    app.get(f"{root}/account/unsubscribe/<int:number>")(unsubscribe)
    app.post(f"{root}/account/unsubscribe/<int:number>")(unsubscribe)
    app.get(f"{root}/orders/<int:number>")(order_status)
    app.jinja_env.globals.update(cart_count=till.cart_count)


def shelves(name: str) -> str:
    """What there is to buy."""
    shop = web.store(name)
    found = [one for one in shop.products.values() if one.status == "ACTIVE"]
    at = max(1, request.args.get("page", 1, type=int))
    start = (at - 1) * PER_PAGE
    more = len(found) > start + PER_PAGE
    return web.drawn("shelves.html", shop, found=found[start : start + PER_PAGE], page=at, more=more)


def _product(shop: Shop, handle: str) -> Product:
    return next((one for one in shop.products.values() if one.handle == handle), None) or abort(404)


def product(name: str, handle: str) -> str:
    """One product."""
    shop = web.store(name)
    return web.drawn("product.html", shop, product=_product(shop, handle), customer=member(shop))


def picture(name: str, handle: str) -> Response:
    """A drawing of a product: its first letters on a colour of its own."""
    found = _product(web.store(name), handle)
    hue = int(sha256(found.handle.encode()).hexdigest()[:4], 16) % 360
    letters = "".join(word[0] for word in found.title.split() if word[0].isalnum())[:3].upper()
    return Response(render_template("picture.svg", hue=hue, letters=letters), mimetype="image/svg+xml")


def text(field: str) -> str:
    """What was written into a field of a form, trimmed and not endless."""
    return request.form.get(field, "").strip()[:FORM]


def member(shop: Shop) -> Customer | None:
    """The customer who is signed in here."""
    number = session.get(f"member-{shop.name}")
    return shop.customers.get(number) if number else None


def register(name: str) -> str:
    """The form to sign up, or to come back."""
    return web.drawn("register.html", web.store(name))


def sign_up(name: str) -> Response:
    """A new account, or the old one of that address; there are no passwords in a stand-in."""
    shop = web.store(name)
    email = text("email").lower()
    if "@" not in email:
        return web.gone_to(f"/store/{name}/account/register", "Please enter an e-mail address.")
    ticked = "accepts_marketing" in request.form
    one = shop.by_email.get(email)
    if one is None:
        names: Any = {"first_name": text("first_name") or None, "last_name": text("last_name") or None}
        one = shop.create_customer(email=email, state="ENABLED", accepts_marketing=ticked, **names)
        if text("birthday"):
            shop.set_metafield(one, "facts.birth_date", value=text("birthday"))
    elif ticked and one.email_consent.state != "SUBSCRIBED":
        shop.set_email_consent(one, "SUBSCRIBED")
    session[f"member-{name}"] = one.id
    return web.gone_to(f"/store/{name}/account", "Welcome!")


def account(name: str) -> Response | str:
    """Who is signed in, what they bought, and their newsletter."""
    shop = web.store(name)
    one = member(shop)
    if one is None:
        return web.gone_to(f"/store/{name}/account/register")
    return web.drawn("account.html", shop, customer=one)


def newsletter(name: str) -> Response:
    """Turn the newsletter on or off."""
    shop = web.store(name)
    one = member(shop) or abort(403)
    wanted = "SUBSCRIBED" if "accepts_marketing" in request.form else "UNSUBSCRIBED"
    if one.email_consent.state != wanted:
        shop.set_email_consent(one, wanted)
    return web.gone_to(f"/store/{name}/account", "Saved.")


def log_out(name: str) -> Response:
    """Nobody is signed in any more."""
    session.pop(f"member-{name}", None)
    return web.gone_to(f"/store/{name}/")


def unsubscribe(name: str, number: int) -> Response | str:
    """The platform's own way out of all mail; it takes a press of the button."""
    shop = web.store(name)
    one = shop.customers.get(number) or abort(404)
    if request.method == "POST":
        shop.set_email_consent(one, "UNSUBSCRIBED")
        return web.gone_to(f"/store/{name}/", "You will get no more marketing mail.")
    return web.drawn("unsubscribe.html", shop)


def order_status(name: str, number: int) -> str:
    """Where an order is."""
    shop = web.store(name)
    return web.drawn("order_status.html", shop, order=shop.orders.get(number) or abort(404))
