"""A person's last marketing messages of one medium, as their row keeps them."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from app.db import EPOCH, MICROSECOND
from app.policy.caps import Departure


def departures(pace: Mapping[str, Any] | None, medium: str) -> tuple[Departure, ...]:
    """The last departures of this medium, newest first."""
    return tuple(
        Departure((EPOCH + at * MICROSECOND).astimezone(UTC), message_id, workflow)
        for at, message_id, workflow in (pace or {}).get(medium, ())
    )
