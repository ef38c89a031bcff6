"""Once a period: which slot it is where a store is, and who has it. A row that only one can write decides."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.model import JobRun, Store
from app.policy.quiet import instant
from app.rows import chunks, insert, table_of
from app.runtime import Runtime
from app.zones import zone_of

JOB_RUN = table_of(JobRun)
HOUSE = 0
# Three in the morning, where the store is: its own server has the least to do then.
NIGHT_MINUTE = 3 * 60
HOUR = timedelta(hours=1)
SlotOf = Callable[[Store, datetime], str | None]


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing done once a slot. `slot` says which one it is now, or None where it is not time yet."""

    name: str
    slot: SlotOf
    do: Callable[[Runtime, Store], None]


@dataclass(frozen=True, slots=True)
class Duty:
    """A chore of one store whose slot nobody has had."""

    chore: Chore
    store: Store
    slot: str


def each_night(store: Store, now: datetime) -> str | None:
    """The local date, from three in the morning on; a night before the store moved in is not made up for."""
    zone = zone_of(None, None, store_zone=store.zone)
    day = now.astimezone(zone).date()
    begins = instant(day, NIGHT_MINUTE + store.id % 60, zone=zone)
    return day.isoformat() if store.created_at < begins <= now else None


def each_hour(store: Store, now: datetime) -> str | None:
    """The hour, begun at a minute of the store's own, so that not all are asked at once; not within the first hour.

    In UTC: no zone repeats or skips one.
    """
    begun = now.astimezone(UTC) - timedelta(minutes=store.id % 60)
    return f"{begun:%Y-%m-%dT%H}" if now - store.created_at >= HOUR else None


def duties(runtime: Runtime, chores: Sequence[Chore], *, stores: Sequence[Store]) -> Iterator[Duty]:
    """What nobody has had yet, chore by chore; asked without a lock, since nearly always there is nothing."""
    now = runtime.clock.now()
    for chore in chores:
        for some in chunks(stores):
            slots = {store.id: slot for store in some if (slot := chore.slot(store, now)) is not None}
            had = _had(runtime, chore.name, slots=slots) if slots else set()
            for store in some:
                slot = slots.get(store.id)
                if slot is not None and (store.id, slot) not in had:
                    yield Duty(chore, store, slot)


def _had(runtime: Runtime, job: str, *, slots: dict[int, str]) -> set[tuple[int, str]]:
    query = sa.select(JOB_RUN.c.store_id, JOB_RUN.c.slot).where(
        JOB_RUN.c.job == job, JOB_RUN.c.store_id.in_(slots), JOB_RUN.c.slot.in_(set(slots.values()))
    )
    with runtime.database.read() as session:
        return {(row.store_id, row.slot) for row in session.execute(query)}


def take(runtime: Runtime, job: str, *, store_id: int, slot: str) -> bool:
    """Whether the slot is ours now."""
    row = {"job": job, "store_id": store_id, "slot": slot, "at": runtime.clock.now()}
    with runtime.database.write() as session:
        statement = insert(session, JOB_RUN).values(**row).on_conflict_do_nothing()
        return session.execute(statement.returning(JOB_RUN.c.job)).first() is not None
