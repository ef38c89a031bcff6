"""Moves the clock: news takes people in, steps fall due and are judged, by the very functions of the live run."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from operator import attrgetter
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.facts import law_of
from app.facts.telling import birthday_of
from app.model import Store
from app.model.event import EventKind
from app.pipeline.calendar.days import MORNING, day_of
from app.pipeline.enroll import News, taking
from app.pipeline.entries import entries
from app.policy import Case, Decision, Law, Reason, Verdict, decide
from app.policy.caps import KEPT, Departure
from app.policy.quiet import instant
from app.rehearsal.past import Bought, Past, between, pasts
from app.rehearsal.person import SUBSCRIBED, Moment, Way
from app.translations import marked
from app.zones import clock_of, zone_of
from connectors.money import exponent
from workflows.language import Phrase, Purpose, Workflow

# What a history tells of; looks at products and predictions are not kept as they were.
PARCELS = frozenset({EventKind.ORDER_SHIPPED, EventKind.ORDER_DELIVERED})
ORDERED = PARCELS | {EventKind.ORDER_PLACED, EventKind.ORDER_PAID}
DAYS = frozenset({EventKind.BIRTHDAY, EventKind.ANNIVERSARY})
TOLD = ORDERED | DAYS | {EventKind.SUBSCRIBED, EventKind.CHECKOUT_LEFT}
RHYTHMS = "Each customer's rhythm is taken as it is known today; on the day itself less of it was known."


class CannotRehearseError(ValueError):
    """This workflow begins with something that a history does not tell; `said` says what."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True)
class Said:
    """One message that would have left."""

    customer_id: int
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OnDay:
    """How often something was decided on one day of the store's calendar, and by which reason."""

    day: date
    decision: Decision
    reason: Reason
    count: int


@dataclass(slots=True)
class Rehearsed:
    """What would have been: messages in the order of time; how often each reason held one back, deferrals apart; and how many
    were taken in. `caveat` says what could not be replayed as it was."""

    workflow: str
    since: datetime
    until: datetime
    said: list[Said] = field(default_factory=list)
    taken_in: int = 0
    caveat: str | None = None
    verdicts: Counter[tuple[date, Decision, Reason]] = field(default_factory=Counter)

    @classmethod
    def joined(cls, parts: Sequence["Rehearsed"]) -> "Rehearsed":
        """One of several parts of the same rehearsal."""
        first = parts[0]
        said = sorted((one for part in parts for one in part.said), key=attrgetter("at", "customer_id"))
        verdicts = sum((part.verdicts for part in parts), Counter[tuple[date, Decision, Reason]]())
        return cls(
            first.workflow, first.since, first.until, said, sum(one.taken_in for one in parts), first.caveat, verdicts
        )

    @property
    def held_back(self) -> Counter[str]:
        return self._by_reason(lambda one: one not in {Decision.SEND, Decision.DEFER})

    @property
    def deferred(self) -> Counter[str]:
        return self._by_reason(lambda one: one is Decision.DEFER)

    def _by_reason(self, is_wanted: Callable[[Decision], bool]) -> Counter[str]:
        found: Counter[str] = Counter()
        for (_, decision, reason), count in self.verdicts.items():
            if is_wanted(decision):
                found[reason] += count
        return found

    def note(self, verdict: Verdict, *, at: datetime, zone: ZoneInfo) -> None:
        self.verdicts[at.astimezone(zone).date(), verdict.decision, verdict.reason] += 1

    def by_day(self) -> list[OnDay]:
        """For a chart: every verdict counted by day and reason, in the order of the days."""
        return [OnDay(*key, count) for key, count in sorted(self.verdicts.items())]


def may_be_rehearsed(workflow: Workflow) -> None:
    """Raises CannotRehearseError where it begins with something that a history does not tell."""
    if any(on.event not in TOLD for on in workflow.starts.on):
        pattern = marked("It begins when %(start)s: a history does not tell that as it was.")
        raise CannotRehearseError(Phrase(pattern, {"start": workflow.starts.said}))


def rehearse(
    session: Session,
    *,
    store: Store,
    workflow: Workflow,
    dials: Mapping[str, int],
    since: datetime,
    now: datetime,
    share: tuple[int, int] = (0, 1),
    ids: tuple[int, int] | None = None,
) -> Rehearsed:
    """Replay the store's history from `since` to `now`, as if this workflow alone had been on; of several who share the work,
    (0, 2) replays every other piece; with `ids`, only customers from the one on and before the other. Raises
    CannotRehearseError."""
    may_be_rehearsed(workflow)
    found = Rehearsed(workflow.name, since, now, caveat=RHYTHMS if workflow.starts.rhythm else None)
    stage = _Stage(
        store,
        workflow,
        dials,
        law=law_of(store),
        until=now,
        found=found,
        wanted=frozenset(on.event for on in workflow.starts.on),
        zone=zone_of(None, None, store_zone=store.zone),
        turned=workflow.turned(dials),
        minor=10 ** exponent(store.currency),
    )
    everybody = pasts(session, store, until=now, share=share)
    for past in everybody if ids is None else between(session, store, until=now, ids=ids):
        _replay(stage, past, since=since)
    return Rehearsed.joined([found])


@dataclass(frozen=True, slots=True)
class _Stage:
    """What is the same for everybody."""

    store: Store
    workflow: Workflow
    dials: Mapping[str, int]
    law: Law
    until: datetime
    found: Rehearsed
    wanted: frozenset[str]
    zone: ZoneInfo
    turned: Mapping[str, int]
    minor: int


