"""The settings of a store: its sections, each saved as a whole or not at all, and what belongs beside them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, redirect, request
from flask.blueprints import Blueprint
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as Answer

from app import sections
from app.domains import check_domain
from app.model import May, Store
from app.pipeline import brake, by_hand
from app.pipeline.by_hand import addresses
from app.reports import settings as report
from app.reports.data_map import data_map
from app.sections import Section
from app.sections.fields import Refused
from app.translations import marked
from app.web.admin import Tab
from app.web.admin.customer import titles
from app.web.admin.frame import Toast, part, show
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from connectors.records import Medium

ROOT = "/admin/settings"
TAB = Tab(marked("Settings"), "settings", path=f"{ROOT}/sender", order=60)
MAY = {
    May.LOOK: marked("look at everything"),
    May.WORK: marked("switch workflows, write texts and act for customers"),
    May.RUN: marked("do everything, settings, exports, erasure and joining customers too"),
}

routes = Blueprint("admin_settings", __name__, url_prefix=ROOT)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def first() -> Answer:
    """The first section."""
    return redirect(TAB.path)


@routes.get("/<name>")
@guarded(Guard.PLATFORM_TOKEN)
def section(name: str) -> Response:
    """One section as it stands."""
    return _page(_named(name))


@routes.post("/<name>")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def save(name: str) -> Response:
    """Save a section; what is refused comes back beside what was typed, and nothing is saved."""
    found = _named(name)
    typed = {one.name: request.form.get(one.name, "") for one in found.fields}
    with runtime().database.write() as session:
        complaints = sections.save(session, hand(), section=found, typed=typed)
    if complaints:
        return _page(found, typed=typed, complaints=complaints)
    return _page(found, toast=Toast(say("Saved.")))


@routes.post("/addresses/block")
@guarded(Guard.PLATFORM_TOKEN)
def block() -> Response:
    """Write to an address no more."""
    typed = request.form.get("address", "")[:320]
    try:
        with runtime().database.write() as session:
            addresses.block(session, hand(), medium=_medium(), address=typed)
    except addresses.NotAnAddressError:
        return _page(_named("addresses"), status=422, typed_address=typed)
    return _page(_named("addresses"), toast=Toast(say("It is not written to any more.")))


@routes.post("/addresses/<int:suppression_id>/allow")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def allow(suppression_id: int) -> Response:
    """Take a suppression back."""
    try:
        with runtime().database.write() as session:
            addresses.allow(session, hand(), suppression_id=suppression_id)
    except by_hand.NotTheirsError:
        raise NotFound from None
    return _page(_named("addresses"), toast=Toast(say("It may be written to again, where its owner said yes.")))


@routes.post("/staff/rights")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def let() -> Response:
    """Turn what somebody of the staff may do."""
    said = request.form.get("may", "")
    if said not in tuple(May):
        raise BadRequest(marked("There is no such right."))
    try:
        with runtime().database.write() as session:
            by_hand.let(session, hand(), actor=request.form.get("actor", ""), may=May(said))
    except by_hand.NotTheirsError:
        raise NotFound from None
    except by_hand.LastOneError:
        return _page(_named("staff"), status=422, is_last=True)
    return _page(_named("staff"), toast=Toast(say("Saved.")))


@routes.get("/sender/domain")
@guarded(Guard.PLATFORM_TOKEN)
def domain() -> Response:
    """What mailboxes will make of the sender's domain, asked of the name system now."""
    house = runtime()
    with house.database.read() as session:
        address = session.get_one(Store, desk().store_id).sender_address or house.config.mail_from
    found = check_domain(address, config=house.config, names=house.names)
    return part("settings", "domain", here=_named("sender"), advice=found, domain=address.rpartition("@")[2])


@routes.post("/sending/brakes/<int:brake_id>/release")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def release(brake_id: int) -> Response:
    """Let a brake go before its time."""
    try:
        with runtime().database.write() as session:
            brake.release(session, hand(), brake_id=brake_id)
    except by_hand.NotTheirsError:
        raise NotFound from None
    return _page(_named("sending"), toast=Toast(say("It is let go. What waited is judged anew.")))


def hand() -> by_hand.Hand:
    """Whoever acts."""
    return by_hand.Hand(desk().store_id, desk().visitor.user_id, runtime().clock.now())


def _named(name: str) -> Section:
    found = sections.BY_NAME.get(name)
    if found is None:
        raise NotFound(marked("There is no such page."))
    return found


def _medium() -> Medium:
    return Medium.SMS if request.form.get("medium") == "sms" else Medium.EMAIL


def _page(
    found: Section,
    *,
    typed: Mapping[str, str] | None = None,
    complaints: Mapping[str, Refused] | None = None,
    status: int = 200,
    toast: Toast | None = None,
    **more: object,
) -> Response:
    complaints = complaints or {}
    with runtime().database.read() as session:
        kept = sections.kept(session.get_one(Store, desk().store_id), found)
        beside = BESIDE.get(found.name, lambda _: {})(session)
    rows = sections.shown(found, typed=kept if typed is None else typed, complaints=complaints)
    values = {"ways": [(one.title, f"{ROOT}/{one.name}") for one in sections.SECTIONS], "here": found, "rows": rows}
    code = 422 if complaints else status
    return show("settings", status=code, toast=toast, is_refused=bool(complaints), **values, **beside, **more)


def _addresses(session: Any) -> dict[str, object]:
    after = request.args.get("after", type=int)
    found = addresses.suppressions(session, desk().store_id, after=after, limit=51)
    older = f"{ROOT}/addresses?after={found[49].id}" if len(found) > 50 else ""
    return {"suppressed": found[:50], "older": older}


def _connection(session: Any) -> dict[str, object]:
    with runtime().database.read_inbox() as inbox:
        inflow = report.inflow(session, inbox, store_id=desk().store_id)
    return {"inflow": inflow, "odd": report.odd(session, desk().store_id)}


def _brakes(session: Any) -> dict[str, object]:
    now = runtime().clock.now()
    found = [one for one in brake.brakes(session, desk().store_id) if one.is_on(now)]
    return {"brakes": found, "titles": titles()}


def _staff(session: Any) -> dict[str, object]:
    return {"members": by_hand.staff(session, desk().store_id), "may": MAY, "me": desk().visitor.user_id}


def _privacy(session: Any) -> dict[str, object]:
    return {"demands": report.demands(session, desk().store_id), "map": data_map()}


def _codes(session: Any) -> dict[str, object]:
    return {"given": report.codes(session, desk().store_id, now=runtime().clock.now()), "titles": titles()}


BESIDE: Mapping[str, Callable[[Any], dict[str, object]]] = {
    "addresses": _addresses,
    "connection": _connection,
    "staff": _staff,
    "sending": _brakes,
    "privacy": _privacy,
    "codes": _codes,
}
