"""wc/v3/webhooks: who is told. Creating and moving one pings its address at once, before the caller has the answer."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from connectors.standins.woocommerce.model import Json, Webhook
from connectors.standins.woocommerce.payloads import coupons as shapes
from connectors.standins.woocommerce.payloads.links import href
from connectors.standins.woocommerce.rest import changes, paging
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import RestError, no_trash, not_found
from connectors.standins.woocommerce.store import Store
from connectors.standins.woocommerce.webhooks import is_topic

STATUSES = ("all", "active", "paused", "disabled")
_SORTS = {
    "date": lambda one: one.created_at,
    "id": lambda one: one.id,
    "include": lambda one: one.id,
    "title": lambda one: one.name,
}


def plug(door: Door) -> None:
    """Opens the routes of webhooks; those that ping must not hold the store's lock meanwhile."""
    routes = WebhookRoutes(door.store)
    door.add("wc/v3/webhooks", locked=False, list=routes.index, create=routes.create)
    door.add("wc/v3/webhooks/<int:id>", locked=False, get=routes.one, update=routes.update, delete=routes.delete)
    several = changes.batch(create=routes.create, update=routes.update, delete=routes.delete)
    door.add("wc/v3/webhooks/batch", locked=False, update=several)


class WebhookRoutes:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def index(self, call: Call) -> Answer:
        """GET webhooks?status=disabled."""
        status = call.params.choice("status", STATUSES, default="all")
        with self._state.lock:
            every = paging.chosen(call, list(self._state.webhooks.values()))
        found = [one for one in every if status in {"all", one.status}]
        found = paging.ordered(call, found, keys=_SORTS, default="date")
        return paging.page(call, found, show=self._show, state=self._state, path="webhooks")

    def _show(self, webhook: Webhook) -> Json:
        return shapes.webhook(self._state, webhook)

    def _find(self, call: Call) -> Webhook:
        webhook = self._state.webhooks.get(call.ids["id"])
        if webhook is None:
            raise not_found("woocommerce_rest_shop_webhook_invalid_id")
        return webhook

    def one(self, call: Call) -> Answer:
        """GET webhooks/{id}."""
        return Answer(self._show(self._find(call)))

    def create(self, call: Call) -> Answer:
        """POST webhooks: `status` is ignored, an address where nobody answers is fine."""
        body, at = call.body, self._state.now()
        _check_topic(body.get("topic"))
        _check_url(body.get("delivery_url"))
        name = str(body.get("name") or f"Webhook created on {self._state.local(at):%b %d, %Y @ %I:%M %p}")
        with self._state.lock:
            webhook = Webhook(
                id=self._state.next_id("webhook"),
                name=name,
                topic=str(body["topic"]),
                delivery_url=str(body["delivery_url"]),
                # The default is a hash of the user that nobody outside can know.
                secret=str(body.get("secret") or secrets.token_hex(16)),
                user_id=call.user_id,
                created_at=at,
                modified_at=at,
            )
            self._state.webhooks[webhook.id] = webhook
        self._store.webhooks.ping(webhook)
        return Answer(self._show(webhook), 201, (("Location", href(self._state, f"webhooks/{webhook.id}")),))

    def update(self, call: Call) -> Answer:
        """PUT webhooks/{id}: setting it active does not reset the count of failures."""
        webhook, body = self._find(call), call.body
        if "topic" in body:
            _check_topic(body["topic"])
        if "delivery_url" in body:
            _check_url(body["delivery_url"])
        moved = body.get("delivery_url", webhook.delivery_url) != webhook.delivery_url
        with self._state.lock:
            for name in ("name", "topic", "delivery_url", "status", "secret"):
                if name in body:
                    setattr(webhook, name, str(body[name]))
            webhook.modified_at = self._state.now()
        if moved:
            webhook.pending_ping = True
            self._store.webhooks.ping(webhook)
        return Answer(self._show(webhook))

    def delete(self, call: Call) -> Answer:
        """DELETE webhooks/{id}?force=true."""
        webhook = self._find(call)
        if not call.params.flag("force"):
            raise no_trash("Webhooks")
        with self._state.lock:
            del self._state.webhooks[webhook.id]
        return Answer(self._show(webhook))


def _check_topic(topic: Any) -> None:
    if not isinstance(topic, str) or not is_topic(topic):
        message = "Webhook topic is required and must be valid."
        raise RestError("woocommerce_rest_shop_webhook_invalid_topic", message, status=400)


def _check_url(url: Any) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "Webhook delivery URL is required and must be a valid URL starting with http:// or https://."
        raise RestError("woocommerce_rest_shop_webhook_invalid_delivery_url", message, status=400)
