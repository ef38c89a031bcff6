"""What a workflow would have done in a store's own past, week by week; of a big store one in so many customers is replayed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer, Store, WorkflowSetting
from app.policy import Decision
from app.rehearsal import Rehearsed, rehearse
from app.rehearsal.past import PIECE
from app.reports.overview.words import sentence_of
from app.rows import table_of
from workflows.language import Workflow

CUSTOMER = table_of(Customer)
# So many pieces of customers are replayed while somebody waits.
MOST_PIECES = 3
MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Week:
    begins: date
    sent: int
    held: int


@dataclass(frozen=True, slots=True)
class Told:
    """Counts of those who were replayed, which is one in `one_in`. `held_back` are sentences with counts, most first."""

    messages: int
    people: int
    taken_in: int
    one_in: int
    weeks: tuple[Week, ...]
    held_back: tuple[tuple[str, int], ...]


def rehearsed(session: Session, store: Store, *, workflow: Workflow, days: int, now: datetime) -> Told:
    """The last so many days, on the dials as they stand. Raises CannotRehearseError."""
    one_in = _one_in(session, store.id)
    found = rehearse(
        session,
        store=store,
        workflow=workflow,
        dials=_dials(session, store.id, workflow=workflow.name),
        since=now - timedelta(days=days),
        now=now,
        share=(0, one_in),
    )
    held = Counter({sentence_of(reason): count for reason, count in found.held_back.items()})
    return Told(
        messages=len(found.said),
        people=len({one.customer_id for one in found.said}),
        taken_in=found.taken_in,
        one_in=one_in,
        weeks=_weeks(found),
        held_back=tuple(held.most_common(MOST_REASONS)),
    )


def _one_in(session: Session, store_id: int) -> int:
    count = session.scalar(sa.select(sa.func.count()).where(CUSTOMER.c.store_id == store_id)) or 0
    return max(1, -(-count // (PIECE * MOST_PIECES)))


def _dials(session: Session, store_id: int, *, workflow: str) -> Mapping[str, int]:
    setting = session.get(WorkflowSetting, (store_id, workflow))
    return setting.dials if setting else {}


def _weeks(found: Rehearsed) -> tuple[Week, ...]:
    sent: Counter[date] = Counter()
    held: Counter[date] = Counter()
    for one in found.by_day():
        if one.decision is Decision.SEND:
            sent[_monday(one.day)] += one.count
        elif one.decision is not Decision.DEFER:
            held[_monday(one.day)] += one.count
    first, last = _monday(found.since.date()), _monday(found.until.date())
    begins = [first + timedelta(days=7 * week) for week in range((last - first).days // 7 + 1)]
    return tuple(Week(monday, sent[monday], held[monday]) for monday in begins)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
