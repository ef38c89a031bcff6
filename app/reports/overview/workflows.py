"""The workflows with a store's switches, dials and counts, and what was refused just now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.model import Enrollment, EnrollmentState, Message, MessageState, Outcome, OutcomeKind, WorkflowSetting
from app.reports.overview.counts import Count, count
from app.reports.overview.words import labelled, readable
from workflows.language import Dial, Number, Purpose, Workflow, counted

LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DialView:
    """One dial as a number between its stops. `typed` keeps what was refused, `complaint` says why."""

    name: str
    label: str
    what: str
    unit: str
    value: int
    default: int
    low: int
    high: int
    typed: str | None = None
    complaint: str | None = None


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """`note` is what to know before it is switched on; `sentences` name texts as people read them."""

    name: str
    title: str
    purpose: Purpose
    note: str | None
    sentences: tuple[str, ...]
    is_on: bool
    on_since: datetime | None
    dials: tuple[DialView, ...]
    waiting: Count
    sent: Count
    held_out: Count
    complaints: tuple[str, ...] = ()

    @property
    def has_counts(self) -> bool:
        """Whether there is anything to count: one that was never on is quiet about it."""
        return self.is_on or any((self.waiting, self.sent, self.held_out))


@dataclass(frozen=True, slots=True)
class Refused:
    """What a merchant typed into the dials of one workflow and why it was not saved."""

    typed: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def workflows(session: Session, *, store_id: int, known: Mapping[str, Workflow], now: datetime) -> list[WorkflowView]:
    """Every workflow with this store's switch, dials and counts: marketing before service, those that are on first."""
    views = [workflow(session, store_id=store_id, known=one, now=now) for one in known.values()]
    return sorted(views, key=lambda one: (one.purpose is Purpose.SERVICE, not one.is_on, one.title))


def workflow(
    session: Session, *, store_id: int, known: Workflow, now: datetime, refused: Refused | None = None
) -> WorkflowView:
    """One workflow with this store's switch, dials and counts, and what was `refused` just now."""
    setting = session.get(WorkflowSetting, (store_id, known.name))
    saved = setting.dials if setting else {}
    refused = refused or Refused()
    dials = tuple(_dial(known, one, saved=saved, refused=refused) for one in known.dials)
    spoken_of = {one.complaint for one in dials}
    return WorkflowView(
        name=known.name,
        title=known.title or labelled(known.name),
        purpose=known.purpose,
        note=known.note,
        sentences=tuple(readable(line) for line in known.sentences(saved).splitlines()),
        is_on=bool(setting and setting.is_on),
        on_since=setting.on_since if setting else None,
        dials=dials,
        **_counts(session, store_id, workflow=known.name, since=now - LOOK_BACK),
        complaints=tuple(one for one in map(readable, refused.complaints) if one not in spoken_of),
    )


def _counts(session: Session, store_id: int, *, workflow: str, since: datetime) -> dict[str, Count]:
    return {
        "waiting": count(
            session,
            Enrollment.store_id == store_id,
            Enrollment.workflow == workflow,
            Enrollment.state == EnrollmentState.WAITING,
        ),
        "sent": count(
            session,
            Message.store_id == store_id,
            Message.created_at >= since,
            Message.workflow == workflow,
            Message.state == MessageState.SENT,
        ),
        "held_out": count(
            session,
            Outcome.store_id == store_id,
            Outcome.at >= since,
            Outcome.workflow == workflow,
            Outcome.kind == OutcomeKind.HELD_OUT,
        ),
    }


def _dial(known: Workflow, one: Dial | Number, *, saved: Mapping[str, int], refused: Refused) -> DialView:
    value, (low, default, high) = one.number(saved), one.stops
    mine = [text for text in refused.complaints if text.startswith(f"“{one.name}”")]
    return DialView(
        name=one.name,
        label=labelled(one.name),
        what=one.words if isinstance(one, Number) else f"{'before' if high <= 0 else 'after'} {known.starts.words}",
        unit=counted(value, one.unit).split(" ", 1)[1],
        value=value,
        default=default,
        low=low,
        high=high,
        typed=refused.typed.get(one.name),
        complaint=readable(mine[0]) if mine else None,
    )
