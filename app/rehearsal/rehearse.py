"""Moves the clock: news takes people in, steps fall due and are judged, by the very functions of the live run."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.facts import law_of
from app.model import Store
from app.model.event import EventKind
from app.pipeline.calendar.days import MORNING, day_of
from app.pipeline.enroll import News, Taking, taking
from app.pipeline.entries import entries
from app.policy import Case, Decision, Law, decide
from app.policy.caps import KEPT, Departure
from app.policy.quiet import instant
from app.rehearsal.past import Past, pasts
from app.rehearsal.person import SUBSCRIBED, Moment
from app.zones import zone_of
from connectors.money import exponent
from workflows.language import Purpose, Step, Workflow

# What a history tells of; looks at products and predictions are not kept as they were.
TOLD = frozenset(
    {
        EventKind.SUBSCRIBED,
        EventKind.ORDER_PLACED,
        EventKind.ORDER_PAID,
        EventKind.ORDER_SHIPPED,
        EventKind.ORDER_DELIVERED,
        EventKind.CHECKOUT_LEFT,
        EventKind.BIRTHDAY,
        EventKind.ANNIVERSARY,
    }
)


class CannotRehearseError(ValueError):
    """This workflow begins with something that a history does not tell; the message says what."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message that would have left."""

    customer_id: int
    step: str
    at: datetime


@dataclass(slots=True)
class Rehearsed:
    """What would have been: messages in the order of time; how often each reason held one back, deferrals apart; and how many
    were taken in."""

    workflow: str
    since: datetime
    until: datetime
    said: list[Said] = field(default_factory=list)
    held_back: Counter[str] = field(default_factory=Counter)
    deferred: Counter[str] = field(default_factory=Counter)
    taken_in: int = 0


def rehearse(
    session: Session, *, store: Store, workflow: Workflow, dials: Mapping[str, int], since: datetime, now: datetime
) -> Rehearsed:
    """Replay the store's history from `since` to `now`, as if this workflow alone had been on. Raises CannotRehearseError."""
    untold = [on.event for on in workflow.starts.on if on.event not in TOLD]
    if untold:
        raise CannotRehearseError(f"It begins when {workflow.starts.words}: a history does not tell that as it was.")
    found = Rehearsed(workflow.name, since, now)
    stage = _Stage(store, workflow, dials, law_of(store), now, found)
    for past in pasts(session, store, until=now).values():
        _replay(stage, past, since=since)
    found.said.sort(key=lambda one: (one.at, one.customer_id))
    return found


@dataclass(frozen=True, slots=True)
class _Stage:
    store: Store
    workflow: Workflow
    dials: Mapping[str, int]
    law: Law
    until: datetime
    found: Rehearsed


@dataclass(slots=True)
class _Way:
    """One person's way: what it is about, since when, and which step comes next."""

    entry: Taking
    step: Step
    due_at: datetime


def _replay(stage: _Stage, past: Past, *, since: datetime) -> None:
    """One person, from alarm to alarm."""
    ways = _ways(stage, past, since=since)
    stage.found.taken_in += len(ways)
    alarms = [(way.due_at, number) for number, way in enumerate(ways)]
    heapq.heapify(alarms)
    zone = zone_of(past.row.country, past.row.region, store_zone=stage.store.zone)
    minor = 10 ** exponent(stage.store.currency)
    moment = Moment(past, since, zone, stage.workflow.turned(stage.dials), minor)
    while alarms and alarms[0][0] <= stage.until:
        at, number = heapq.heappop(alarms)
        moment = replace(moment, now=at)
        after = _judge(stage, moment, way=ways[number])
        moment = after.moment
        if after.again_at is not None:
            heapq.heappush(alarms, (after.again_at, number))


def _ways(stage: _Stage, past: Past, *, since: datetime) -> list[_Way]:
    found = (
        taking(news, workflow=stage.workflow, dials=stage.dials) for news in _news(stage, past) if news.at >= since
    )
    takings = (one for one in found if one is not None)
    first = stage.workflow.steps[0]
    kept = entries(takings, workflow=stage.workflow, is_lived=True)
    return [_Way(entry, first, entry.due_at) for entry in kept]


