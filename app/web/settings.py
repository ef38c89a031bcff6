"""The settings page and its parts: every part is behind a fresh token of the platform and shows the visitor's own store."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.exceptions import BadRequest, NotFound

from app.pipeline.heal import heal
from app.pipeline.install import start_import
from app.pipeline.switch import switch, turn
from app.reports import overview
from app.web.guard import Guard, desk, guarded
from app.web.headers import admin_origins, app_bridge
from app.web.house import runtime
from app.web.visitors import Desk
from app.web.words import PLATFORMS
from connectors.base import Ability, Healing
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported
from workflows.language import Workflow

NUMBER = re.compile(r"-?[0-9]{1,6}")
OUT_OF_REACH = "The store does not answer just now. Please try again in a few minutes."
NOT_ALLOWED = "The store does not let us in any more. Please connect it again."

routes = Blueprint("settings", __name__, url_prefix="/settings")


@dataclass(frozen=True, slots=True)
class Note:
    """What became of something that the merchant just asked for."""

    text: str
    is_good: bool = True


def page(visited: Desk) -> str:
    """The whole settings page of one store."""
    house = runtime()
    with house.database.read() as session:
        parts = {
            "connection": overview.connection(session, store_id=visited.store_id),
            "workflows": overview.workflows(
                session, store_id=visited.store_id, known=house.workflows, now=house.clock.now()
            ),
            "messages": overview.messages(session, store_id=visited.store_id, known=house.workflows),
        }
    origins = admin_origins(house, visited.platform, address=visited.address)
    keys = {"admin_origin": origins[0], "app_bridge": app_bridge(house), **shopify_keys()}
    return render_template("settings.html", **parts, **keys, **_surroundings(visited))


@routes.get("/connection")
@guarded(Guard.PLATFORM_TOKEN)
def connection() -> str:
    """How the store is connected and how far its history is; asked for every few seconds."""
    return _connection()


@routes.get("/messages")
@guarded(Guard.PLATFORM_TOKEN)
def messages() -> str:
    """The last messages with their reasons."""
    with runtime().database.read() as session:
        found = overview.messages(session, store_id=desk().store_id, known=runtime().workflows)
        store = overview.connection(session, store_id=desk().store_id)
    return render_template("panels/messages.html", messages=found, connection=store, **_surroundings(desk()))


@routes.get("/counts")
@guarded(Guard.PLATFORM_TOKEN)
def counts() -> str:
    """How many are on their way, were sent and were held out, for each workflow."""
    house = runtime()
    with house.database.read() as session:
        found = overview.workflows(session, store_id=desk().store_id, known=house.workflows, now=house.clock.now())
    return "".join(render_template("panels/counts.html", workflow=one) for one in found)


@routes.post("/workflows/<name>/switch")
@guarded(Guard.PLATFORM_TOKEN)
def switch_workflow(name: str) -> str:
    """Switch a workflow `to` on or off."""
    known = _workflow(name)
    to = request.form.get("to")
    if to not in ("on", "off"):
        raise BadRequest("A workflow is switched on or off.")
    with runtime().database.write() as session:
        switch(session, store_id=desk().store_id, workflow=name, is_on=to == "on", now=runtime().clock.now())
    return _card(known)


@routes.post("/workflows/<name>/dials")
@guarded(Guard.PLATFORM_TOKEN)
def turn_dials(name: str) -> tuple[str, int]:
    """Turn dials. Where one is refused nothing is saved; each complaint comes back beside what was typed."""
    known = _workflow(name)
    typed = {one.name: request.form.get(one.name, "").strip()[:20] for one in known.dials if one.name in request.form}
    complaints = _unlike_numbers(known, typed) or _turn(known, {dial: int(text) for dial, text in typed.items()})
    if complaints:
        return _card(known, overview.Refused(typed, tuple(complaints))), 422
    return _card(known, note=Note("Saved.")), 200


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


@routes.post("/import")
@guarded(Guard.PLATFORM_TOKEN)
def import_again() -> str:
    """Read the store's history once more. It starts no workflow for what is past."""
    with runtime().database.write() as session:
        is_new = start_import(session, store_id=desk().store_id, now=runtime().clock.now())
    return _connection(Note("The import has started." if is_new else "The import is running already."))


@routes.post("/heal")
@guarded(Guard.PLATFORM_TOKEN)
def heal_webhooks() -> str:
    """Check the store's webhooks now and make them right."""
    try:
        return _connection(Note(_told(heal(runtime(), desk().store_id))))
    except Temporary:
        return _connection(Note(OUT_OF_REACH, is_good=False))
    except Unauthorised:
        return _connection(Note(NOT_ALLOWED, is_good=False))
    except Unsupported:
        return _connection(Note("The platform keeps this store's webhooks itself."))
    except (Permanent, Malformed):
        return _connection(Note("The store refuses to have its webhooks changed.", is_good=False))


def _told(healing: Healing) -> str:
    if not healing.made and not healing.removed:
        return "Everything was right: the store tells us what happens."
    made, removed = len(healing.made), len(healing.removed)
    return f"Done: {made} made anew, {removed} removed, {len(healing.kept)} were right."


def _workflow(name: str) -> Workflow:
    found = runtime().workflows.get(name)
    if found is None:
        raise NotFound("There is no such workflow.")
    return found


def _card(known: Workflow, refused: overview.Refused | None = None, *, note: Note | None = None) -> str:
    house = runtime()
    with house.database.read() as session:
        shown = overview.workflow(
            session, store_id=desk().store_id, known=known, now=house.clock.now(), refused=refused
        )
    return render_template("panels/workflow.html", workflow=shown, note=note)


def _connection(note: Note | None = None) -> str:
    with runtime().database.read() as session:
        shown = overview.connection(session, store_id=desk().store_id)
    return render_template("panels/connection.html", connection=shown, note=note, **_surroundings(desk()))


def shopify_keys() -> dict[str, str]:
    """What App Bridge needs to know of us."""
    return {"client_id": runtime().config.shopify_client_id}


def _surroundings(visited: Desk) -> dict[str, object]:
    """What every part needs to know of the house around it."""
    house = runtime()
    channel = house.channels.get("email")
    return {
        "platform": visited.platform,
        "platform_name": PLATFORMS.get(visited.platform, visited.platform),
        "can_heal": Ability.HEAL_WEBHOOKS in house.connectors[visited.platform].abilities,
        "keeps_mail": channel is not None and channel.name == "outbox",
        "channel_notice": channel.notice if channel else "No channel for e-mail is set up, so nothing can leave.",
    }
