"""The sheet before a change: how many wait, and how they would fare under each choice. It only reads.

`doing.carry_out` makes the same plan again in the transaction that acts, so what was shown and what is done differ only by
what happened in between; it says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.model import Store, TallyState, WorkflowSetting
from app.pipeline.switch import tallies
from app.pipeline.switch.change import Change, ChangeKind
from app.pipeline.switch.counting import Counts, Recent, if_moved, on_their_way
from app.pipeline.switch.dials import together
from app.pipeline.switch.parking import Choice
from app.pipeline.switch.recent import Entry, Span, untold
from app.pipeline.texts import text_complaints
from app.translations import marked
from workflows.language import Phrase, Workflow

MOST_RECENT_DAYS = 365
# How a ticket says of the past that it is being counted.
NOT_COUNTED = "-"
WORDS: Mapping[tuple[ChangeKind, Choice], str] = {
    (ChangeKind.ON, Choice.KEEP): "They keep their times; what is too late is dropped.",
    (ChangeKind.ON, Choice.SHIFT): "All their times move by the pause.",
    (ChangeKind.ON, Choice.DROP): "They all leave, and get nothing more.",
    (ChangeKind.OFF, Choice.KEEP): "They wait until it is on again.",
    (ChangeKind.OFF, Choice.DROP): "They all leave, and get nothing more.",
    (ChangeKind.DIALS, Choice.KEEP): "They finish on the dials with which they came in.",
    (ChangeKind.DIALS, Choice.MOVE): "They move to the new dials.",
    (ChangeKind.TEXT, Choice.KEEP): "Whoever waits gets the new words.",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice for those on their way, in words, and how they would fare."""

    choice: Choice
    words: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change would do as of `at`. `today` is how those on their way fare if nothing is changed; the first option is
    the gentlest. `pause` is how long it was off; `found` are those of whom `recent` tells, None where a worker counted them.
    Where there are `complaints` nothing may be done, nor where a worker `is_counting` still; `tally` says how far that is, None
    where nobody asked for it yet."""

    workflow: str
    change: Change
    at: datetime
    today: Counts
    options: tuple[Option, ...]
    pause: timedelta = timedelta(0)
    recent: Recent | None = None
    found: Sequence[Entry] | None = field(default=None, repr=False, compare=False)
    tally: TallyState | None = None
    complaints: tuple[Phrase, ...] = ()

    @property
    def is_counting(self) -> bool:
        return bool(self.change.recent_days and self.options) and self.recent is None

    @property
    def needs_choice(self) -> bool:
        """Whether somebody is on their way and more than one thing may become of them."""
        return bool(self.today.waiting) and len(self.options) > 1

    def option(self, choice: Choice) -> Option | None:
        return next((one for one in self.options if one.choice is choice), None)

    @property
    def ticket(self) -> str:
        """What was shown, in one word, to be handed to `carry_out` together with the choice."""
        numbers = [f"{one.choice}:{_numbers(one.counts)}" for one in self.options]
        entering = NOT_COUNTED if self.is_counting else self.recent.entering if self.recent else 0
        return "/".join([self.at.isoformat(), *numbers, f"recent:{entering}"])


def _numbers(told: Counts) -> str:
    return f"{told.waiting}.{told.soon}.{told.later}.{told.stale}"


def plan(
    session: Session, *, store: Store, workflow: Workflow, change: Change, now: datetime, is_patient: bool = True
) -> Plan:
    """What this change would do now; counted by the code that does it. Who is not patient gets of the past, in a store where
    counting takes long, what a worker counted of it a short while ago."""
    setting = session.get(WorkflowSetting, (store.id, workflow.name))
    case = _Case(session, store, workflow, change, now, setting)
    if complaints := _complaints(case):
        return Plan(workflow.name, change, now, Counts(), (), complaints=complaints)
    today = on_their_way(session, store.id, workflow=workflow, now=now)
    counted = {choice: count(case, today) for choice, count in OPTIONS[change.kind].items()}
    options = tuple(Option(choice, WORDS[change.kind, choice], told) for choice, told in counted.items())
    of_today = Plan(workflow.name, change, now, today, options, pause=case.pause)
    return _with_recent(of_today, case, is_patient=is_patient) if change.recent_days else of_today


@dataclass(frozen=True, slots=True)
class _Case:
    session: Session
    store: Store
    workflow: Workflow
    change: Change
    now: datetime
    setting: WorkflowSetting | None

    @property
    def is_on(self) -> bool:
        return self.setting is not None and self.setting.is_on

    @property
    def dials(self) -> Mapping[str, int]:
        return self.setting.dials if self.setting is not None else {}

    @property
    def pause(self) -> timedelta:
        since = self.setting.off_since if self.setting is not None and not self.setting.is_on else None
        return self.now - since if since is not None else timedelta(0)

    @property
    def span(self) -> Span:
        return Span(self.store, self.workflow, self.now - timedelta(days=self.change.recent_days), self.now)


def _complaints(case: _Case) -> tuple[Phrase, ...]:
    change, workflow = case.change, case.workflow
    if change.kind is ChangeKind.DIALS:
        return tuple(workflow.complaints(together(case.dials, change.dials, workflow=workflow)))
    if change.kind is ChangeKind.TEXT:
        wrong = text_complaints(workflow, change.step, source=change.source, now=case.now)
        pattern = marked("Line %(line)s: %(reason)s.")
        return tuple(Phrase(pattern, {"line": one.line, "reason": one.reason}) for one in wrong)
    if case.is_on is (change.kind is ChangeKind.ON):
        return (Phrase("It is on already.") if case.is_on else Phrase("It is off already."),)
    return _complaints_of_recent(change, workflow)


def _complaints_of_recent(change: Change, workflow: Workflow) -> tuple[Phrase, ...]:
    if not change.recent_days:
        return ()
    if not 0 < change.recent_days <= MOST_RECENT_DAYS or change.kind is not ChangeKind.ON:
        pattern = marked("Between 1 and %(most)s days of history may be included, when it is switched on.")
        return (Phrase(pattern, {"most": MOST_RECENT_DAYS}),)
    why = untold(workflow)
    return (why,) if why else ()


def _with_recent(of_today: Plan, case: _Case, *, is_patient: bool) -> Plan:
    if is_patient or tallies.is_quick(case.session, case.store.id):
        found, recent = tallies.count(case.session, case.span, dials=case.dials)
        return replace(of_today, found=found, recent=recent)
    tally = tallies.known(case.session, case.span, setting=case.setting)
    if tally is None or tally.counted_at is None or tally.state != TallyState.DONE:
        return replace(of_today, tally=TallyState(tally.state) if tally else None)
    # The sheet is as old as the oldest of its numbers.
    return replace(of_today, at=tally.counted_at, recent=Recent(**tally.result), tally=TallyState.DONE)


def _as_today(_: _Case, today: Counts) -> Counts:
    return today


def _shifted(case: _Case, _: Counts) -> Counts:
    return on_their_way(case.session, case.store.id, workflow=case.workflow, now=case.now, shift=case.pause)


def _all_go(_: _Case, today: Counts) -> Counts:
    return Counts(today.waiting, stale=today.waiting)


def _all_wait(_: _Case, today: Counts) -> Counts:
    return Counts(today.waiting, later=today.waiting)


def _moved(case: _Case, _: Counts) -> Counts:
    wanted = together(case.dials, case.change.dials, workflow=case.workflow)
    return if_moved(case.session, case.store.id, workflow=case.workflow, dials=wanted, now=case.now)


OPTIONS: Mapping[ChangeKind, Mapping[Choice, Callable[[_Case, Counts], Counts]]] = {
    ChangeKind.ON: {Choice.KEEP: _as_today, Choice.SHIFT: _shifted, Choice.DROP: _all_go},
    ChangeKind.OFF: {Choice.KEEP: _all_wait, Choice.DROP: _all_go},
    ChangeKind.DIALS: {Choice.KEEP: _as_today, Choice.MOVE: _moved},
    ChangeKind.TEXT: {Choice.KEEP: _as_today},
}
