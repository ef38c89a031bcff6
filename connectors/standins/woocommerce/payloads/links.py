"""What every WooCommerce payload shares: links, moments on two clocks, money as text, and PHP's way of writing JSON."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from connectors.standins.woocommerce.model import Json, Meta
from connectors.standins.woocommerce.state import State

ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")
READ_DELETE = ("GET", "DELETE")


def php_json(value: Any) -> bytes:
    """JSON as PHP writes it: no blanks, \\/ for slashes, \\u for what is not ASCII."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def money(minor: int) -> str:
    """1250 -> "12.50"."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def number(minor: int, quantity: int) -> float | int:
    """The price of one as a JSON number: 39, 12.5."""
    price = round(minor / 100 / quantity, 10) if quantity else 0
    return int(price) if price == int(price) else price


def minor(text: str) -> int:
    """ "12.50" -> 1250. Raises ValueError for what is no amount."""
    return round(float(text) * 100)


def moments(state: State, name: str, *, at: datetime | None) -> Json:
    """`name` on the site's clock and `name_gmt`, both without an offset, as WordPress writes them."""
    if at is None:
        return {name: None, f"{name}_gmt": None}
    return {name: _naive(state.local(at)), f"{name}_gmt": _naive(at.astimezone(UTC))}


def _naive(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def metas(rows: list[Meta], *, hidden: bool) -> list[Json]:
    """Meta rows; those whose key begins with "_" only where `hidden` ones are shown."""
    return [{"id": row.id, "key": row.key, "value": row.value} for row in rows if hidden or not row.key.startswith("_")]


def links(state: State, path: str, *, collection: str, allow: tuple[str, ...] = ALL) -> Json:
    """The `_links` of something at `path` below wc/v3."""
    return {
        "self": [{"href": href(state, path), "targetHints": {"allow": list(allow)}}],
        "collection": [{"href": href(state, collection)}],
    }


def href(state: State, path: str) -> str:
    """The address of a path below wc/v3."""
    return f"{state.url}/wp-json/wc/v3/{path}"


def avatar(email: str, size: int) -> str:
    """The gravatar of an address."""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return f"https://secure.gravatar.com/avatar/{digest}?s={size}&d=mm&r=g"
