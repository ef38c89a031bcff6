"""All workflows of a store: what each does, how it stands, and its switch with the sheet that counts first."""

from typing import Any

from flask import Response, request
from flask.blueprints import Blueprint
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, NotFound

from app.model import Store
from app.pipeline.switch import Change, ChangeKind, Choice, Done, Plan, carry_out, plan, tallies
from app.reports.workflow import cards
from app.translations import marked
from app.web.admin import Tab
from app.web.admin.frame import Toast, land, over, part, show
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from app.web.words import phrase
from workflows.language import Phrase, Workflow

ROOT = "/admin/workflows"
TAB = Tab(marked("Workflows"), "workflows", path=ROOT, order=20)
SPANS = (0, 7, 14, 30, 60, 90)

routes = Blueprint("admin_workflows", __name__, url_prefix=ROOT)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def workflows() -> Response:
    """Each with its sentence, its state and what came of it."""
    return page()


@routes.get("/<name>/switch")
@guarded(Guard.PLATFORM_TOKEN)
def sheet(name: str) -> Response:
    """What switching `to` on or off would do, counted; with so many `recent` days of history where that is asked for.
    Where a worker counts them it is asked for every second until they are counted."""
    known, change, now = named(name), _change(), runtime().clock.now()
    with runtime().database.read() as session:
        counted = plan(session, store=store_of(session), workflow=known, change=change, now=now, is_patient=False)
    if counted.is_counting and counted.tally is None:
        with runtime().database.write() as session:
            tallies.ask(session, store_id=desk().store_id, workflow=name, days=change.recent_days, now=now)
    return _sheet(known, counted)


@routes.post("/<name>/switch")
@guarded(Guard.PLATFORM_TOKEN)
def switch(name: str) -> Response:
    """Do what the sheet showed. Where too much has changed since, nothing is done and the sheet comes back with new counts."""
    known, change, choice = named(name), _change(), _choice()
    with runtime().database.write() as session:
        done = carry_out(
            session,
            store=session.get_one(Store, desk().store_id),
            workflow=known,
            change=change,
            choice=choice,
            now=runtime().clock.now(),
            ticket=request.form.get("ticket"),
        )
    return _sheet(known, done.plan, complaints=done.complaints) if done.complaints else land(page(_told(known, done)))


def page(toast: Toast | None = None) -> Response:
    house = runtime()
    with house.database.read() as session:
        store = session.get_one(Store, desk().store_id)
        found = cards(session, store, known=house.workflows, now=house.clock.now())
        return show("workflows", toast=toast, workflows=found, holdout_percent=store.holdout_percent)


def named(name: str) -> Workflow:
    """The workflow. Raises NotFound."""
    found = runtime().workflows.get(name)
    if found is None:
        raise NotFound(marked("There is no such workflow."))
    return found


def store_of(session: Session) -> Store:
    """The visitor's store."""
    return session.get_one(Store, desk().store_id)


def _change() -> Change:
    """On or off, and with how much of the past. Raises BadRequest."""
    to, recent = request.values.get("to", ""), request.values.get("recent", "0")
    if to not in (ChangeKind.ON, ChangeKind.OFF):
        raise BadRequest(marked("A workflow is switched on or off."))
    days = int(recent) if recent in map(str, SPANS) else 0
    return Change(ChangeKind(to), recent_days=days if to == ChangeKind.ON else 0)


def _choice() -> Choice:
    wanted = request.form.get("choice", Choice.KEEP)
    if wanted not in list(Choice):
        raise BadRequest(marked("This cannot become of those on their way."))
    return Choice(wanted)


def _sheet(known: Workflow, counted: Plan, *, complaints: tuple[Phrase, ...] = ()) -> Response:
    status, said = 422 if complaints else 200, complaints or counted.complaints
    choice = request.values.get("choice", next((str(one.choice) for one in counted.options), ""))
    values: dict[str, Any] = {"workflow": known, "plan": counted, "choice": choice, "spans": SPANS, "complaints": said}
    return over(part("switch", "sheet", status=status, is_set_up=known.medium in runtime().channels, **values))


def _told(known: Workflow, done: Done) -> Toast:
    is_on = done.plan.change.kind is ChangeKind.ON
    title = say(known.title)
    sentence = say("“%(title)s” is on.", title=title) if is_on else say("“%(title)s” is off.", title=title)
    back = ("to", "off" if is_on else "on")
    changed = f" {phrase(done.changed)}" if done.changed else ""
    if done.is_going_on:
        changed += " " + say("Its page says how many have come in of the past, and when all of it is through.")
    return Toast(f"{sentence}{changed}", undo=f"{ROOT}/{known.name}/switch", fields=(back,))
