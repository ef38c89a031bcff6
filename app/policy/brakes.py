"""When marketing stops by itself: too many complaints or dead addresses among what was sent lately. Pure arithmetic.

The limits are those at which mailbox providers stop a sender: Gmail and Yahoo refuse mail at 0.3 % complaints, and take no
plea for mercy before seven days below it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Trouble(StrEnum):
    COMPLAINTS = "complaints"
    BOUNCES = "bounces"


# Parts in a thousand, above which it stops.
LIMITS = {Trouble.COMPLAINTS: 3, Trouble.BOUNCES: 50}
# Fewer messages count as so many: one bounce of three says nothing about a list.
FEWEST = 500
COUNTS_FOR = timedelta(days=30)
MOST_COUNTED = 5_000
LASTS = timedelta(days=7)
LOOK_AGAIN = timedelta(hours=12)
WHOLE_STORE = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when a brake is on; only then, so that the past can be replayed."""

    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent lately, and how many of these messages came back for good or were complained about."""

    messages: int
    complaints: int
    bounces: int


def trouble_in(sent: Sent) -> Trouble | None:
    """What is above its limit; of both the complaints, which weigh more."""
    counted = max(sent.messages, FEWEST)
    for trouble, bad in ((Trouble.COMPLAINTS, sent.complaints), (Trouble.BOUNCES, sent.bounces)):
        if bad * 1000 > LIMITS[trouble] * counted:
            return trouble
    return None


def braked(brakes: Mapping[str, Span], workflow: str, *, now: datetime) -> tuple[str, datetime] | None:
    """(what is braked, when to ask again): the whole store, or this workflow. The merchant may let go at any time, so it is
    asked again long before it ends by itself."""
    for scope in (WHOLE_STORE, workflow):
        span = brakes.get(scope)
        if span is not None and span.holds(now):
            return scope or "store", min(span.until, now + LOOK_AGAIN)
    return None
