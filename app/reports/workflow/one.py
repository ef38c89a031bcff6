"""One workflow of a store: its steps as a way through time, its dials, its versions, and who is on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Enrollment, Store, StoreText, WorkflowSetting, WorkflowVersion
from app.reports.overview import Count
from app.reports.overview.counts import count
from app.reports.overview.words import called, labelled
from app.reports.workflow.cards import Card, card
from app.reports.workflow.dials import DialView, Refused, dial_views
from app.reports.workflow.sources import Sources, sources
from app.rows import table_of
from workflows.language import Phrase, Step, Workflow, spoken

VERSION = table_of(WorkflowVersion)
TEXT = table_of(StoreText)
MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class StepView:
    """One step on the way: `when` counts from the event, `stale` is how late it may still be said."""

    name: str
    label: str
    when: Phrase
    only_if: tuple[Phrase, ...]
    medium: str
    text: str
    code: int | None
    stale: Phrase
    waiting: int
    is_own_text: bool


@dataclass(frozen=True, slots=True)
class VersionView:
    """The dials as they were until `until`, None for today's; `said` lists what differs from the usual."""

    number: int
    said: tuple[Phrase, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class OneView:
    """`entered` counts every way that was ever begun, up to a limit."""

    card: Card
    starts: Phrase
    rules: tuple[Phrase, ...]
    stops: tuple[Phrase, ...]
    steps: tuple[StepView, ...]
    dials: tuple[DialView, ...]
    complaints: tuple[Phrase, ...]
    versions: tuple[VersionView, ...]
    entered: Count


def one(
    session: Session,
    store: Store,
    *,
    workflow: Workflow,
    known: Mapping[str, Workflow],
    now: datetime,
    refused: Refused | None = None,
) -> OneView:
    """The workflow with this store's switch, dials and counts, and what was `refused` just now."""
    told = sources(session, store, known=known, now=now)
    setting = told.settings.get(workflow.name)
    saved = setting.dials if setting else {}
    dials, complaints = dial_views(workflow, saved, refused=refused or Refused())
    own = _own_texts(session, store.id, workflow=workflow.name)
    return OneView(
        card=card(workflow, told),
        starts=workflow.starts.said,
        rules=tuple(workflow.rules(saved)),
        stops=tuple(one.said(workflow.turned(saved)) for one in workflow.stops),
        steps=tuple(_step(workflow, one, saved=saved, told=told, own=own) for one in workflow.steps),
        dials=dials,
        complaints=complaints,
        versions=_versions(session, setting, workflow=workflow),
        entered=count(session, Enrollment.store_id == store.id, Enrollment.workflow == workflow.name),
    )


def _step(workflow: Workflow, step: Step, *, saved: Mapping[str, int], told: Sources, own: frozenset[str]) -> StepView:
    turned = workflow.turned(saved)
    return StepView(
        name=step.name,
        label=labelled(step.name),
        when=workflow.when(step, saved),
        only_if=tuple(condition.said(turned) for condition in step.only_if),
        medium=called(step.send.medium),
        text=step.send.text,
        code=turned[step.send.code.percent.name] if step.send.code else None,
        stale=spoken(step.stale),
        waiting=told.waiting.get((workflow.name, step.name), 0),
        is_own_text=step.name in own,
    )


def _own_texts(session: Session, store_id: int, *, workflow: str) -> frozenset[str]:
    query = (
        sa.select(TEXT.c.step, TEXT.c.source)
        .where(TEXT.c.store_id == store_id, TEXT.c.workflow == workflow)
        .order_by(TEXT.c.version)
    )
    latest: dict[str, str | None] = dict(tuple(row) for row in session.execute(query))
    return frozenset(step for step, source in latest.items() if source is not None)


def _versions(session: Session, setting: WorkflowSetting | None, *, workflow: Workflow) -> tuple[VersionView, ...]:
    """The latest first; none where the dials were never turned."""
    if setting is None or setting.version == 1:
        return ()
    query = (
        sa.select(VERSION.c.version, VERSION.c.dials, VERSION.c.at)
        .where(VERSION.c.store_id == setting.store_id, VERSION.c.workflow == workflow.name)
        .order_by(VERSION.c.version.desc())
        .limit(MOST_VERSIONS)
    )
    today = VersionView(setting.version, _said(workflow, setting.dials), None)
    before = (VersionView(row.version, _said(workflow, row.dials), row.at) for row in session.execute(query))
    return (today, *before)


def _said(workflow: Workflow, dials: Mapping[str, int]) -> tuple[Phrase, ...]:
    known = {one.name: one for one in workflow.dials}
    turned = {name: known[name].said(value) for name, value in dials.items() if name in known}
    return tuple(Phrase("%(dial)s: %(value)s", {"dial": name, "value": value}) for name, value in turned.items())
