"""What Shopify's older library still knows better than we do; the only file that imports it, and never for calls.

It keeps its session in globals, so that two stores in one process would share it: nothing here opens a session, sets a
class attribute of the library's own classes, or touches the network.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shopify import ApiVersion, Session
from shopify.api_version import VersionNotFoundError

Query = Mapping[str, str | Sequence[str]]


def signature_of(query: Query, secret: str) -> str:
    """The hex signature of a query as the older library computes it: only `%`, `&` and (in names) `=` are escaped."""
    keyed: Any = type("Keyed", (Session,), {"secret": secret})
    return str(keyed.calculate_hmac(query))


def graphql_path(version: str) -> str:
    """The path of the Admin API: "/admin/api/2026-10/graphql.json". Raises ValueError for what is not a version."""
    try:
        known = ApiVersion.coerce_to_version(version)
    except (VersionNotFoundError, TypeError) as error:
        raise ValueError(f"not a version of Shopify's API: {version!r}") from error
    return str(known.api_path("")) + "/graphql.json"
