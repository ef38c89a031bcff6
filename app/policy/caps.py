"""How much marketing one person may get, over all workflows: judged on the last departures kept on the customer's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.language.values import value


@value
class Departure:
    """One marketing message that left, or holds its place to leave."""

    at: datetime
    message_id: int
    workflow: str


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` messages within `window`."""

    count: int
    window: timedelta


CAPS: dict[str, tuple[Cap, ...]] = {
    "email": (Cap(1, timedelta(hours=16)), Cap(3, timedelta(days=7))),
    "sms": (Cap(1, timedelta(hours=24)), Cap(2, timedelta(days=7))),
    "push": (Cap(1, timedelta(hours=24)), Cap(3, timedelta(days=7))),
}
# As many departures as the widest cap may count are kept on the customer.
KEPT = 7


def in_the_way(
    recent: Sequence[Departure], caps: Sequence[Cap], *, now: datetime, but: int | None
) -> tuple[datetime, Departure] | None:
    """When the tightest cap frees and whose departure is in the way; None where there is room. `but` is the message that
    asks: its own reserved place never blocks it."""
    if not recent:
        return None
    others = sorted((one for one in recent if one.message_id != but), key=lambda one: one.at, reverse=True)
    blocked = [
        (others[cap.count - 1].at + cap.window, others[cap.count - 1])
        for cap in caps
        if len(others) >= cap.count and others[cap.count - 1].at + cap.window > now
    ]
    return max(blocked, key=lambda one: one[0], default=None)
