"""A person's last marketing messages, on their own row: a place is held before a message leaves, and given back if it stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.db import EPOCH, MICROSECOND
from app.policy.caps import KEPT

Pace = dict[str, list[list[Any]]]


def held(pace: Mapping[str, Any], *, medium: str, message_id: int, workflow: str, now: datetime) -> Pace:
    """With a place for this message, newest first; no more than the caps ever look at."""
    before = without(pace, medium=medium, message_id=message_id).get(medium, [])
    places = sorted([[(now - EPOCH) // MICROSECOND, message_id, workflow], *before], key=_time, reverse=True)
    return {**{name: list(places) for name, places in pace.items()}, medium: places[:KEPT]}


def without(pace: Mapping[str, Any], *, medium: str, message_id: int) -> Pace:
    """Without the place of this message."""
    return {
        name: [place for place in places if name != medium or place[1] != message_id] for name, places in pace.items()
    }


def _time(place: list[Any]) -> int:
    return int(place[0])
