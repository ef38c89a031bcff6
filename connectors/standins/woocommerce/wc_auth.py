"""The install screens: /wc-auth/v1/authorize, login, Approve and Deny, the keys server to server, and the way back.

One deviation from the real store: a callback_url over http is taken when its host is loopback, because a demo runs there.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urlsplit

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from connectors.standins.woocommerce import outbound, session
from connectors.standins.woocommerce.model import MANAGERS, ApiKey, User
from connectors.standins.woocommerce.payloads.links import php_json
from connectors.standins.woocommerce.store import Store

NEEDED = ("app_name", "user_id", "return_url", "callback_url", "scope")
SCOPES = {
    "read": ("View customers", "View orders", "View products and coupons"),
    "write": ("Change customers", "Change orders", "Create coupons and webhooks"),
}
CALLBACK_SECONDS = 60.0
LOGIN = "wc-auth-login"


class AuthError(Exception):
    """The flow ends on a 401 page with this sentence."""


def plug(store: Store) -> Blueprint:
    """The screens, for the app of this store."""
    screens = Blueprint("wc_auth", __name__)
    flow = AuthFlow(store)
    screens.add_url_rule("/wc-auth/v1/authorize", "authorize", flow.authorize, strict_slashes=False)
    screens.add_url_rule("/wc-auth/v1/login", "login", flow.login, methods=["GET", "POST"], strict_slashes=False)
    screens.add_url_rule("/wc-auth/v1/access_granted", "granted", flow.granted, strict_slashes=False)
    screens.add_url_rule("/wc-auth/v1/logout", "logout", flow.logout, strict_slashes=False)
    screens.register_error_handler(AuthError, _refused)
    return screens


class AuthFlow:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def authorize(self) -> Response | str:
        """The page with Approve and Deny, or the way to the login."""
        asked = read(request.args)
        user = session.user_in(self._state, session.STAFF)
        if user is None:
            return redirect(link("login", asked))
        _check_rights(user)
        approve = f"{link('access_granted', asked)}&wc_auth_nonce={self._nonce(user)}"
        return render_template(
            "auth_approve.html",
            app_name=asked["app_name"],
            scope=asked["scope"],
            rights=rights(asked["scope"]),
            user=user,
            approve=approve,
            deny=back(asked, success=0),
            logout=link("logout", asked),
        )

    def login(self) -> Response | str:
        """WordPress's login in WooCommerce's clothes; afterwards the authorize page."""
        asked = read(request.args)
        error = ""
        if request.method == "POST":
            form = request.form
            given = form.get("woocommerce-login-nonce", "")
            if not session.is_nonce(self._state, None, action=LOGIN, given=given):
                raise AuthError("The login form is out of date. Go back and try again.")
            user = session.check_password(self._state, form.get("username", ""), password=form.get("password", ""))
            if user is not None:
                session.sign_in(user, session.STAFF)
                return redirect(link("authorize", asked))
            error = "Error: the username or password is not right."
        return render_template(
            "auth_login.html",
            app_name=asked["app_name"],
            error=error,
            nonce=session.nonce(self._state, None, action=LOGIN),
            here=link("login", asked),
            target=link("authorize", asked),
            deny=back(asked, success=0),
        )

    def logout(self) -> Response:
        """Somebody else wants to sign in."""
        session.sign_out(session.STAFF)
        return redirect(link("login", read(request.args)))

    def granted(self) -> Response:
        """Makes the key, hands it to the app, and only if that answers exactly 200 keeps it."""
        asked = read(request.args)
        user = session.user_in(self._state, session.STAFF)
        if user is None:
            return redirect(link("login", asked))
        _check_rights(user)
        if request.args.get("wc_auth_nonce", "") != self._nonce(user):
            raise AuthError("Invalid nonce verification")
        with self._state.lock:
            key = self._make_key(user, asked)
        # The lock must be free meanwhile, or an app that tries its keys at once would wait for itself.
        if not hand_over(key, asked):
            with self._state.lock:
                self._state.keys.pop(key.id, None)
            raise AuthError("An error occurred in the request and at the time were unable to send the consumer data")
        return redirect(back(asked, success=1))

    def _make_key(self, user: User, asked: Mapping[str, str]) -> ApiKey:
        made = self._state.local(self._state.now())
        description = f"{asked['app_name']} - API ({made:%Y-%m-%d %H:%M:%S})"
        return self._store.create_key(user_id=user.id, scope=asked["scope"], description=description)

    def _nonce(self, user: User) -> str:
        return session.nonce(self._state, user, action="wc_auth_grant")


def read(args: Mapping[str, str]) -> dict[str, str]:
    """The five parameters, judged as WooCommerce does. Raises AuthError."""
    asked = {}
    for name in NEEDED:
        value = args.get(name, "")
        if value in {"", "0"}:
            raise AuthError(f"Missing parameter {name}")
        asked[name] = _formatted(value) if name.endswith("_url") else value
    if asked["scope"] not in {"read", "write", "read_write"}:
        raise AuthError(f"Invalid scope {asked['scope']}")
    for name in ("return_url", "callback_url"):
        if not _is_url(asked[name]):
            raise AuthError(f"The {name} is not a valid URL")
    callback = asked["callback_url"]
    if not callback.lower().startswith("https://") and not outbound.is_loopback(callback):
        raise AuthError("The callback_url needs to be over SSL")
    return asked


def _formatted(url: str) -> str:
    # PHP decodes once more here, which is why %2B inside a callback's query breaks the flow.
    decoded = unquote_plus(url)
    return decoded if "://" in decoded else f"https://{decoded}"


def _is_url(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.scheme and parts.hostname) and re.search(r"[\s<>\"]", url) is None and url.isascii()


def link(screen: str, asked: Mapping[str, str]) -> str:
    """The next screen. app_name and user_id go in as they are, so each hop decodes them once more, as seen."""
    parts = [f"app_name={asked['app_name']}", f"user_id={asked['user_id']}"]
    parts += [f"{name}={quote(asked[name], safe='')}" for name in ("return_url", "callback_url")]
    return f"/wc-auth/v1/{screen}/?{'&'.join([*parts, 'scope=' + asked['scope']])}".replace(" ", "%20")


def back(asked: Mapping[str, str], *, success: int) -> str:
    """The app's return_url with success and user_id behind its own query."""
    url = asked["return_url"]
    return f"{url}{'&' if '?' in url else '?'}success={success}&user_id={asked['user_id']}"


def rights(scope: str) -> list[str]:
    """The sentences of the page."""
    return [line for word, lines in SCOPES.items() if word in scope for line in lines]


def hand_over(key: ApiKey, asked: Mapping[str, str]) -> bool:
    """POSTs the keys to the app; True for exactly 200. Redirects are followed with GET, so the body is lost there."""
    body = {
        "key_id": key.id,
        "user_id": asked["user_id"],
        "consumer_key": key.key,
        "consumer_secret": key.secret,
        "key_permissions": key.scope,
    }
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    callback = asked["callback_url"]
    return outbound.post_following(callback, php_json(body), headers=headers, timeout=CALLBACK_SECONDS) == 200


def _check_rights(user: User) -> None:
    if user.role not in MANAGERS:
        raise AuthError("You do not have permission to access this page")


def _refused(error: AuthError) -> tuple[str, int]:
    return render_template("auth_error.html", message=str(error)), 401
