"""A person's last marketing messages of one medium, as their row keeps them."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from app.db import EPOCH, MICROSECOND
from app.policy.caps import Departure


def departures(pace: Mapping[str, Any] | None, medium: str) -> tuple[Departure, ...]:
    """The last departures of this medium, newest first."""
    return _read((pace or {}).get(medium, ()))


def elsewhere(pace: Mapping[str, Any] | None, medium: str) -> tuple[Departure, ...]:
    """The last departures of all other media."""
    return tuple(one for name, places in (pace or {}).items() if name != medium for one in _read(places))


def _read(places: Iterable[Any]) -> tuple[Departure, ...]:
    return tuple(
        Departure((EPOCH + at * MICROSECOND).astimezone(UTC), message_id, workflow)
        for at, message_id, workflow in places
    )
