"""The entrances: guard, parse, one call, answer."""

from pathlib import Path

from flask import Flask

from app.runtime import Runtime
from app.web import admin, errors, guard, headers, house, seen, words
from app.web.confirming import routes as confirming_routes
from app.web.devices import routes as devices_routes
from app.web.files import routes as files_routes
from app.web.health import routes as health_routes
from app.web.letters import routes as letters_routes
from app.web.outbox import routes as outbox_routes
from app.web.preferences import routes as preferences_routes
from app.web.previews import routes as previews_routes
from app.web.receipts import routes as receipts_routes
from app.web.shopify import routes as shopify_routes
from app.web.static import routes as static_routes
from app.web.storefront import routes as storefront_routes
from app.web.unsubscribe import routes as unsubscribe_routes
from app.web.webhooks import remember_doors, stand_in_front
from app.web.webhooks import routes as webhooks_routes
from app.web.woocommerce import routes as woocommerce_routes

TEMPLATES = Path(__file__).parents[2] / "templates"
MOST_FORM_BYTES = 64 * 1024
ROOMS = (
    confirming_routes,
    devices_routes,
    files_routes,
    health_routes,
    letters_routes,
    outbox_routes,
    preferences_routes,
    previews_routes,
    receipts_routes,
    shopify_routes,
    static_routes,
    storefront_routes,
    unsubscribe_routes,
    webhooks_routes,
    woocommerce_routes,
)


def plug(runtime: Runtime) -> Flask:
    """Flask with our routes, each behind its guard. Raises UnguardedRouteError where one has none."""
    app = errors.House("app", template_folder=str(TEMPLATES), static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_FORM_BYTES
    # An address is right or it is not: no redirect of ours is built from a Host header that somebody made up.
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    settle_in(app, runtime)
    for room in (*ROOMS, *admin.rooms()):
        app.register_blueprint(room)
    words.teach(app)
    seen.teach(app)
    errors.tell_errors(app)
    headers.put_headers(app, is_secure=runtime.config.app_url.startswith("https://"))
    guard.post_guards(app)
    stand_in_front(app)
    return app


def settle_in(app: Flask, runtime: Runtime) -> None:
    """All that the app keeps of a runtime. Another one may follow it, where both are reached over https or neither is."""
    house.move_in(app, runtime)
    remember_doors(app, runtime)
