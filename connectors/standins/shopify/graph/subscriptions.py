"""How an app makes, changes and removes webhook subscriptions of one store."""

import re
from typing import Any
from urllib.parse import urlsplit

from connectors.standins.shopify.graph.errors import user_error
from connectors.standins.shopify.graph.paging import Page, page
from connectors.standins.shopify.graph.queries import found, look
from connectors.standins.shopify.graph.registry import Context, answers
from connectors.standins.shopify.records import Subscription
from connectors.standins.shopify.state import TOPIC_SCOPES, implied
from connectors.standins.shopify.versions import described

# GraphQL's spelling of a topic and the header's; the dots and slashes follow no rule.
TOPICS = {re.sub(r"[./]", "_", topic).upper(): topic for topic in TOPIC_SCOPES}
SPELLED = {topic: name for name, topic in TOPICS.items()}
NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


def _wrong(ctx: Context, topic: str, *, said: dict[str, Any], uri: str) -> list[dict[str, Any]]:
    """Why a subscription cannot be made. Plain http is let through to loopback, where stand-ins live."""
    field = ["webhookSubscription", "callbackUrl"]
    parts = urlsplit(uri)
    if parts.hostname is None or parts.scheme not in {"https", "http"}:
        return [user_error("Address is invalid", field=field)]
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost"}:
        return [user_error("Address protocol http:// is not supported", field=field)]
    if parts.hostname.endswith((".myshopify.com", ".shopify.com")):
        return [user_error("Address cannot be a Shopify or an internal domain", field=field)]
    if said.get("name") and not NAME.fullmatch(said["name"]):
        return [user_error("Name is invalid", field=["webhookSubscription", "name"])]
    needed = TOPIC_SCOPES.get(TOPICS.get(topic, ""), "nobody_has_it")
    if needed is not None and needed not in implied(set(ctx.shop.granted)):
        text = "You cannot create a webhook subscription with the specified topic"
        return [user_error(text, field=["webhookSubscription", "topic"])]
    return []


def _given(said: dict[str, Any]) -> dict[str, Any]:
    uri = said.get("uri") or said.get("callbackUrl")
    found = {
        "uri": uri,
        "filter": said.get("filter"),
        "name": said.get("name"),
        "format": said.get("format"),
        "include_fields": said.get("includeFields"),
        "metafield_namespaces": said.get("metafieldNamespaces"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _taken(ctx: Context, one: Subscription) -> bool:
    mark = (one.topic, one.uri, one.format, one.filter)
    return any(
        mark == (other.topic, other.uri, other.format, other.filter) and other is not one
        for other in ctx.shop.subscriptions.values()
    )


def _create(_source: Any, ctx: Context, *, topic: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
    given = _given(webhookSubscription)
    errors = _wrong(ctx, topic, said=webhookSubscription, uri=given.get("uri", ""))
    if errors:
        return {"webhookSubscription": None, "userErrors": errors}
    one = Subscription(id=ctx.shop.state.number(), created_at=ctx.at, updated_at=ctx.at, topic=TOPICS[topic], **given)
    if _taken(ctx, one):
        text = "Address for this topic has already been taken"
        return {
            "webhookSubscription": None,
            "userErrors": [user_error(text, field=["webhookSubscription", "callbackUrl"])],
        }
    ctx.shop.subscriptions[one.id] = one
    return {"webhookSubscription": one, "userErrors": []}


def _missing(field: str) -> dict[str, Any]:
    return {field: None, "userErrors": [user_error("Webhook subscription does not exist", field=["id"])]}


def _update(_source: Any, ctx: Context, *, id: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:  # noqa: A002, N803
    one = look(ctx, id, "WebhookSubscription")
    if one is None:
        return _missing("webhookSubscription")
    given = _given(webhookSubscription)
    errors = _wrong(ctx, SPELLED[one.topic], said=webhookSubscription, uri=given.get("uri", one.uri))
    if not errors:
        for name, value in given.items():
            setattr(one, name, value)
        one.updated_at = ctx.at
    return {"webhookSubscription": None if errors else one, "userErrors": errors}


def _delete(_source: Any, ctx: Context, *, id: str) -> dict[str, Any]:  # noqa: A002
    one = look(ctx, id, "WebhookSubscription")
    if one is None:
        return _missing("deletedWebhookSubscriptionId")
    del ctx.shop.subscriptions[one.id]
    return {"deletedWebhookSubscriptionId": id, "userErrors": []}


def _list(
    _source: Any,
    ctx: Context,
    *,
    topics: list[str] | None = None,
    uri: str | None = None,
    query: str | None = None,
    **args: Any,
) -> Page:
    uri = uri or args.pop("callbackUrl", None)
    kept = found(ctx.shop.subscriptions.values(), ctx, field="webhookSubscriptions", query=query)
    kept = [one for one in kept if topics is None or SPELLED[one.topic] in topics]
    return page((one for one in kept if uri in (None, one.uri)), ctx, args=args)


class _Endpoint(dict[str, str]):
    """An https endpoint, the only kind that the stand-in sends to."""

    typename = "WebhookHttpEndpoint"


answers("QueryRoot", webhookSubscriptions=_list)
answers(
    "Mutation", webhookSubscriptionCreate=_create, webhookSubscriptionUpdate=_update, webhookSubscriptionDelete=_delete
)
answers(
    "WebhookSubscription",
    apiVersion=lambda _one, ctx: described(ctx.shop.state.webhook_version),
    callbackUrl=lambda one, _ctx: one.uri,
    endpoint=lambda one, _ctx: _Endpoint(callbackUrl=one.uri),
    topic=lambda one, _ctx: SPELLED[one.topic],
)
