"""One workflow of a store: its steps and its dials."""

import re
from collections.abc import Mapping

from flask import Response, request
from flask.blueprints import Blueprint

from app.pipeline.switch import turn
from app.reports import overview
from app.web.admin.frame import Toast, show
from app.web.admin.workflows import ROOT, named
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from workflows.language import Workflow

NUMBER = re.compile(r"-?[0-9]{1,6}")

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
    typed = {one.name: request.form.get(one.name, "").strip()[:20] for one in known.dials if one.name in request.form}
    complaints = _unlike_numbers(known, typed) or _turn(known, {dial: int(text) for dial, text in typed.items()})
    if complaints:
        return _page(known, overview.Refused(typed, tuple(complaints)))
    return _page(known, toast=Toast(say("Saved.")))


def _page(known: Workflow, refused: overview.Refused | None = None, *, toast: Toast | None = None) -> Response:
    house = runtime()
    with house.database.read() as session:
        shown = overview.workflow(
            session, store_id=desk().store_id, known=known, now=house.clock.now(), refused=refused
        )
    return show("workflow", status=422 if refused else 200, toast=toast, workflow=shown, is_refused=bool(refused))


def _unlike_numbers(known: Workflow, typed: Mapping[str, str]) -> list[str]:
    return [
        f"“{one.name}” must be a whole number of {one.unit}."
        for one in known.dials
        if one.name in typed and not NUMBER.fullmatch(typed[one.name])
    ]


def _turn(known: Workflow, wanted: Mapping[str, int]) -> list[str]:
    now = runtime().clock.now()
    with runtime().database.write() as session:
        return turn(session, store_id=desk().store_id, workflow=known, dials=wanted, now=now)
