"""The warm-up at the door: so much marketing may leave today under a new sender's name, and the rest waits until tomorrow.

A place is taken before a message leaves, and given back if it stays. Two workers may each think that there is room for the last
few: the ceiling is a growth, not a law, and a batch more is no harm.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.choices import choices_of
from app.model import SenderDay, Store
from app.policy import Case, Decision, Reason, Verdict
from app.policy.consent import EMAIL
from app.policy.quiet import instant
from app.rows import insert, table_of
from app.zones import zone_of

DAY = table_of(SenderDay)


@dataclass(slots=True)
class Warmth:
    """What may still leave today; `room` None where nobody counts. The door counts in `taken` what leaves."""

    store_id: int
    domain: str
    day: str
    tomorrow: datetime
    room: int | None
    taken: int = 0

    def judged(self, verdict: Verdict, case: Case) -> Verdict:
        """The law's verdict, unless the day is full."""
        is_mail = case.is_marketing and case.step.send.medium == EMAIL
        if self.room is None or verdict.decision is not Decision.SEND or not is_mail:
            return verdict
        if self.taken < self.room:
            return verdict
        is_stale = self.tomorrow > case.stale_at
        decision = Decision.DROP if is_stale else Decision.DEFER
        return Verdict(decision, Reason.WARMING_UP, {"ceiling_left": 0}, None if is_stale else self.tomorrow)


def warmth_of(session: Session, store: Store, *, sender: str, now: datetime) -> Warmth:
    """How this store's day stands. `sender` is the address that it sends from."""
    warm_up, today, domain = choices_of(store).warm_up, _today(store, now=now), _domain(sender)
    tomorrow = instant(today + timedelta(days=1), 0, zone=zone_of(None, None, store_zone=store.zone))
    ceiling = warm_up.ceiling(today) if warm_up else None
    if ceiling is None:
        return Warmth(store.id, domain, today.isoformat(), tomorrow, None)
    key = (DAY.c.store_id == store.id, DAY.c.domain == domain, DAY.c.day == today.isoformat())
    gone = session.scalar(sa.select(DAY.c.count).where(*key)) or 0
    return Warmth(store.id, domain, today.isoformat(), tomorrow, max(ceiling - gone, 0))


def keep(session: Session, warmths: list[Warmth]) -> None:
    """Count what these batches took, in the order of the stores, so that two workers never wait for each other in a ring."""
    for one in sorted((one for one in warmths if one.taken and one.room is not None), key=lambda one: one.store_id):
        key = {"store_id": one.store_id, "domain": one.domain, "day": one.day}
        more = insert(session, DAY).values(**key, count=one.taken)
        session.execute(
            more.on_conflict_do_update(index_elements=list(key), set_={"count": DAY.c.count + more.excluded.count})
        )


def give_back(session: Session, stayed: Iterable[tuple[int, datetime]], *, default_sender: str) -> None:
    """Marketing messages of (store, when it was known) stayed after all: their places are free for others. What is known after
    midnight frees a place of the new day, which is no harm either."""
    for (store_id, today), count in sorted(Counter(_placed(session, stayed)).items()):
        sender = session.get_one(Store, store_id).sender_address or default_sender
        mine = (DAY.c.store_id == store_id, DAY.c.domain == _domain(sender), DAY.c.day == today.isoformat())
        left = sa.case((DAY.c.count > count, DAY.c.count - count), else_=0)
        session.execute(sa.update(DAY).where(*mine).values(count=left))


def _placed(session: Session, stayed: Iterable[tuple[int, datetime]]) -> Iterator[tuple[int, date]]:
    return ((store_id, _today(session.get_one(Store, store_id), now=at)) for store_id, at in stayed)


def _today(store: Store, *, now: datetime) -> date:
    return now.astimezone(zone_of(None, None, store_zone=store.zone)).date()


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].lower()