def _replay(stage: _Stage, past: Past, *, since: datetime) -> None:
    """One person, from alarm to alarm."""
    ways = _ways(stage, past, since=since)
    if not ways:
        return
    stage.found.taken_in += len(ways)
    alarms = [(way.due_at, number) for number, way in enumerate(ways)]
    heapq.heapify(alarms)
    row = past.row
    zone = clock_of(row.country, row.region, phone=row.phone, store_zone=stage.store.zone)
    medium, home = stage.workflow.medium, stage.store.zone
    moment = Moment(past, since, zone, stage.turned, stage.minor, medium=medium, store_zone=home)
    while alarms and alarms[0][0] <= stage.until:
        at, number = heapq.heappop(alarms)
        moment.reach(at)
        again_at = _judge(stage, moment, way=ways[number])
        if again_at is not None:
            heapq.heappush(alarms, (again_at, number))


def _ways(stage: _Stage, past: Past, *, since: datetime) -> list[Way]:
    found = (
        taking(news, workflow=stage.workflow, dials=stage.dials) for news in _news(stage, past) if news.at >= since
    )
    takings = (one for one in found if one is not None)
    first, row = stage.workflow.steps[0], past.row
    zone = zone_of(row.country, row.region, store_zone=stage.store.zone)
    kept = entries(takings, workflow=stage.workflow, is_lived=True)
    return [Way.begun(entry, first, past=past, zone=zone) for entry in kept]


def _judge(stage: _Stage, moment: Moment, *, way: Way) -> datetime | None:
    """Decide on one step; when to look again, if ever."""
    facts = moment.facts(way, was_said=_was_said(stage, moment, way=way))
    case = Case(stage.workflow, way.step, facts, moment.standing, stage.law, way.due_at)
    verdict = decide(case)
    stage.found.note(verdict, at=moment.now, zone=stage.zone)
    if verdict.decision is Decision.DEFER:
        return verdict.until
    if verdict.decision is Decision.SEND:
        stage.found.said.append(Said(moment.past.row.id, way.step.name, moment.now))
        _depart(moment, stage.workflow)
    following = stage.workflow.after(way.step.name)
    if verdict.decision is Decision.STOP or following is None:
        return None
    way.step, way.due_at = following, following.due(way.entry.anchor, stage.dials)
    # What fell due while an earlier step was put off is judged right after it, as the live run does.
    return max(way.due_at, moment.now)


def _was_said(stage: _Stage, moment: Moment, *, way: Way) -> bool:
    """Whether this person got this step before; what was said to them stands last."""
    if not stage.workflow.asks_what_was_said:
        return False
    who = moment.past.row.id
    theirs = takewhile(lambda one: one.customer_id == who, reversed(stage.found.said))
    return any(one.step == way.step.name for one in theirs)


def _depart(moment: Moment, workflow: Workflow) -> None:
    if workflow.purpose is Purpose.MARKETING:
        left = Departure(moment.now, -1 - len(moment.departures), workflow.name)
        moment.depart((left, *moment.departures)[:KEPT])


def _news(stage: _Stage, past: Past) -> Iterator[News]:
    """What would have been news of this person, as ingest and the calendar tell it."""
    wanted = stage.wanted
    if EventKind.SUBSCRIBED in wanted:
        first = next((at for at, answer in past.answers if answer.state == SUBSCRIBED), None)
        if first is not None:
            yield News(EventKind.SUBSCRIBED, f"customer:{past.row.id}", past.row.id, first)
    if ORDERED & wanted:
        yield from _order_news(stage, past)
    if EventKind.CHECKOUT_LEFT in wanted:
        for row in past.checkouts:
            yield News(EventKind.CHECKOUT_LEFT, f"checkout:{row.external_id}", past.row.id, row.updated_at)
    if DAYS & wanted:
        yield from _days(stage, past, wanted=wanted)


def _order_news(stage: _Stage, past: Past) -> Iterator[News]:
    home = stage.store.country
    for one in past.orders:
        row = one.row
        if not row.may_start or row.status == "draft":
            continue
        subject, abroad = f"order:{row.external_id}", bool(home and row.country and row.country != home)
        for kind, at in _moments(one, wanted=stage.wanted):
            if at is not None:
                yield News(kind, subject, row.customer_id, at, abroad, rhythm=past.rhythm)


def _moments(one: Bought, *, wanted: frozenset[str]) -> Iterator[tuple[EventKind, datetime | None]]:
    """When the wanted of what may become of an order became of it."""
    if EventKind.ORDER_PLACED in wanted:
        yield EventKind.ORDER_PLACED, one.placed_at
    if EventKind.ORDER_PAID in wanted:
        yield EventKind.ORDER_PAID, one.row.paid_at
    for parcel in one.parcels if PARCELS & wanted else ():
        if EventKind.ORDER_SHIPPED in wanted:
            yield EventKind.ORDER_SHIPPED, parcel.shipped_at
        if EventKind.ORDER_DELIVERED in wanted:
            yield EventKind.ORDER_DELIVERED, parcel.delivered_at


def _days(stage: _Stage, past: Past, *, wanted: frozenset[str]) -> Iterator[News]:
    zone = zone_of(past.row.country, past.row.region, store_zone=stage.store.zone)
    born = birthday_of(past.row.birthday) if EventKind.BIRTHDAY in wanted else None
    first = past.orders[0].row.placed_at.astimezone(zone).date() if past.orders else None
    for year in range(stage.found.since.year, stage.until.year + 1):
        if born is not None:
            day = instant(day_of(born, year), MORNING, zone=zone)
            yield News(EventKind.BIRTHDAY, f"birthday:{year}", past.row.id, day)
        if EventKind.ANNIVERSARY in wanted and first is not None and year > first.year:
            day = instant(day_of((first.month, first.day), year), MORNING, zone=zone)
            yield News(EventKind.ANNIVERSARY, f"anniversary:{year}", past.row.id, day)
