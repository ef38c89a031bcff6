"""What a switch would do, counted with the very conditions that then do it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store
from app.pipeline import rhythms
from app.pipeline.enroll import Taking
from app.pipeline.switch.parking import ENROLLMENT, MESSAGE, Choice, queued, waiting
from app.pipeline.switch.recent import Entry
from app.pipeline.versions import every_setting
from app.policy.holdout import is_held_out
from app.translations import marked
from workflows.language import Phrase, Purpose, Step, Workflow

SOON = timedelta(hours=1)
NO_TIME = timedelta(0)
FATES = marked("%(soon)s within the hour, %(later)s later, %(stale)s too late and dropped")


class When(StrEnum):
    SOON = "soon"
    LATER = "later"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait, and of these for how many the next message falls due within the hour, or later, and for how many
    everything that is left is stale and will be dropped."""

    waiting: int = 0
    soon: int = 0
    later: int = 0
    stale: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.waiting + other.waiting, self.soon + other.soon, self.later + other.later, self.stale + other.stale
        )

    @property
    def sentence(self) -> Phrase:
        """As the merchant reads it: "214 wait: 37 within the hour, 121 later, 56 too late and dropped"."""
        if not self.waiting:
            return Phrase("Nobody waits.")
        fates = Phrase(FATES, {"soon": self.soon, "later": self.later, "stale": self.stale})
        return Phrase("%(num)s waits: %(fates)s.", {"num": self.waiting, "fates": fates}, "%(num)s wait: %(fates)s.")


ONE = {When.SOON: Counts(1, soon=1), When.LATER: Counts(1, later=1), When.STALE: Counts(1, stale=1)}


@dataclass(frozen=True, slots=True)
class Recent:
    """What taking in recent history means: how many would enter, in four parts. `held_out` get nothing, so that the effect
    can be measured."""

    entering: int = 0
    soon: int = 0
    later: int = 0
    stale: int = 0
    held_out: int = 0

    @property
    def sentence(self) -> Phrase:
        """As the merchant reads it."""
        if not self.entering:
            return Phrase("Nobody would enter.")
        fates = Phrase(FATES, {"soon": self.soon, "later": self.later, "stale": self.stale})
        pattern = marked("%(num)s would enter: %(fates)s, %(held_out)s held out.")
        return Phrase(pattern, {"num": self.entering, "fates": fates, "held_out": self.held_out})


def counts(
    session: Session, *, store_id: int, workflow: Workflow, now: datetime, pause: timedelta = NO_TIME
) -> dict[Choice, Counts]:
    """What each choice would mean at this moment, for a workflow that was off for so long."""
    kept = on_their_way(session, store_id, workflow=workflow, now=now)
    shifted = on_their_way(session, store_id, workflow=workflow, now=now, shift=pause)
    everybody = Counts(kept.waiting, 0, 0, kept.waiting)
    return {Choice.KEEP: kept, Choice.SHIFT: shifted, Choice.DROP: everybody}


def on_their_way(
    session: Session, store_id: int, *, workflow: Workflow, now: datetime, shift: timedelta = NO_TIME
) -> Counts:
    """How those on their way would fare from now on, if all their times moved by `shift`; counted in the database, since tens
    of thousands may wait."""
    at = now - shift
    fate = _fate(session, store_id, workflow=workflow, at=at)
    known = ENROLLMENT.c.step.in_([one.name for one in workflow.steps])
    people = _told(session, fate, where=sa.and_(waiting(store_id, workflow.name), known))
    return people + _messages(session, store_id, workflow=workflow, at=at)


def _messages(session: Session, store_id: int, *, workflow: Workflow, at: datetime) -> Counts:
    """What was decided keeps its times."""
    stale = (MESSAGE.c.stale_at < at, When.STALE.value)
    fate = sa.case(stale, (MESSAGE.c.due_at <= at + SOON, When.SOON.value), else_=When.LATER.value)
    return _told(session, fate, where=queued(store_id, workflow.name))


def _told(session: Session, fate: sa.ColumnElement[str], *, where: sa.ColumnElement[bool]) -> Counts:
    query = sa.select(fate.label("fate"), sa.func.count().label("number")).where(where).group_by("fate")
    found = {str(row.fate): int(row.number) for row in session.execute(query)}
    return Counts(sum(found.values()), *(found.get(one.value, 0) for one in (When.SOON, When.LATER, When.STALE)))


