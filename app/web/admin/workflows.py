"""All workflows of a store: what each does, how it stands, and its switch."""

from flask import Response, request
from flask.blueprints import Blueprint
from werkzeug.exceptions import BadRequest, NotFound

from app.pipeline.switch import switch
from app.reports import overview
from app.translations import marked
from app.web.admin import Tab
from app.web.admin.frame import part, show
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from workflows.language import Workflow

ROOT = "/admin/workflows"
TAB = Tab(marked("Workflows"), "workflows", path=ROOT, order=20)

routes = Blueprint("admin_workflows", __name__, url_prefix=ROOT)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def workflows() -> Response:
    """Each with its sentence, its state and what came of it."""
    house = runtime()
    with house.database.read() as session:
        found = overview.workflows(session, store_id=desk().store_id, known=house.workflows, now=house.clock.now())
        store = overview.connection(session, store_id=desk().store_id)
    return show("workflows", workflows=found, connection=store)


@routes.post("/<name>/switch")
@guarded(Guard.PLATFORM_TOKEN)
def switch_workflow(name: str) -> Response:
    """Switch a workflow `to` on or off."""
    house, known, to = runtime(), named(name), request.form.get("to")
    if to not in ("on", "off"):
        raise BadRequest("A workflow is switched on or off.")
    now, store_id = house.clock.now(), desk().store_id
    with house.database.write() as session:
        switch(session, store_id=store_id, workflow=name, is_on=to == "on", now=now)
    with house.database.read() as session:
        shown = overview.workflow(session, store_id=store_id, known=known, now=now)
    return part("workflows", "card", workflow=shown)


def named(name: str) -> Workflow:
    """The workflow. Raises NotFound."""
    found = runtime().workflows.get(name)
    if found is None:
        raise NotFound("There is no such workflow.")
    return found
