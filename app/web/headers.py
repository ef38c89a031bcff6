"""The security headers of every answer. Who may frame a page comes from the verified store and from nothing else."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, Response, g, request

from app.links import joined, origin
from app.runtime import Runtime
from app.web.house import runtime
from connectors.stores.shopify import install as shopify

APP_BRIDGE = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
SHOPIFY_ADMIN = "https://admin.shopify.com"
HSTS = "max-age=31536000"
# Of an answer that does not say them itself.
ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"))

_BARE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Frame:
    """What one page may do: `ancestors` may frame it, `scripts` are origins it loads scripts from, `forms` where it posts."""

    ancestors: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ("'self'",)


def open_frame(frame: Frame) -> None:
    """Widen the policy of the answer to this request."""
    g.frame = frame


def admin_origins(house: Runtime, platform: str, *, address: str) -> tuple[str, ...]:
    """The origins of a verified store's admin."""
    if platform != "shopify":
        return (origin(address),)
    standin = house.config.shopify_standin
    return (f"https://{address}", SHOPIFY_ADMIN, *((origin(standin),) if standin else ()))


def open_to_admin(platform: str, address: str) -> None:
    """Let the admin of a verified store frame this page, and let the page load that platform's App Bridge."""
    scripts = (origin(app_bridge(runtime())),) if platform == "shopify" else ()
    open_frame(Frame(ancestors=admin_origins(runtime(), platform, address=address), scripts=scripts))


def open_to_claimed_shop(shop: str) -> None:
    """For the bounce page, which holds nothing: it has to load inside the admin before anybody could be verified."""
    if shopify.valid_shop(shop) == shop:
        open_to_admin("shopify", shop)


def app_bridge(house: Runtime) -> str:
    """The address of App Bridge: Shopify's, or the stand-in's."""
    standin = house.config.shopify_standin
    return f"{standin}/app-bridge.js" if standin else APP_BRIDGE


def nonce() -> str:
    """The word that marks our own scripts in this answer."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def mail_policy(ancestors: Sequence[str]) -> str:
    """The policy of a shown mail: no script, no form, its own styles, pictures from anywhere; links open a tab of their own."""
    return (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        f"img-src https: http: data:; base-uri 'self'; form-action 'none'; frame-ancestors {joined(ancestors)}"
    )


def put_headers(flask_app: Flask, *, is_secure: bool) -> None:
    """Have every answer carry them. `is_secure` where the app is reached over https only."""

    always = _always(is_secure=is_secure)

    @flask_app.after_request
    def put(response: Response) -> Response:
        said = {name.lower() for name, _ in response.headers}
        if "content-security-policy" not in said:
            policy = _policy() if response.mimetype == "text/html" else _BARE
            response.headers.add("Content-Security-Policy", policy)
        response.headers.extend([one for one in always if one[0].lower() not in said])
        return response


@lru_cache
def of_nothing(*, is_secure: bool) -> tuple[tuple[str, str], ...]:
    """All the headers of a 200 without a word, as Flask would give them."""
    kind, policy = ("Content-Type", "text/plain; charset=utf-8"), ("Content-Security-Policy", _BARE)
    return (kind, ("Content-Length", "0"), policy, *_always(is_secure=is_secure))


def _always(*, is_secure: bool) -> tuple[tuple[str, str], ...]:
    return (*ALWAYS, ("Strict-Transport-Security", HSTS)) if is_secure else ALWAYS


def _policy() -> str:
    """A page's policy. Inside a frame there is no X-Frame-Options: it knows no list and would blank the page."""
    frame: Frame = g.get("frame", Frame())
    parts = {
        "default-src": ("'none'",),
        "script-src": (f"'nonce-{nonce()}'", *frame.scripts),
        "style-src": ("'self'",),
        "img-src": ("'self'", "data:"),
        "connect-src": ("'self'", *frame.scripts),
        "frame-src": ("'self'",),
        "base-uri": ("'none'",),
        "form-action": frame.forms,
        "frame-ancestors": frame.ancestors or ("'none'",),
    }
    return "; ".join(f"{name} {joined(values)}" for name, values in parts.items())


def is_for_people() -> bool:
    """Whether the answer to this request is a page that somebody reads, not data for a program."""
    if request.path.startswith("/admin/"):
        return request.method in ("GET", "HEAD") and "Authorization" not in request.headers
    return not request.path.startswith(("/webhooks/", "/healthz", "/install/woocommerce/keys"))
