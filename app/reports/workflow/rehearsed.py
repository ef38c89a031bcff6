"""What a workflow would have done in a store's own past, week by week, and how far the reckoning of it is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Trial, TrialState
from app.rehearsal.trials import monday
from app.reports.overview.words import sentence_of
from app.rows import table_of

TRIAL = table_of(Trial)
MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Week:
    begins: date
    sent: int
    held: int


@dataclass(frozen=True, slots=True)
class Told:
    """What was found. `held_back` are sentences with counts, most first."""

    messages: int
    people: int
    taken_in: int
    weeks: tuple[Week, ...]
    held_back: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TrialView:
    """The last rehearsal of a workflow; `told` is None until it is done."""

    state: TrialState
    days: int
    asked_at: datetime
    done: int
    total: int
    told: Told | None

    @property
    def is_running(self) -> bool:
        return self.state is TrialState.WAITING

    @property
    def has_failed(self) -> bool:
        return self.state is TrialState.FAILED

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


def rehearsed(session: Session, store_id: int, *, workflow: str) -> TrialView | None:
    """What was asked for last; None where nobody ever asked."""
    query = sa.select(TRIAL).where(TRIAL.c.store_id == store_id, TRIAL.c.workflow == workflow)
    row = session.execute(query).first()
    if row is None:
        return None
    state = TrialState(row.state)
    told = _told(row) if state is TrialState.DONE else None
    return TrialView(state, (row.asked_at - row.since).days, row.asked_at, row.done, row.total, told)


def _told(row: Any) -> Told:
    found: Mapping[str, Any] = row.result
    held: Counter[str] = Counter()
    for reason, count in found["reasons"].items():
        held[sentence_of(reason)] += count
    return Told(
        messages=found["messages"],
        people=found["people"],
        taken_in=found["taken_in"],
        weeks=_weeks(row, found),
        held_back=tuple(held.most_common(MOST_REASONS)),
    )


def _weeks(row: Any, found: Mapping[str, Any]) -> tuple[Week, ...]:
    first, last = monday(row.since.date()), monday(row.asked_at.date())
    begins = [first + timedelta(days=7 * week) for week in range((last - first).days // 7 + 1)]
    sent, held = found["sent"], found["held"]
    return tuple(Week(one, sent.get(one.isoformat(), 0), held.get(one.isoformat(), 0)) for one in begins)