def _fate(session: Session, store_id: int, *, workflow: Workflow, at: datetime) -> sa.ColumnElement[str]:
    """What `when` says of a row, in the words of the database: by its step, and by the dials with which it came in."""
    settings = every_setting(session, store_id, workflow=workflow.name)
    by_step = []
    for step in workflow.steps:
        ways = [
            (ENROLLMENT.c.version == version, _first_in_time(workflow, step, dials=dials, at=at))
            for version, dials in settings.older_of(workflow.name)
        ]
        usual = _first_in_time(workflow, step, dials=settings.dials(workflow.name, version=0), at=at)
        by_step.append((ENROLLMENT.c.step == step.name, sa.case(*ways, else_=usual) if ways else usual))
    return sa.case(*by_step, else_=When.STALE.value)


def _first_in_time(workflow: Workflow, step: Step, *, dials: Mapping[str, int], at: datetime) -> sa.ColumnElement[str]:
    """The first of this step and those after it that is not too late."""
    ways = [*_in_time(ENROLLMENT.c.due_at, at=at, stale=step.stale)]
    following = workflow.after(step.name)
    while following is not None:
        ways += _in_time(ENROLLMENT.c.event_at, at=at - following.wait(dials), stale=following.stale)
        following = workflow.after(following.name)
    return sa.case(*ways, else_=When.STALE.value)


def _in_time(
    moment: sa.ColumnElement[datetime], *, at: datetime, stale: timedelta
) -> Iterator[tuple[sa.ColumnElement[bool], str]]:
    is_fresh = moment >= at - stale
    yield sa.and_(is_fresh, moment <= at + SOON), When.SOON.value
    yield is_fresh, When.LATER.value


def when(
    step: Step, due_at: datetime, *, event_at: datetime, workflow: Workflow, dials: Mapping[str, int], now: datetime
) -> When:
    """When the first message from this step on that is not too late falls due."""
    following: Step | None = step
    while following is not None and due_at + following.stale < now:
        following = workflow.after(following.name)
        due_at = following.due(event_at, dials) if following else due_at
    if following is None:
        return When.STALE
    return When.SOON if due_at <= now + SOON else When.LATER


def total(moments: Iterable[When]) -> Counts:
    found = list(moments)
    return Counts(len(found), *(found.count(one) for one in (When.SOON, When.LATER, When.STALE)))


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody on their way: their row, what their steps count from, and when the next one falls due."""

    row: Any
    event_at: datetime
    due_at: datetime


def moved(
    session: Session, store_id: int, *, workflow: Workflow, dials: Mapping[str, int], now: datetime
) -> Iterator[Moved]:
    """Everybody on their way, as they would be by these dials."""
    steps = {one.name: one for one in workflow.steps}
    anchors = rhythms.anchors(session, store_id, workflow=workflow, dials=dials, now=now)
    columns = (ENROLLMENT.c.id, ENROLLMENT.c.step, ENROLLMENT.c.event_at, ENROLLMENT.c.alarm_at)
    for row in session.execute(sa.select(*columns).where(waiting(store_id, workflow.name))).all():
        if row.step in steps:
            event_at = anchors.get(row.id, row.event_at)
            yield Moved(row, event_at, steps[row.step].due(event_at, dials))


def if_moved(session: Session, store_id: int, *, workflow: Workflow, dials: Mapping[str, int], now: datetime) -> Counts:
    """How those on their way would fare on these dials; messages that were decided keep their times."""
    steps = {one.name: one for one in workflow.steps}
    people = total(
        when(steps[one.row.step], one.due_at, event_at=one.event_at, workflow=workflow, dials=dials, now=now)
        for one in moved(session, store_id, workflow=workflow, dials=dials, now=now)
    )
    return people + _messages(session, store_id, workflow=workflow, at=now)


def counts_of_recent(
    found: Iterable[Entry], *, store: Store, workflow: Workflow, dials: Mapping[str, int], now: datetime
) -> Recent:
    """What taking these people in means, each counted by the first message that is still to come."""

    def fate(who: int, way: Taking) -> When | None:
        first = workflow.steps[0]
        then = when(first, way.due_at, event_at=way.anchor, workflow=workflow, dials=dials, now=now)
        return None if then is not When.STALE and _gets_nothing(who, store=store, workflow=workflow) else then

    kinds = [fate(who, way) for who, way in found]
    return Recent(
        entering=len(kinds),
        soon=kinds.count(When.SOON),
        later=kinds.count(When.LATER),
        stale=kinds.count(When.STALE),
        held_out=kinds.count(None),
    )


def _gets_nothing(customer_id: int, *, store: Store, workflow: Workflow) -> bool:
    return workflow.purpose is Purpose.MARKETING and is_held_out(
        store_key=store.public_key, customer_id=customer_id, workflow=workflow.name, percent=store.holdout_percent
    )
