"""When a parcel is late, by what its carrier and its store have said; and in working days, since parcels rest at weekends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.language import working_days

PICK_UP = working_days(4)
SCAN_AT_HOME = working_days(3)
SCAN_ABROAD = working_days(5)
TROUBLE = frozenset({"failure", "failed", "attempted_delivery", "not_delivered", "delayed", "returned"})
# A parcel of which nothing was heard for so long is not late but lost or long there; nobody is written to about it.
FORGOTTEN = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is known of one parcel. `tells` says whether parcels of this store are scanned at all: many carriers say nothing,
    and then silence means nothing."""

    status: str
    shipped_at: datetime | None
    picked_up_at: datetime | None
    scanned_at: datetime | None
    delivered_at: datetime | None
    promised_at: datetime | None
    is_abroad: bool = False
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Lateness:
    """Since when a parcel is late; None where it is not, or has arrived."""

    since: datetime | None

    def days(self, now: datetime) -> int:
        """Whole days late so far."""
        return 0 if self.since is None or now < self.since else (now - self.since).days


def lateness(parcel: Parcel, *, now: datetime) -> Lateness:
    """The earliest moment at which one of the rules says late: no pick-up for four working days, no scan for three (five
    abroad), the promised day passed (lifecycle defaults of the field; a carrier that tells nothing is judged by the promise
    alone)."""
    if parcel.delivered_at is not None or parcel.shipped_at is None or now - parcel.shipped_at > FORGOTTEN:
        return Lateness(None)
    moments = [parcel.promised_at + timedelta(days=1)] if parcel.promised_at else []
    if parcel.tells:
        moments.append(_silent_since(parcel, parcel.shipped_at))
    late = [moment for moment in moments if moment <= now]
    return Lateness(min(late, default=None))


def _silent_since(parcel: Parcel, shipped_at: datetime) -> datetime:
    seen = parcel.scanned_at or parcel.picked_up_at
    if seen is None:
        return PICK_UP.after(shipped_at)
    return (SCAN_ABROAD if parcel.is_abroad else SCAN_AT_HOME).after(seen)
