"""A stand-in Shopify: stores with an admin, a storefront, the Admin API and webhooks, written from the platform's facts."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Flask

from connectors.standins.shopify import admin, api, app_proxy, oauth, storefront
from connectors.standins.shopify.faults import Faults
from connectors.standins.shopify.shop import Profile, Shop
from connectors.standins.shopify.stand_in import StandIn
from connectors.standins.shopify.state import State
from connectors.standins.shopify.tokens import TokenBook
from connectors.standins.shopify.webhooks import Delivery, Queue

if TYPE_CHECKING:
    from connectors.standins.history import History

__all__ = ["Delivery", "Faults", "Profile", "Queue", "Shop", "StandIn", "create_standin"]


def create_standin(
    *,
    app_url: str,
    client_id: str,
    client_secret: str,
    now: Callable[[], datetime],
    history: "History | None" = None,
    control_key: str | None = None,
    **settings: Any,
) -> StandIn:
    """A Shopify that knows one app, at `app_url`, by its client id and secret. `now` is its only clock.

    `history` fills the stores that ask for it; with `control_key` faults can be set over HTTP. `settings` are other
    fields of State: scopes, topics, webhook_path, webhook_version, public_app, app_name, public_url.
    """
    state = State(
        app_url=app_url.rstrip("/"),
        client_id=client_id,
        client_secrets=[client_secret],
        now=now,
        history=history,
        control_key=control_key,
        **settings,
    )
    tokens = TokenBook(state)
    wsgi = Flask("connectors.standins.shopify", template_folder="pages", static_folder=None)
    made = StandIn(state=state, faults=Faults(tokens.expire), tokens=tokens, webhooks=Queue(state), wsgi=wsgi)
    made.webhooks.before_flush = made.catch_up
    for part in (api, oauth, admin, storefront, app_proxy):
        part.plug_in(wsgi, made)
    return made
