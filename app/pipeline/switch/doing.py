"""Carries a change out, by the plan that was shown, and says what has become different since.

A large store's past is taken in by a worker, some people at a time: nobody else could write meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.model import Store
from app.pipeline.switch import tallies
from app.pipeline.switch.change import Change, ChangeKind
from app.pipeline.switch.counting import Counts, Recent
from app.pipeline.switch.dials import turn
from app.pipeline.switch.parking import Choice
from app.pipeline.switch.plan import NOT_COUNTED, Option, Plan, plan
from app.pipeline.switch.setting import setting_of
from app.pipeline.switch.switching import switch, take_in
from app.pipeline.texts import save_text
from app.translations import marked
from workflows.language import Phrase, Workflow

# How long a sheet that was shown may be acted upon; after that it is counted anew, and looked at again.
GOOD_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it: `counts` of those on their way as it was done. Where there are `complaints` nothing was done;
    `plan` is the plan as of now, to be shown again then. `changed` says what is different from what was shown."""

    plan: Plan
    counts: Counts = field(default_factory=Counts)
    recent: Recent | None = None
    complaints: tuple[Phrase, ...] = ()
    changed: Phrase | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether a worker takes the past in from now on."""
        return bool(self.plan.change.recent_days) and self.plan.found is None


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
    """Do it, in one transaction with a count of its own, but for the past of a large store, which a worker takes in.

    `ticket` is the one of the plan that was shown; where that is older than `GOOD_FOR`, or the clock went back since, or the
    past was not counted yet, nothing is done and the new plan is to be shown."""
    setting_of(session, store.id, workflow=workflow.name, now=now)
    session.flush()
    today = plan(session, store=store, workflow=workflow, change=change, now=now, is_patient=False)
    option = today.option(choice)
    refused = Phrase("This cannot become of those on their way.")
    complaints = today.complaints or (() if option else (refused,))
    complaints = complaints or _unseen(ticket, now=now)
    if complaints or option is None:
        return Done(today, complaints=complaints)
    DEEDS[change.kind](_Act(session, store, workflow, change, choice, now, today))
    return Done(today, option.counts, today.recent, changed=_changed(ticket, today, option=option))


@dataclass(frozen=True, slots=True)
class _Act:
    session: Session
    store: Store
    workflow: Workflow
    change: Change
    choice: Choice
    now: datetime
    plan: Plan


def _switch(act: _Act) -> None:
    is_on = act.change.kind is ChangeKind.ON
    name, store_id = act.workflow.name, act.store.id
    switch(act.session, store_id=store_id, workflow=name, is_on=is_on, choice=act.choice, now=act.now)
    act.session.flush()
    if not act.change.recent_days or act.plan.found is not None:
        take_in(act.session, act.plan.found or (), store_id=store_id, workflow=act.workflow, now=act.now)
        return
    on_since = setting_of(act.session, store_id, workflow=name, now=act.now).on_since
    days = act.change.recent_days
    tallies.ask(act.session, store_id=store_id, workflow=name, days=days, now=act.now, on_since=on_since)


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


def _unseen(ticket: str | None, *, now: datetime) -> tuple[Phrase, ...]:
    """Why what was shown, if anything had to be, is no longer what would be done."""
    if ticket is None:
        return ()
    shown = _shown(ticket)
    try:
        age = now - datetime.fromisoformat(shown["at"])
    except (ValueError, TypeError):
        return (Phrase("It is not known what was shown to you; please look at the numbers first."),)
    if shown.get("recent") == NOT_COUNTED:
        return (Phrase("The past was still being counted; please look at the numbers first."),)
    if timedelta(0) <= age <= GOOD_FOR:
        return ()
    if age < timedelta(0):
        return (Phrase("These numbers were counted by a clock that went back since; please look at them again."),)
    pattern = marked("These numbers were counted %(num)s minutes ago; please look at them again.")
    return (Phrase(pattern, {"num": age // timedelta(minutes=1)}),)


def _changed(ticket: str | None, today: Plan, *, option: Option) -> Phrase | None:
    """What became different between the sheet and the act, where anything did."""
    before, now = _shown(ticket), _shown(today.ticket)
    # What a worker counts still says nothing, and is not news.
    told = (option.choice,) if today.is_counting else (option.choice, "recent")
    if ticket is None or all(before.get(name) == now[name] for name in told):
        return None
    waiting = option.counts.sentence
    if today.recent is None:
        return Phrase("It changed since you looked: %(told)s", {"told": waiting})
    values = {"told": waiting, "recent": today.recent.sentence}
    return Phrase("It changed since you looked: %(told)s %(recent)s", values)
