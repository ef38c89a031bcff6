"""Shopify's doors: the app's home inside and outside of the admin, the bounce page, and the grant for custom apps."""

from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.exceptions import BadRequest, Unauthorized
from werkzeug.wrappers import Response as Answer

from app.pipeline import approval, arrival
from app.translations import marked
from app.web import admin
from app.web.documents import BOUNCE, NO_ANSWER
from app.web.guard import Guard, guarded
from app.web.headers import app_bridge, open_to_claimed_shop
from app.web.house import runtime
from app.web.notice import notice
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.stores.shopify import Shopify
from connectors.stores.shopify import install as shopify

PLATFORM = Shopify.platform
COOKIE = "perennial_install"
COOKIE_PATH = "/install/shopify"
COOKIE_PURPOSE = "install-cookie"

routes = Blueprint("shopify", __name__)


@routes.get("/")
@guarded(Guard.PLATFORM_DOCUMENT)
def home() -> Answer:
    """Inside the admin on to the first page, which judges the token; outside the way into the admin, or what this is."""
    if request.args.get("embedded") == "1":
        return redirect(f"{admin.FIRST}?{request.query_string.decode('latin-1')}")
    if elsewhere := _admin():
        return redirect(elsewhere)
    return make_response(render_template("landing.html"))


def _admin() -> str | None:
    """Where the app lives in the admin that the query names; None where it names none of Shopify's."""
    client_id = runtime().config.shopify_client_id
    if not client_id:
        return None
    shop = shopify.valid_shop(request.args.get("shop", ""))
    host = shopify.admin_app_url(request.args.get("host", ""), client_id)
    found = host or (shop and shopify.store_app_url(shop, client_id))
    return found and _reachable(found)


@routes.get(BOUNCE)
@guarded(Guard.PUBLIC)
def bounce() -> str:
    """A page with App Bridge and nothing else: it reads `shopify-reload`, fetches a token, and goes there."""
    if shopify.safe_path(request.args.get("shopify-reload", "")) is None:
        raise BadRequest(marked("The way back is not one of our own pages."))
    open_to_claimed_shop(shopify.valid_shop(request.args.get("shop", "")) or "")
    return render_template(
        "bounce.html", app_bridge=app_bridge(runtime()), client_id=runtime().config.shopify_client_id
    )


@routes.get("/install/shopify")
@guarded(Guard.PUBLIC)
def install() -> Answer:
    """Begin the authorization-code grant of a custom app; the state is bound to this browser by a short-lived cookie."""
    shop = shopify.valid_shop(request.args.get("shop", ""))
    if shop is None:
        raise BadRequest(marked("Please begin in your store's admin: this address needs a store of Shopify."))
    if "hmac" in request.args and not arrival.shopify(runtime()).is_signed(request.query_string.decode("latin-1")):
        raise Unauthorized(
            marked("This link was not made by Shopify, or is too old. Please begin again in your store's admin.")
        )
    state = approval.begin(runtime(), platform=PLATFORM, address=shop)
    answer = redirect(_authorize_url(shop, state))
    _bind(answer, state)
    return answer


@routes.get("/install/shopify/callback")
@guarded(Guard.PUBLIC)
def callback() -> Answer:
    """The end of the grant: signed by Shopify, begun in this browser, once. Then the code is turned into keys."""
    shop = shopify.valid_shop(request.args.get("shop", "")) or ""
    if not arrival.shopify(runtime()).is_signed(request.query_string.decode("latin-1")):
        raise Unauthorized(marked("This address was not made by Shopify, or is too old. Please begin again."))
    if not _is_bound() or not approval.spend(runtime(), request.args["state"], platform=PLATFORM, address=shop):
        raise Unauthorized(
            marked("This installation was begun elsewhere, is over, or was finished already. Please begin again.")
        )
    answer = _redeemed(shop, request.args.get("code", ""))
    answer.delete_cookie(COOKIE, path=COOKIE_PATH)
    return answer


def _redeemed(shop: str, code: str) -> Answer:
    try:
        arrival.redeem(runtime(), shop, code=code)
    except Temporary:
        return notice(marked("One moment, please"), NO_ANSWER, status=503)
    except (Unauthorised, Permanent, Malformed):
        return notice(
            marked("Shopify does not let us in"), marked("Please begin again in your store's admin."), status=502
        )
    return redirect(_admin() or "/")


def _authorize_url(shop: str, state: str) -> str:
    """Shopify's own screen of the grant."""
    redirect_uri = f"{runtime().config.app_url}/install/shopify/callback"
    return _reachable(arrival.shopify(runtime()).authorize_url(shop, state, redirect_uri=redirect_uri))


def _reachable(url: str) -> str:
    """An address of Shopify as a browser reaches it: a stand-in has every store's pages below /store/<name>."""
    standin, parts = runtime().config.shopify_standin, urlsplit(url)
    if not standin:
        return url
    shop = parts.netloc.removesuffix(".myshopify.com")
    path = parts.path if shop == parts.netloc else f"/store/{shop}{parts.path}"
    return f"{standin}{path}" + (f"?{parts.query}" if parts.query else "")


def _bind(answer: Answer, state: str) -> None:
    answer.set_cookie(
        COOKIE,
        runtime().signer.sign(COOKIE_PURPOSE, state),
        max_age=int(approval.LIFE.total_seconds()),
        path=COOKIE_PATH,
        secure=runtime().config.app_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )


def _is_bound() -> bool:
    """Whether the state that came back is the one that this browser was sent away with."""
    held = runtime().signer.read(COOKIE_PURPOSE, request.cookies.get(COOKIE, ""), max_age=approval.LIFE)
    return isinstance(held, str) and held != "" and held == request.args.get("state")
