"""The companion plugin as this store has it: a page in the admin, pairing with the app, and launch tokens for its iframe.

The contract that the real PHP plugin follows too: `POST wc-perennial/v1/pair {app_url, store_id, secret}` with the store's
REST keys; then the admin page shows `{app_url}/embed/woocommerce?launch=<token>`, and hands a fresh token from
`GET wc-perennial/v1/launch` to the iframe whenever that posts {type: "perennial:token-please", id}.
"""

import secrets
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
from flask import Response, render_template, request

from connectors.standins.woocommerce import session
from connectors.standins.woocommerce.model import Pairing, User
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import RestError, missing_param
from connectors.standins.woocommerce.store import Store

TOKEN_SECONDS = 60
REST_NONCE = "wp_rest"
VERSION = "1.0.0"
TOPICS = ("perennial_cart.updated", "perennial_interest.created", "perennial_store.deleted")


def plug(door: Door) -> None:
    """Opens the plugin's own REST routes. Their names begin with wc-, so the store's keys count there."""
    routes = PluginRoutes(door.store)
    door.add("wc-perennial/v1/pair", create=routes.pair)
    door.add("wc-perennial/v1/status", get=routes.status)
    door.add("wc-perennial/v1/launch", public=True, get=routes.launch)


def launch_token(store: Store, user: User) -> str:
    """A 60-second HS256 token that says: this user of this store opened the page. Raises ValueError while unpaired."""
    pairing = store.state.pairing
    if pairing is None:
        raise ValueError("The store is not paired.")
    now = int(store.state.now().timestamp())
    claims = {
        "iss": store.state.url,
        "aud": pairing.app_url,
        "store": pairing.store_id,
        "sub": str(user.id),
        "jti": secrets.token_urlsafe(16),
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "locale": "en-US",
    }
    return jwt.encode(claims, pairing.secret, algorithm="HS256")


class PluginRoutes:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pair(self, call: Call) -> Answer:
        """POST wc-perennial/v1/pair: from now on the page shows that app. A later pairing replaces an earlier one."""
        values = {name: call.body.get(name) for name in ("app_url", "store_id", "secret")}
        for name, value in values.items():
            if not isinstance(value, str) or not value:
                raise missing_param(name)
        if urlsplit(str(values["app_url"])).scheme not in {"http", "https"}:
            raise RestError("rest_invalid_param", "app_url is not a valid URL.", status=400)
        words: dict[str, Any] = {**values, "app_url": str(values["app_url"]).rstrip("/")}
        self._store.state.pairing = Pairing(**words)
        return Answer({"paired": True})

    def status(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET wc-perennial/v1/status: which of its topics this version of the plugin can tell."""
        return Answer({"version": VERSION, "topics": list(TOPICS)})

    def launch(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET wc-perennial/v1/launch: a fresh token for whoever is signed in to the admin, by cookie and X-WP-Nonce."""
        user = session.manager(self._store.state)
        given = request.headers.get("X-WP-Nonce", "")
        if user is None or not session.is_nonce(self._store.state, user, action=REST_NONCE, given=given):
            raise RestError("rest_cookie_invalid_nonce", "Cookie check failed", status=403)
        if self._store.state.pairing is None:
            raise RestError("perennial_not_paired", "This store is not connected to Perennial.", status=409)
        return Answer({"token": launch_token(self._store, user)}, headers=(("Cache-Control", "no-store"),))


def page(store: Store, user: User) -> Response:
    """The admin page: a Connect button while unpaired, the app's own page in an iframe once paired."""
    pairing, state = store.state.pairing, store.state
    context: dict[str, str] = {}
    if pairing is not None:
        launch = urlencode({"launch": launch_token(store, user)})
        context = {
            "frame": f"{pairing.app_url}/embed/woocommerce?{launch}",
            "origin": origin(pairing.app_url),
            "nonce": session.nonce(state, user, action=REST_NONCE),
        }
    elif store.plugin_app_url:
        context = {"connect": f"{store.plugin_app_url}/install/woocommerce?store={quote(state.url, safe='')}"}
    response = Response(
        render_template(
            "admin_perennial.html",
            user=user,
            current="perennial",
            admin_nonce=session.nonce(state, user, action="admin"),
            **context,
        )
    )
    # The token stands in the frame's address, so no address may travel onwards.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def origin(url: str) -> str:
    """Scheme, host and port of an address, as a browser writes an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
