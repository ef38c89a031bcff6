"""The entrances: guard, parse, one call, answer."""

from pathlib import Path

from flask import Flask

from app.runtime import Runtime
from app.web import (
    errors,
    guard,
    headers,
    health,
    house,
    outbox,
    settings,
    shopify,
    static,
    unsubscribe,
    webhooks,
    woocommerce,
    words,
)

TEMPLATES = Path(__file__).parents[2] / "templates"
MOST_FORM_BYTES = 64 * 1024


def flask_app(runtime: Runtime) -> Flask:
    """Flask with our routes, each behind its guard. Raises UnguardedRouteError where one has none."""
    app = errors.House("app", template_folder=str(TEMPLATES), static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_FORM_BYTES
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    house.move_in(app, runtime)
    webhooks.remember_doors(app, runtime)
    for room in (health, outbox, settings, shopify, static, unsubscribe, webhooks, woocommerce):
        app.register_blueprint(room.routes)
    words.teach(app)
    errors.tell_errors(app)
    headers.put_headers(app, is_secure=runtime.config.app_url.startswith("https://"))
    guard.post_guards(app)
    return app
