"""The store's customers: found, filtered, sorted, exported; and the ways to look at them that were kept."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask.blueprints import Blueprint
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

from app.model.staff import May
from app.pipeline import by_hand
from app.pipeline.by_hand.notes import BadWordsError
from app.reports.customers import Choices, Column, Group, Sort, customers, saved
from app.reports.customers.choices import read
from app.reports.customers.saved import tags_in_use
from app.reports.keyset import moment_place, number_place
from app.translations import marked
from app.web.admin import Tab
from app.web.admin.frame import Toast, go, show
from app.web.admin.sealed import file_path, sealed, unsealed
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from app.web.words import phrase

ROOT = "/admin/customers"
TAB = Tab(marked("Customers"), "customers", path=ROOT, order=30)
GROUPS = {
    Group.ALL: marked("All customers"),
    Group.NEVER_BOUGHT: marked("Never bought"),
    Group.BOUGHT_ONCE: marked("Bought once"),
    Group.CAME_AGAIN: marked("Came again"),
    Group.LAPSED: marked("Lapsed"),
    Group.SUBSCRIBED: marked("Subscribed"),
    Group.NO_CONSENT: marked("No consent"),
    Group.PAUSED: marked("Marketing paused"),
}
COLUMNS = {
    Column.ADDRESS: marked("E-mail"),
    Column.ORDERS: marked("Orders"),
    Column.SPENT: marked("Spent"),
    Column.FIRST_ORDER: marked("First order"),
    Column.LAST_ORDER: marked("Last order"),
    Column.NEXT_ORDER: marked("Expected next order"),
    Column.CONSENT: marked("E-mail consent"),
    Column.COUNTRY: marked("Country"),
    Column.TAGS: marked("Tags"),
}
SORTS = {
    Sort.LAST_ORDER: marked("Last order"),
    Sort.ORDERS: marked("Orders"),
    Sort.SPENT: marked("Spent"),
    Sort.NEWEST: marked("Newest here"),
}

routes = Blueprint("admin_customers", __name__, url_prefix=ROOT)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def listing() -> Response:
    """One page of the list."""
    return _page(_chosen(request.args), seal=request.args.get("q", ""))


@routes.post("/find")
@guarded(Guard.PLATFORM_TOKEN, needs=May.LOOK)
def find() -> Answer:
    """Look for a name. What was typed goes on sealed, so that no address of ours holds anybody's."""
    return go(address(_chosen(request.form), seal=sealed(request.form.get("text", ""))))


@routes.post("/filters")
@guarded(Guard.PLATFORM_TOKEN)
def keep() -> Response:
    """Keep these choices under a name."""
    chosen, name = _chosen(request.form), request.form.get("name", "")
    try:
        with runtime().database.write() as session:
            by_hand.keep_filter(session, hand(), name=name, choices=chosen.written())
    except BadWordsError as error:
        return _page(chosen, complaint=phrase(error.said), typed=name[:200])
    return _page(chosen, toast=Toast(say("Saved.")))


@routes.post("/filters/<int:filter_id>/forget")
@guarded(Guard.PLATFORM_TOKEN)
def forget(filter_id: int) -> Response:
    """Forget a way to look at them."""
    try:
        with runtime().database.write() as session:
            by_hand.forget_filter(session, hand(), filter_id=filter_id)
    except by_hand.NotTheirsError:
        raise NotFound from None
    return _page(_chosen(request.form), toast=Toast(say("Removed.")))


def hand() -> by_hand.Hand:
    """Whoever acts here and now."""
    return by_hand.Hand(desk().store_id, desk().visitor.user_id, runtime().clock.now())


def address(chosen: Choices, *, seal: str = "", place: object = None, **changed: Any) -> str:
    """Where the list stands with these choices."""
    said = {**chosen.written(), **changed}
    usual = Choices().written()
    words = {name: value for name, value in said.items() if value != usual[name]}
    if "columns" in words:
        words["columns"] = ",".join(words["columns"])
    if "is_down" in words:
        words["is_down"] = str(words["is_down"]).lower()
    words |= {name: value for name, value in (("q", seal), ("place", place)) if value}
    return f"{ROOT}?{urlencode(words)}" if words else ROOT


def _chosen(said: Mapping[str, Any]) -> Choices:
    listed = said.getlist("column") if hasattr(said, "getlist") else []
    return read({**{name: said.get(name) for name in said}, **({"columns": listed} if listed else {})})


def _page(
    chosen: Choices, *, seal: str = "", toast: Toast | None = None, complaint: str = "", typed: str = ""
) -> Response:
    house, text, place = runtime(), unsealed(seal), request.args.get("place")
    at = (moment_place if chosen.sort is Sort.LAST_ORDER else number_place)(place)
    with house.database.read() as session:
        store = {"store_id": desk().store_id}
        found = customers(session, **store, choices=chosen, now=house.clock.now(), text=text, place=at)
        ways, tags = saved(session, **store), tags_in_use(session, **store)
    sorts = [(one.value, say(word)) for one, word in SORTS.items()]
    words = [("", say("Any")), *((one, one) for one in tags)] if tags else []
    around = {"groups": GROUPS, "columns": COLUMNS, "sorts": sorts, "address": address, "tags": words, "ways": ways}
    file = file_path("customers", choices=chosen.written(), text=text)
    told = {"found": found, "chosen": chosen, "seal": seal if text else "", "text": text, "is_first": at is None}
    status = 422 if complaint else 200
    return show("customers", status=status, toast=toast, file=file, complaint=complaint, typed=typed, **told, **around)
