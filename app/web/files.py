"""Files that somebody of a store may fetch for an hour, by a sealed link that a page of theirs handed out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, Response
from werkzeug.exceptions import Forbidden, NotFound

from app.model import DeedKind, Store
from app.model.staff import May
from app.pipeline import by_hand
from app.pipeline.by_hand.deeds import On, did
from app.reports.customers import customer_lines
from app.reports.customers.choices import read
from app.reports.figures.sheets import figure_lines
from app.reports.person_page import person_page
from app.runtime import Runtime
from app.translations import marked
from app.web.admin.sealed import File, read_file
from app.web.guard import NOT_YOURS, Guard, guarded
from app.web.house import runtime

OVER = marked("This link is over. Please open the page again and take the file from there.")

routes = Blueprint("files", __name__)


@dataclass(frozen=True, slots=True)
class _Made:
    """A file: its name, its kind, and its text, which may come piece by piece."""

    name: str
    kind: str
    text: Iterable[str]


@routes.get("/files/<token>")
@guarded(Guard.SIGNED_LINK)
def fetch(token: str) -> Response:
    """The file. Raises NotFound where the link is over."""
    asked = read_file(runtime(), token)
    if asked is None or asked.kind not in WAYS:
        raise NotFound(OVER)
    _ask_for_the_right(asked)
    made = WAYS[asked.kind](runtime(), asked)
    response = Response(made.text, mimetype=made.kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _ask_for_the_right(asked: File) -> None:
    """A file with people in it is for those who run the house, as the right stands when it is fetched. Raises Forbidden."""
    needed = May.LOOK if asked.kind == "figure" else May.RUN
    with runtime().database.read() as session:
        right = by_hand.right_of(session, _hand(runtime(), asked))
    if not by_hand.allows(right, needed):
        raise Forbidden(NOT_YOURS[needed])


def _customers(house: Runtime, asked: File) -> _Made:
    with house.database.write() as session:
        did(session, _hand(house, asked), kind=DeedKind.LIST_EXPORTED, on=On())
        currency = session.get_one(Store, asked.store).currency
    lines = customer_lines(
        house.database,
        store_id=asked.store,
        currency=currency,
        choices=read(asked.said.get("choices", {})),
        now=house.clock.now(),
        text=str(asked.said.get("text", "")),
    )
    return _Made("customers.csv", "text/csv", lines)


def _person_json(house: Runtime, asked: File) -> _Made:
    text = msgspec.json.format(msgspec.json.encode(_told(house, asked))).decode()
    return _Made(f"customer-{asked.said['customer']}.json", "application/json", [text])


def _person_html(house: Runtime, asked: File) -> _Made:
    told, now = _told(house, asked), house.clock.now()
    with house.database.read() as session:
        store = session.get_one(Store, asked.store)
    page = person_page(told, store=store.name or store.address, language=store.locale[:2], now=now)
    return _Made(f"customer-{asked.said['customer']}.html", "text/html", [page])


def _told(house: Runtime, asked: File) -> dict[str, list[dict[str, Any]]]:
    try:
        return by_hand.export(house, _hand(house, asked), customer_id=int(asked.said["customer"]))
    except by_hand.NotTheirsError:
        raise NotFound from None


def _figure(house: Runtime, asked: File) -> _Made:
    name = str(asked.said["report"])
    with house.database.read() as session:
        store = session.get_one(Store, asked.store)
        lines = list(figure_lines(session, store, report=name, known=house.workflows, now=house.clock.now()))
    return _Made(f"{name}.csv", "text/csv", lines)


def _hand(house: Runtime, asked: File) -> by_hand.Hand:
    return by_hand.Hand(asked.store, asked.actor, house.clock.now())


WAYS: dict[str, Callable[[Runtime, File], _Made]] = {
    "customers": _customers,
    "person_json": _person_json,
    "person_html": _person_html,
    "figure": _figure,
}
