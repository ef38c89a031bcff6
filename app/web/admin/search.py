"""Search from anywhere: people, orders, workflows and pages. What was typed goes on sealed; no address of ours holds a name."""

from flask import Response, request
from flask.blueprints import Blueprint
from werkzeug.wrappers import Response as Answer

from app.model.staff import May
from app.reports.customers import search as found_by
from app.spelling import folded
from app.web.admin import Tab, tabs
from app.web.admin.customer import titles
from app.web.admin.frame import go, show
from app.web.admin.sealed import sealed, unsealed
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say

ROOT = "/admin/search"

routes = Blueprint("admin_search", __name__, url_prefix=ROOT)


@routes.post("")
@guarded(Guard.PLATFORM_TOKEN, needs=May.LOOK)
def find() -> Answer:
    """On to what was found."""
    seal = sealed(request.form.get("q", ""))
    return go(f"{ROOT}?q={seal}" if seal else ROOT)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def search() -> Response:
    """What begins like the sealed words."""
    house, text = runtime(), unsealed(request.args.get("q", ""))
    with house.database.read() as session:
        found = found_by(session, store_id=desk().store_id, text=text, known=house.workflows, titles=titles())
    return show("search", text=text, found=found, pages=_pages(text))


def _pages(text: str) -> list[Tab]:
    typed = folded(text)
    return [tab for tab in tabs() if typed and any(word.startswith(typed) for word in folded(say(tab.label)).split())]
