"""How a page of the admin is answered: the whole document where a browser opens it, its main part where our script asks."""

from dataclasses import dataclass

from flask import Response, current_app, make_response, redirect, render_template
from werkzeug.wrappers import Response as Answer

from app.web import documents
from app.web.admin import tabs
from app.web.guard import desk
from app.web.headers import admin_origins, app_bridge
from app.web.house import runtime

DOCUMENT, PARTIAL = "admin/document.html", "admin/partial.html"


@dataclass(frozen=True, slots=True)
class Toast:
    """One sentence that is shown for a while. `undo` is the path that a POST takes it back by, with `fields`."""

    text: str
    undo: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def show(page: str, *, status: int = 200, toast: Toast | None = None, **values: object) -> Response:
    """The page of `templates/admin/<page>.html`. 422 brings a form back with what was typed and its complaints."""
    frame = DOCUMENT if documents.is_document() else PARTIAL
    around = _surroundings() if frame == DOCUMENT else {}
    html = render_template(f"admin/{page}.html", frame=frame, desk=desk(), toast=toast, **around, **values)
    return make_response(html, status)


def part(page: str, block: str, *, status: int = 200, toast: Toast | None = None, **values: object) -> Response:
    """One block of a page, for what is fetched again by itself or changed in its place."""
    template = current_app.jinja_env.get_template(f"admin/{page}.html")
    said: dict[str, object] = {"frame": PARTIAL, "desk": desk(), **values}
    current_app.update_template_context(said)
    html = "".join(template.blocks[block](template.new_context(said)))
    told = render_template("admin/toast.html", toast=toast) if toast else ""
    return make_response(html + told, status)


def land(answer: Response) -> Response:
    """A page as the answer to a form in a sheet: it takes the place of the page below, and the sheet closes."""
    answer.headers.update({"HX-Retarget": "#main", "HX-Reswap": "outerSync", "HX-Reselect": "#main"})
    return answer


def over(answer: Response) -> Response:
    """A sheet as the answer to whatever was asked: it opens over the page, or changes where it is open."""
    answer.headers.update({"HX-Retarget": "#sheet", "HX-Reswap": "innerMorph", "HX-Reselect": ".sheet"})
    return answer


def go(path: str) -> Answer:
    """On to another page after something was done."""
    return redirect(path, code=303)


def _surroundings() -> dict[str, object]:
    house, visited = runtime(), desk()
    return {
        "tabs": tabs(),
        "has_search": "admin_search.search" in current_app.view_functions,
        "hint": documents.hint(visited),
        "admin_origin": admin_origins(house, visited.platform, address=visited.address)[0],
        "app_bridge": app_bridge(house),
        "client_id": house.config.shopify_client_id,
    }
