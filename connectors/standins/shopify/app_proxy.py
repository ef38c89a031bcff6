"""The app proxy: a page of the storefront asks the app, and Shopify signs the query and says who is signed in."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

import requests
from flask import Flask, Response, request

from connectors.standins.shopify import storefront, web
from connectors.standins.shopify.api import here
from connectors.standins.shopify.stand_in import StandIn

PREFIX = "/apps/perennial"
SECONDS = 10


def plug_in(app: Flask, stand_in: StandIn) -> None:
    """Add the proxy of the one app that there is."""
    _ = stand_in
    app.route(f"/store/<name>{PREFIX}/<path:path>", methods=("GET", "POST"))(passed_on)


def passed_on(name: str, path: str) -> Response:
    """The visitor's query and body, with what Shopify adds, and the app's answer."""
    shop, state = web.store(name), here().state
    member = storefront.member(shop)
    added = {
        "shop": f"{name}.myshopify.com",
        "logged_in_customer_id": str(member.id) if member else "",
        "path_prefix": PREFIX,
        "timestamp": str(int(state.now().timestamp())),
    }
    query = {**request.args.to_dict(), **added}
    query["signature"] = signature(query, state.signing_secret)
    kind = request.headers.get("Content-Type", "application/x-www-form-urlencoded")
    url = f"{state.app_url}{state.proxy_path}/{path}?{urlencode(query)}"
    try:
        told = requests.request(
            request.method, url, data=request.get_data(), headers={"Content-Type": kind}, timeout=SECONDS
        )
    except requests.RequestException:
        return Response(status=502)
    return Response(told.content, status=told.status_code, content_type=told.headers.get("Content-Type"))


def signature(query: Mapping[str, str], secret: str) -> str:
    """Hex HMAC-SHA256 over name=value of every parameter but this, sorted, with nothing between them."""
    text = "".join(f"{name}={value}" for name, value in sorted(query.items()) if name != "signature")
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()
