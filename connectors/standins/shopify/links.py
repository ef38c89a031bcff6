"""The signed addresses with which a stand-in Shopify opens an app."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def query_hmac(query: Mapping[str, str], secret: str) -> str:
    """The hmac of a query: everything else sorted by name, joined as name=value with &, hex (facts: query HMAC)."""
    text = "&".join(f"{name}={_escaped(value)}" for name, value in sorted(query.items()) if name != "hmac")
    return hmac.digest(secret.encode(), text.encode(), hashlib.sha256).hex()


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("&", "%26")


def with_hmac(query: Mapping[str, str], secret: str) -> dict[str, str]:
    """The query with its hmac."""
    return {**query, "hmac": query_hmac(query, secret)}


def host_param(name: str) -> str:
    """The `host` of a store: where its admin is, in base64 without padding."""
    return base64.b64encode(f"admin.shopify.com/store/{name}".encode()).decode().rstrip("=")