@dataclass(frozen=True, slots=True)
class _After:
    """How it stands after a verdict: the person with what left, and when to look again, if ever."""

    moment: Moment
    again_at: datetime | None


def _judge(stage: _Stage, moment: Moment, *, way: _Way) -> _After:
    facts = moment.facts(way.entry.subject, way.entry.anchor)
    case = Case(stage.workflow, way.step, facts, moment.standing(), stage.law, way.due_at)
    verdict = decide(case)
    if verdict.decision is Decision.DEFER:
        stage.found.deferred[verdict.reason] += 1
        return _After(moment, verdict.until)
    if verdict.decision is Decision.SEND:
        stage.found.said.append(Said(moment.past.row.id, way.step.name, moment.now))
        moment = _departed(moment, stage.workflow)
    else:
        stage.found.held_back[verdict.reason] += 1
    following = stage.workflow.after(way.step.name)
    if verdict.decision is Decision.STOP or following is None:
        return _After(moment, None)
    way.step, way.due_at = following, following.due(way.entry.anchor, stage.dials)
    # What fell due while an earlier step was put off is judged right after it, as the live run does.
    return _After(moment, max(way.due_at, moment.now))


def _departed(moment: Moment, workflow: Workflow) -> Moment:
    if workflow.purpose is not Purpose.MARKETING:
        return moment
    left = Departure(moment.now, -1 - len(moment.departures), workflow.name)
    return replace(moment, departures=(left, *moment.departures)[:KEPT])


def _news(stage: _Stage, past: Past) -> Iterator[News]:
    """What would have been news of this person, as ingest and the calendar tell it."""
    wanted = {on.event for on in stage.workflow.starts.on}
    if EventKind.SUBSCRIBED in wanted:
        first = next((at for at, state in past.answers if state == SUBSCRIBED), None)
        if first is not None:
            yield News(EventKind.SUBSCRIBED, f"customer:{past.row.id}", past.row.id, first)
    yield from _order_news(stage, past)
    if EventKind.CHECKOUT_LEFT in wanted:
        for row in past.checkouts:
            yield News(EventKind.CHECKOUT_LEFT, f"checkout:{row.external_id}", past.row.id, row.updated_at)
    yield from _days(stage, past, wanted=frozenset(wanted))


def _order_news(stage: _Stage, past: Past) -> Iterator[News]:
    home = stage.store.country
    for one in past.orders:
        row = one.row
        if not row.may_start or row.status == "draft":
            continue
        subject, abroad = f"order:{row.external_id}", bool(home and row.country and row.country != home)
        moments = [(EventKind.ORDER_PLACED, row.placed_at), (EventKind.ORDER_PAID, row.paid_at)]
        for parcel in one.parcels:
            moments += [(EventKind.ORDER_SHIPPED, parcel.shipped_at), (EventKind.ORDER_DELIVERED, parcel.delivered_at)]
        for kind, at in moments:
            if at is not None:
                yield News(kind, subject, row.customer_id, at, abroad)


def _days(stage: _Stage, past: Past, *, wanted: frozenset[str]) -> Iterator[News]:
    zone = zone_of(past.row.country, past.row.region, store_zone=stage.store.zone)
    counting = Moment(past, stage.until, zone, {}, 1)
    born = counting.facts("self", stage.until).customer.birthday if EventKind.BIRTHDAY in wanted else None
    first = past.orders[0].row.placed_at.astimezone(zone).date() if past.orders else None
    for year in range(stage.found.since.year, stage.until.year + 1):
        if born is not None:
            day = instant(day_of(born, year), MORNING, zone=zone)
            yield News(EventKind.BIRTHDAY, f"birthday:{year}", past.row.id, day)
        if EventKind.ANNIVERSARY in wanted and first is not None and year > first.year:
            day = instant(day_of((first.month, first.day), year), MORNING, zone=zone)
            yield News(EventKind.ANNIVERSARY, f"anniversary:{year}", past.row.id, day)
