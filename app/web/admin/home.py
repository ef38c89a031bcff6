"""The first page: how the store is connected, what needs attention, and what happened last."""

from flask import Response
from flask.blueprints import Blueprint

from app.pipeline.heal import heal
from app.pipeline.install import start_import
from app.reports import overview
from app.translations import marked
from app.web.admin import FIRST, Tab
from app.web.admin.frame import Toast, part, show
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from connectors.base import Ability, Healing
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported

TAB = Tab(marked("Home"), "home", path=FIRST, order=10)
REFUSALS = (
    (Temporary, marked("The store does not answer just now. Please try again in a few minutes.")),
    (Unauthorised, marked("The store does not let us in any more. Please connect it again.")),
    (Unsupported, marked("The platform keeps this store's webhooks itself.")),
    ((Permanent, Malformed), marked("The store refuses to have its webhooks changed.")),
)

routes = Blueprint("admin_home", __name__, url_prefix=FIRST)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def home() -> Response:
    """How it stands."""
    return show("home", **_connection(), **_messages())


@routes.get("/connection")
@guarded(Guard.PLATFORM_TOKEN)
def connection() -> Response:
    """How the store is connected and how far its history is; asked for every few seconds."""
    return part("home", "connection", **_connection())


@routes.get("/messages")
@guarded(Guard.PLATFORM_TOKEN)
def messages() -> Response:
    """The last messages with their reasons."""
    return part("home", "messages", **_messages())


@routes.post("/import")
@guarded(Guard.PLATFORM_TOKEN)
def import_again() -> Response:
    """Read the store's history once more. It starts no workflow for what is past."""
    with runtime().database.write() as session:
        is_new = start_import(session, store_id=desk().store_id, now=runtime().clock.now())
    told = say("The import has started.") if is_new else say("The import is running already.")
    return part("home", "connection", toast=Toast(told), **_connection())


@routes.post("/heal")
@guarded(Guard.PLATFORM_TOKEN)
def heal_webhooks() -> Response:
    """Check the store's webhooks now and make them right."""
    try:
        told = _told(heal(runtime(), desk().store_id))
    except tuple(kind for kinds, _ in REFUSALS for kind in (kinds if isinstance(kinds, tuple) else (kinds,))) as error:
        told = next(say(sentence) for kinds, sentence in REFUSALS if isinstance(error, kinds))
    return part("home", "connection", toast=Toast(told), **_connection())


def _told(healing: Healing) -> str:
    if not healing.made and not healing.removed:
        return say("Everything was right: the store tells us what happens.")
    counts = {"made": len(healing.made), "removed": len(healing.removed), "kept": len(healing.kept)}
    return say("Done: %(made)s made anew, %(removed)s removed, %(kept)s were right.", **counts)


def _connection() -> dict[str, object]:
    house = runtime()
    with house.database.read() as session:
        shown = overview.connection(session, store_id=desk().store_id)
    abilities = house.connectors[desk().platform].abilities
    channel = house.channels.get("email")
    notice = channel.notice if channel else say("No channel for e-mail is set up, so nothing can leave.")
    return {"connection": shown, "can_heal": Ability.HEAL_WEBHOOKS in abilities, "channel_notice": notice}


def _messages() -> dict[str, object]:
    house = runtime()
    with house.database.read() as session:
        found = overview.messages(session, store_id=desk().store_id, known=house.workflows)
    channel = house.channels.get("email")
    return {"messages": found, "keeps_mail": channel is not None and channel.name == "outbox"}
