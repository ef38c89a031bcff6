"""Carries a change out, by the plan that was shown, and says what has become different since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.model import Store
from app.pipeline.switch.change import Change, ChangeKind
from app.pipeline.switch.counting import Counts, Recent
from app.pipeline.switch.dials import turn
from app.pipeline.switch.parking import Choice
from app.pipeline.switch.plan import Plan, plan
from app.pipeline.switch.recent import Entry, Span, entering
from app.pipeline.switch.setting import setting_of
from app.pipeline.switch.switching import switch, take_in
from app.pipeline.texts import save_text
from workflows.language import Workflow

# How long a sheet that was shown may be acted upon; after that it is counted anew, and looked at again.
GOOD_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it: `counts` of those on their way as it was done. Where there are `complaints` nothing was done;
    `plan` is the plan as of now, to be shown again then. `changed` says what is different from what was shown."""

    plan: Plan
    counts: Counts = field(default_factory=Counts)
    recent: Recent | None = None
    complaints: tuple[str, ...] = ()
    changed: str | None = None


def carry_out(
    session: Session,
    *,
    store: Store,
    workflow: Workflow,
    change: Change,
    choice: Choice,
    now: datetime,
    ticket: str | None = None,
) -> Done:
    """Do it, in one transaction with a count of its own. `ticket` is the one of the plan that was shown; where that is older
    than `GOOD_FOR`, or the clock went back since, nothing is done and the new plan is to be shown."""
    setting_of(session, store.id, workflow=workflow.name, now=now)
    session.flush()
    today = plan(session, store=store, workflow=workflow, change=change, now=now)
    option = today.option(choice)
    complaints = today.complaints or (() if option else (f"“{choice}” cannot be chosen here.",))
    complaints = complaints or _too_old(ticket, now=now)
    if complaints or option is None:
        return Done(today, complaints=complaints)
    DEEDS[change.kind](_Act(session, store, workflow, change, choice, now))
    return Done(today, option.counts, today.recent, changed=_changed(ticket, today, choice=choice))


@dataclass(frozen=True, slots=True)
class _Act:
    session: Session
    store: Store
    workflow: Workflow
    change: Change
    choice: Choice
    now: datetime


def _switch(act: _Act) -> None:
    is_on = act.change.kind is ChangeKind.ON
    found: list[Entry] = []
    if act.change.recent_days:
        setting = setting_of(act.session, act.store.id, workflow=act.workflow.name, now=act.now)
        since = act.now - timedelta(days=act.change.recent_days)
        found = entering(act.session, Span(act.store, act.workflow, since, act.now), dials=setting.dials)
    name, store_id = act.workflow.name, act.store.id
    switch(act.session, store_id=store_id, workflow=name, is_on=is_on, choice=act.choice, now=act.now)
    act.session.flush()
    take_in(act.session, found, store_id=store_id, workflow=act.workflow, now=act.now)


def _turn(act: _Act) -> None:
    moves = act.choice is Choice.MOVE
    turn(
        act.session,
        store_id=act.store.id,
        workflow=act.workflow,
        dials=act.change.dials,
        now=act.now,
        moves=moves,
    )


def _save(act: _Act) -> None:
    step, source = act.change.step, act.change.source
    save_text(act.session, store_id=act.store.id, workflow=act.workflow, step=step, source=source, now=act.now)


DEEDS = {ChangeKind.ON: _switch, ChangeKind.OFF: _switch, ChangeKind.DIALS: _turn, ChangeKind.TEXT: _save}


def _shown(ticket: str | None) -> Mapping[str, str]:
    at, *rest = (ticket or "").split("/")
    return {"at": at, **{name: told for name, _, told in (one.partition(":") for one in rest)}}


def _too_old(ticket: str | None, *, now: datetime) -> tuple[str, ...]:
    if ticket is None:
        return ()
    try:
        age = now - datetime.fromisoformat(_shown(ticket)["at"])
    except (ValueError, TypeError):
        return ("It is not known what was shown to you; please look at the numbers first.",)
    if timedelta(0) <= age <= GOOD_FOR:
        return ()
    how = f"{age // timedelta(minutes=1)} minutes ago" if age > timedelta(0) else "by a clock that went back since"
    return (f"These numbers were counted {how}; please look at them again.",)


def _changed(ticket: str | None, today: Plan, *, choice: Choice) -> str | None:
    """What became different between the sheet and the act, where anything did."""
    before, now = _shown(ticket), _shown(today.ticket)
    if ticket is None or all(before.get(name) == now[name] for name in (choice, "recent")):
        return None
    option = today.option(choice)
    told = option.counts.sentence if option else ""
    recent = f" {today.recent.sentence}" if today.recent else ""
    return f"It changed since you looked: {told}{recent}"
