"""The doors for programs: the Admin GraphQL API, the storage that bulk files are fetched from, and the fault switch."""

import hmac
from typing import Any

from flask import Flask, Response, abort, current_app, jsonify, request, send_file

from connectors.standins.shopify import mishaps
from connectors.standins.shopify.graph.bulk import signed
from connectors.standins.shopify.graph.engine import Call, run
from connectors.standins.shopify.graph.registry import Context
from connectors.standins.shopify.shop import Shop
from connectors.standins.shopify.stand_in import StandIn
from connectors.standins.shopify.tokens import Access
from connectors.standins.shopify.versions import answering

LARGEST_BODY = 1_000_000
UNKNOWN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
NEVER_EXPIRES = (
    "[API] Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline tokens."
)


def here() -> StandIn:
    """The stand-in that this request came to."""
    found: StandIn = current_app.extensions["stand-in"]
    return found


def base_url() -> str:
    """Where this program is reached, whatever the Host header calls it."""
    public = here().state.public_url
    if public:
        return public.rstrip("/")
    return f"http://{request.environ['SERVER_NAME']}:{request.environ['SERVER_PORT']}"


def store_at_host() -> Shop:
    """The store that the Host header names; 404 for none."""
    found = here().state.shop_at(request.host)
    if found is None:
        abort(404)
    return found


def plug_in(app: Flask, stand_in: StandIn) -> None:
    """Add these doors to the program."""
    app.extensions["stand-in"] = stand_in
    app.post("/admin/api/<version>/graphql.json")(graphql)
    app.get("/storage/<name>/bulk-<int:number>.jsonl")(storage)
    app.post("/__standin__/faults")(set_faults)


def graphql(version: str) -> Response:
    """One GraphQL call."""
    shop, stand_in = store_at_host(), here()
    answer = mishaps.before(stand_in.faults, "graphql")
    if answer is not None:
        return answer
    answered_by = answering(version)
    if answered_by is None:
        return _said({"errors": "Not Found"}, 404)
    with stand_in.state.lock:
        token = stand_in.tokens.good(request.headers.get("X-Shopify-Access-Token", ""), shop.name)
        refusal = _refusal(token, stand_in)
        if token is None or refusal is not None:
            return refusal or _said({"errors": UNKNOWN}, 401)
        found = _executed(shop, token, version=answered_by)
    mishaps.after(stand_in.faults, "graphql")
    found.headers["X-Shopify-API-Version"] = stand_in.faults.version or answered_by
    found.headers["X-Request-Id"] = stand_in.state.uuid()
    return found


def _refusal(token: Access | None, stand_in: StandIn) -> Response | None:
    """Public apps may no longer come with tokens that never expire."""
    if token is not None and token.expires_at is None and stand_in.state.public_app:
        return _said({"errors": NEVER_EXPIRES}, 403)
    return None


def _executed(shop: Shop, token: Access, *, version: str) -> Response:
    call = _call()
    if call is None:
        return _said({"errors": {"query": "Required parameter missing or invalid"}}, 400)
    stand_in = here()
    ctx = Context(shop, token, stand_in.faults, stand_in.state.clock(), version, base_url())
    return _said(run(call, ctx), 200)


def _call() -> Call | None:
    """The body as a call; what is no JSON object with a query is none."""
    body: Any = request.get_json(silent=True) if (request.content_length or 0) <= LARGEST_BODY else None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return None
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        return None
    return Call(body["query"], variables, body.get("operationName"))


def _said(body: Any, status: int) -> Response:
    found = jsonify(body)
    found.status_code = status
    return found


def storage(name: str, number: int) -> Response:
    """A bulk operation's file by its signed address, in parts where parts are asked for."""
    stand_in = here()
    answer = mishaps.before(stand_in.faults, "storage")
    if answer is not None:
        return answer
    shop = stand_in.state.shops.get(name)
    one = shop.bulk.get(number) if shop else None
    if shop is None or one is None or one.path is None:
        return Response("<Error><Code>NoSuchKey</Code></Error>", 404, mimetype="application/xml")
    expires, signature = signed(shop, one)
    given = request.args.get("Signature", "")
    good = hmac.compare_digest(given.encode(), signature.encode()) and request.args.get("Expires") == str(expires)
    if not good or stand_in.state.now().timestamp() > expires:
        return Response("<Error><Code>SignatureDoesNotMatch</Code></Error>", 403, mimetype="application/xml")
    found = send_file(one.path, mimetype="application/jsonl", conditional=True, etag=signature[:16])
    return mishaps.cut_short(found, one.path) if stand_in.faults.take("drop", at="storage") else found


def set_faults() -> Response:
    """Ask for a fault: JSON as Faults.obey reads it, with the key in X-Control-Key."""
    stand_in = here()
    key = stand_in.state.control_key
    given = request.headers.get("X-Control-Key", "")
    if not key or not hmac.compare_digest(given.encode(), key.encode()):
        abort(404)
    body: Any = request.get_json(silent=True)
    try:
        stand_in.faults.obey(body if isinstance(body, dict) else {})
    except ValueError:
        return _said({"errors": "not a fault"}, 400)
    return Response(status=204)
