"""What the pages of a stand-in store share: finding the store, drawing a page, and keeping strangers' forms out."""

import secrets
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, render_template, request, session

from connectors.standins.shopify.api import here
from connectors.standins.shopify.payloads.base import DECIMALS, amount
from connectors.standins.shopify.shop import Shop
from connectors.standins.shopify.stand_in import StandIn

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}
KINDS = {"css": "text/css", "js": "text/javascript"}


def plug_in(app: Flask, stand_in: StandIn) -> None:
    """Sessions, headers and the few files that pages need."""
    app.secret_key = secrets.token_hex(32)
    # A dropped connection has to reach the server as what it is.
    app.config.update(SESSION_COOKIE_NAME="stand-in-store", SESSION_COOKIE_SAMESITE="Lax", PROPAGATE_EXCEPTIONS=True)
    # Fields come in the order in which they were asked for.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.before_request(_own_forms_only)
    app.after_request(_headers)
    app.get("/assets/<name>")(asset)
    app.jinja_env.globals.update(money=money, state=stand_in.state)


def _own_forms_only() -> None:
    """A page of another site must not press our buttons."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign and request.method == "POST" and request.path.startswith("/store/"):
        abort(403)


def _headers(found: Response) -> Response:
    if found.mimetype == "text/html":
        app_origin = "{0.scheme}://{0.netloc}".format(urlsplit(here().state.app_url))
        found.headers["Content-Security-Policy"] = (
            f"default-src 'self'; img-src 'self' data:; frame-src {app_origin}; frame-ancestors 'none'; base-uri 'none'"
        )
        found.headers["Referrer-Policy"] = "same-origin"
    return found


def asset(name: str) -> Response:
    """A stylesheet or a script that ships with the stand-in."""
    kind = KINDS.get(name.rpartition(".")[2])
    if kind is None or name not in {"store.css", "admin.js", "storefront.js"}:
        abort(404)
    return Response(read(name), mimetype=kind)


def read(name: str) -> str:
    """The text of a shipped file."""
    return files(__package__).joinpath("assets", name).read_text()


def store(name: str) -> Shop:
    """The store of this path; 404 for none."""
    return here().state.shops.get(name) or abort(404)


def drawn(template: str, shop: Shop, **more: Any) -> str:
    """A page of a store. `said` is what the last button had to say."""
    return render_template(template, shop=shop, said=session.pop("said", None), **more)


def gone_to(target: str, said: str | None = None) -> Response:
    """Go to another page of this program, with a word to say there."""
    if said:
        session["said"] = said
    found = redirect(target)
    return Response(status=303, headers={"Location": found.location})


def money(minor: int, currency: str) -> str:
    """An amount as a shopper reads it."""
    text = amount(minor, currency) if DECIMALS.get(currency, 2) else str(minor)
    return SYMBOLS[currency] + text if currency in SYMBOLS else f"{text} {currency}"
