"""The token endpoint of a stand-in store, and the page on which a merchant approves an app of the older kind."""

import hmac
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, jsonify, redirect, render_template, request

from connectors.standins.shopify import mishaps
from connectors.standins.shopify.api import here, store_at_host
from connectors.standins.shopify.links import host_param, with_hmac
from connectors.standins.shopify.shop import Shop
from connectors.standins.shopify.stand_in import StandIn
from connectors.standins.shopify.tokens import Refused

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"


def plug_in(app: Flask, stand_in: StandIn) -> None:
    """Add the endpoint and the page, by host and by path for a browser that cannot choose its host."""
    _ = stand_in
    app.post("/admin/oauth/access_token")(access_token)
    app.get("/admin/oauth/authorize")(authorize_by_host)
    app.add_url_rule("/store/<name>/admin/oauth/authorize", view_func=authorize, methods=["GET", "POST"])


def access_token() -> Response:
    """Token exchange, refresh, and the code grant: JSON or a form in, JSON out."""
    shop, stand_in = store_at_host(), here()
    answer = mishaps.before(stand_in.faults, "token")
    if answer is not None:
        return answer
    body: Any = request.get_json(silent=True)
    said = {key: str(value) for key, value in (body if isinstance(body, dict) else request.form).items()}
    try:
        with stand_in.state.lock:
            _check_client(stand_in, shop, said=said)
            granted = _granted(stand_in, shop, said=said)
    except Refused as no:
        found = jsonify({"error": no.error, "error_description": no.description})
        found.status_code = no.status
        return found
    mishaps.after(stand_in.faults, "token")
    return jsonify(granted)


def _check_client(stand_in: StandIn, shop: Shop, *, said: dict[str, str]) -> None:
    """Raises Refused invalid_client for a wrong secret, and where the app is not in."""
    secret = said.get("client_secret", "").encode()
    known = any(hmac.compare_digest(secret, one.encode()) for one in stand_in.state.client_secrets)
    waiting = said.get("code", "") in stand_in.tokens.codes
    if not known or said.get("client_id") != stand_in.state.client_id or not (shop.installed or waiting):
        raise Refused("invalid_client", "Client authentication failed")


def _granted(stand_in: StandIn, shop: Shop, *, said: dict[str, str]) -> dict[str, Any]:
    expiring = said.get("expiring") in {"1", "true", "True"}
    kind = said.get("grant_type", "")
    if kind == EXCHANGE:
        return _exchanged(stand_in, shop, said=said)
    if kind == "refresh_token":
        return stand_in.tokens.renew(shop.name, said.get("refresh_token", ""))
    if "code" in said and kind in {"", "authorization_code"}:
        answer = stand_in.tokens.redeem(said["code"], shop.name, expiring=expiring)
        shop.install(answer["scope"].split(","))
        return answer
    raise Refused("unsupported_grant_type", "The grant type is not supported")


def _exchanged(stand_in: StandIn, shop: Shop, *, said: dict[str, str]) -> dict[str, Any]:
    if said.get("subject_token_type") != ID_TOKEN:
        raise Refused("invalid_request", "Invalid subject_token_type")
    stand_in.tokens.read_id_token(said.get("subject_token", ""), shop.name)
    scopes = frozenset(shop.granted)
    wanted = said.get("requested_token_type", ONLINE)
    if wanted == ONLINE:
        return stand_in.tokens.grant_online(shop.name, scopes)
    if wanted != OFFLINE:
        raise Refused("invalid_request", "Invalid requested_token_type")
    return stand_in.tokens.grant_offline(shop.name, scopes, expiring=said.get("expiring") in {"1", "true", "True"})


def authorize_by_host() -> Response:
    """The real address of the approval page leads to the one that a browser here can open."""
    shop = store_at_host()
    return _away(f"/store/{shop.name}/admin/oauth/authorize?{request.query_string.decode()}")


def _away(target: str) -> Response:
    found = redirect(target)
    return Response(status=302, headers={"Location": found.location})


def authorize(name: str) -> Response | str:
    """Ask the merchant, and on a yes send them back to the app with a code."""
    stand_in = here()
    shop = stand_in.state.shops.get(name) or abort(404)
    asked = request.args
    back = asked.get("redirect_uri", "")
    if asked.get("client_id") != stand_in.state.client_id:
        return Response("Oauth error invalid_request: Could not find Shopify API application with api_key", 400)
    if not _own(back, stand_in.state.app_url):
        return Response("Oauth error invalid_request: The redirect_uri is not whitelisted", 400)
    if request.method == "GET":
        return render_template(
            "authorize.html", shop=shop, app_name=stand_in.state.app_name, scopes=asked.get("scope", "").split(",")
        )
    return _approved(stand_in, shop, back=back)


def _approved(stand_in: StandIn, shop: Shop, *, back: str) -> Response:
    scopes = frozenset(part for part in request.args.get("scope", "").split(",") if part)
    online = "per-user" in request.args.getlist("grant_options[]")
    code = stand_in.tokens.code(shop.name, scopes, online=online)
    query = {
        "code": code,
        "host": host_param(shop.name),
        "shop": shop.domain,
        "state": request.args.get("state", ""),
        "timestamp": str(int(stand_in.state.now().timestamp())),
    }
    joint = "&" if urlsplit(back).query else "?"
    return _away(back + joint + urlencode(with_hmac(query, stand_in.state.signing_secret)))


def _own(back: str, app_url: str) -> bool:
    """Only addresses of the app itself are sent to."""
    there, own = urlsplit(back), urlsplit(app_url)
    return (there.scheme, there.netloc) == (own.scheme, own.netloc)
