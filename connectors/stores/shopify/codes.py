"""One person's own discount code: made once however often it is asked for, and removed when it is over."""

import msgspec

from connectors.base import Access, CodeWish
from connectors.errors import Permanent, Temporary
from connectors.stores.shopify import queries
from connectors.stores.shopify.client import Client
from connectors.stores.shopify.words import clip, gid

TAKEN = "TAKEN"


class _Ref(msgspec.Struct):
    id: str


class _Error(msgspec.Struct):
    field: list[str] | None = None
    code: str | None = None


class _Made(msgspec.Struct, rename="camel"):
    code_discount_node: _Ref | None = None
    user_errors: list[_Error] = []


def make(client: Client, access: Access, *, wish: CodeWish) -> str:
    """The global id of the discount. A code that is there already is ours from an earlier try: its name is our own secret.

    Raises Permanent where Shopify refuses, and what `Client.call` raises.
    """
    made = client.call(access, queries.MAKE_CODE, variables={"input": _input(wish)}).get("made", _Made)
    if made is None:
        raise Temporary("Shopify did not say whether it made the code")
    if made.code_discount_node is not None:
        return made.code_discount_node.id
    words = {error.code or ".".join(error.field or ["?"]) for error in made.user_errors}
    if TAKEN not in words:
        raise Permanent(f"Shopify does not make the code: {clip(', '.join(sorted(words)))}")
    found = client.call(access, queries.FIND_CODE, variables={"code": wish.code}).get("found", _Ref)
    if found is None:
        raise Temporary("Shopify says that the code is taken, and does not find it")
    return found.id


def _input(wish: CodeWish) -> dict[str, object]:
    named = wish.customer_external_id
    whom: dict[str, object] = {"customers": {"add": [gid("Customer", named)]}} if named else {"all": "ALL"}
    return {
        "title": wish.title,
        "code": wish.code,
        "startsAt": wish.starts_at.isoformat(),
        "endsAt": wish.expires_at.isoformat(),
        "context": whom,
        "customerGets": {"value": {"percentage": wish.percent / 100}, "items": {"all": True}},
        "appliesOncePerCustomer": True,
        "usageLimit": 1,
    }


def remove(client: Client, access: Access, *, external_id: str) -> None:
    """Remove it; one that is gone already is fine. Raises what `Client.call` raises."""
    client.call(access, queries.REMOVE_CODE, variables={"id": external_id})
