"""One workflow of a store: its steps, its dials, what it did and caused, and what it would have done."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask.blueprints import Blueprint
from sqlalchemy.orm import Session

from app.model import WorkflowSetting
from app.model.staff import May
from app.pipeline.switch import Change, ChangeKind, Choice, carry_out
from app.pipeline.switch.past import Past, under_way
from app.rehearsal import CannotRehearseError, trials
from app.reports.workflow import OneView, Refused, meant, one
from app.reports.workflow.rehearsed import TrialView, rehearsed
from app.web import charts
from app.web.admin.frame import Toast, part, show
from app.web.admin.workflows import ROOT, named, store_of
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from app.web.words import day, money
from workflows.language import Phrase, Workflow

NUMBER = re.compile(r"-?[0-9]{1,6}")
SPANS = (30, 90, 365)

routes = Blueprint("admin_workflow", __name__, url_prefix=f"{ROOT}/<name>")


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def workflow(name: str) -> Response:
    """What it does and how it stands."""
    return _page(named(name))


@routes.post("/dials")
@guarded(Guard.PLATFORM_TOKEN)
def turn_dials(name: str) -> Response:
    """Turn dials. Where one is refused nothing is saved; each complaint comes back beside what was typed."""
    known = named(name)
    typed = {
        dial.name: request.form.get(dial.name, "").strip()[:20] for dial in known.dials if dial.name in request.form
    }
    complaints = _unlike_numbers(known, typed) or _turn(known, {dial: int(text) for dial, text in typed.items()})
    if complaints:
        return _page(known, Refused(typed, tuple(complaints)))
    return _page(known, toast=Toast(say("Saved.")))


@routes.get("/rehearsal")
@guarded(Guard.PLATFORM_TOKEN)
def rehearsal(name: str) -> Response:
    """What it would have done in this store's own past, or how far that is; asked for every second until it is done."""
    return _rehearsal_part(named(name))


@routes.post("/rehearsal")
@guarded(Guard.PLATFORM_TOKEN, needs=May.LOOK)
def rehearse(name: str) -> Response:
    """Have it reckoned anew. It changes nothing of the store's, so whoever may look may ask."""
    known, wanted = named(name), request.values.get("days", "")
    days = int(wanted) if wanted in map(str, SPANS) else SPANS[1]
    try:
        with runtime().database.write() as session:
            trials.ask(session, known, store_id=desk().store_id, days=days, now=runtime().clock.now())
    except CannotRehearseError as error:
        return _rehearsal_part(known, refusal=error.said)
    return _rehearsal_part(known)


@routes.get("/past")
@guarded(Guard.PLATFORM_TOKEN)
def past(name: str) -> Response:
    """How far a worker is with the past that was included, asked for every second until it is over."""
    with runtime().database.read() as session:
        return part("workflow", "past", workflow=named(name), past=_past(session, name))


def _past(session: Session, name: str) -> Past | None:
    setting = session.get(WorkflowSetting, (desk().store_id, name))
    return under_way(session, setting, now=runtime().clock.now())


def _rehearsal_part(known: Workflow, *, refusal: Phrase | None = None) -> Response:
    with runtime().database.read() as session:
        trial = rehearsed(session, desk().store_id, workflow=known.name)
    return part("workflow", "rehearsal", workflow=known, refusal=refusal, **_rehearsal(trial))


def _rehearsal(trial: TrialView | None) -> dict[str, Any]:
    return {"trial": trial, "weeks": _by_week(trial), "spans": SPANS}


def _by_week(trial: TrialView | None) -> charts.Chart | None:
    told = trial.told if trial else None
    if told is None or not told.messages:
        return None
    series = {
        say("Would have left"): [week.sent for week in told.weeks],
        say("Held back"): [week.held for week in told.weeks],
    }
    return charts.bars([day(week.begins) for week in told.weeks], series)


def _page(known: Workflow, refused: Refused | None = None, *, toast: Toast | None = None) -> Response:
    house = runtime()
    with house.database.read() as session:
        store, now = store_of(session), house.clock.now()
        view = one(session, store, workflow=known, known=house.workflows, now=now, refused=refused)
        trial, begun = rehearsed(session, store.id, workflow=known.name), _past(session, known.name)
    is_set_up = known.medium in house.channels
    values = {"view": view, "workflow": known, "is_set_up": is_set_up, "chart": _means(view), **_rehearsal(trial)}
    values["past"] = begun
    return show("workflow", status=422 if refused else 200, toast=toast, is_refused=bool(refused), **values)


def _means(view: OneView) -> charts.Chart | None:
    """What those who get it and those held out brought, each."""
    row = view.card.effect
    if row is None or row.caused is None:
        return None
    values = [row.treated_mean or 0.0, row.held_out_mean or 0.0]
    return charts.bars([say("With it"), say("Held out")], {say("Per customer"): values}, written=money)


def _unlike_numbers(known: Workflow, typed: Mapping[str, str]) -> list[Phrase]:
    return [
        Phrase("“%(name)s” must be a whole number.", {"name": dial.name})
        for dial in known.dials
        if dial.name in typed and not NUMBER.fullmatch(typed[dial.name])
    ]


def _turn(known: Workflow, wanted: Mapping[str, int]) -> list[Phrase]:
    change = Change(ChangeKind.DIALS, dials=meant(known, wanted))
    choice = Choice.MOVE if request.form.get("moves") else Choice.KEEP
    with runtime().database.write() as session:
        done = carry_out(
            session, store=store_of(session), workflow=known, change=change, choice=choice, now=runtime().clock.now()
        )
    return list(done.complaints)
