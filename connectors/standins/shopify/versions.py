"""Which versions of the Admin API there are, in November 2026, and which one answers a call."""

import re
from typing import Any

SUPPORTED = ("2026-01", "2026-04", "2026-07", "2026-10")
COMING = ("2027-01", "unstable")
LATEST = "2026-10"


def answering(asked: str) -> str | None:
    """The version that answers: an expired one falls forward to the oldest supported; None for none at all."""
    if asked in SUPPORTED or asked in COMING:
        return asked
    if re.fullmatch(r"20\d\d-(01|04|07|10)", asked) and asked < SUPPORTED[0]:
        return SUPPORTED[0]
    return None


def described(version: str) -> dict[str, Any]:
    """A version as GraphQL's ApiVersion."""
    latest = " (Latest)" if version == LATEST else ""
    return {"handle": version, "displayName": version + latest, "supported": version in SUPPORTED}
