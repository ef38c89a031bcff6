"""The first page: the setup guide, what needs attention, what was sent and caused, and what happened last."""

from typing import Any

from flask import Response, request
from flask.blueprints import Blueprint
from sqlalchemy.orm import Session

from app.choices import choose
from app.model import Store
from app.pipeline.heal import heal
from app.pipeline.install import start_import
from app.reports import home as told
from app.reports import overview
from app.translations import marked
from app.web import charts
from app.web.admin import FIRST, Tab
from app.web.admin.frame import Toast, part, show
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from app.web.words import written_day
from connectors.base import Ability, Healing
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported

TAB = Tab(marked("Home"), "home", path=FIRST, order=10)
REFUSALS: tuple[tuple[type[Exception], str], ...] = (
    (Temporary, marked("The store does not answer just now. Please try again in a few minutes.")),
    (Unauthorised, marked("The store does not let us in any more. Please connect it again.")),
    (Unsupported, marked("The platform keeps this store's webhooks itself.")),
    (Permanent, marked("The store refuses to have its webhooks changed.")),
    (Malformed, marked("The store refuses to have its webhooks changed.")),
)
MOST_MESSAGES = 10

routes = Blueprint("admin_home", __name__, url_prefix=FIRST)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def home() -> Response:
    """How it stands."""
    return _page()


@routes.post("/guide")
@guarded(Guard.PLATFORM_TOKEN)
def dismiss_guide() -> Response:
    """Show the setup guide no more, or again."""
    is_dismissed = request.form.get("show") != "again"
    with runtime().database.write() as session:
        choose(session, desk().store_id, guide_is_dismissed=is_dismissed)
    undo = Toast(say("The setup guide is put away."), undo=f"{FIRST}/guide", fields=(("show", "again"),))
    return _page(undo if is_dismissed else None)


@routes.get("/connection")
@guarded(Guard.PLATFORM_TOKEN)
def connection() -> Response:
    """How the store is connected and how far its history is; asked for every few seconds."""
    return _connection_part()


@routes.get("/messages")
@guarded(Guard.PLATFORM_TOKEN)
def messages() -> Response:
    """The last messages with their reasons."""
    with runtime().database.read() as session:
        return part("home", "messages", **_messages(session))


@routes.post("/import")
@guarded(Guard.PLATFORM_TOKEN)
def import_again() -> Response:
    """Read the store's history once more. It starts no workflow for what is past."""
    with runtime().database.write() as session:
        is_new = start_import(session, store_id=desk().store_id, now=runtime().clock.now())
    return _connection_part(say("The import has started.") if is_new else say("The import is running already."))


@routes.post("/heal")
@guarded(Guard.PLATFORM_TOKEN)
def heal_webhooks() -> Response:
    """Check the store's webhooks now and make them right."""
    try:
        return _connection_part(_told(heal(runtime(), desk().store_id)))
    except tuple(kind for kind, _ in REFUSALS) as error:
        return _connection_part(next(say(sentence) for kind, sentence in REFUSALS if isinstance(error, kind)))


def _told(healing: Healing) -> str:
    if not healing.made and not healing.removed:
        return say("Everything was right: the store tells us what happens.")
    counts = {"made": len(healing.made), "removed": len(healing.removed), "kept": len(healing.kept)}
    return say("Done: %(made)s made anew, %(removed)s removed, %(kept)s were right.", **counts)


def _page(toast: Toast | None = None) -> Response:
    house, now = runtime(), runtime().clock.now()
    days = 30 if request.args.get("days") == "30" else 7
    with house.database.read() as session, house.database.read_inbox() as inbox:
        store = session.get_one(Store, desk().store_id)
        shown = overview.connection(session, store_id=store.id)
        values: dict[str, Any] = {
            "guide": told.guide(session, store, connection=shown),
            "attention": told.attention(session, inbox, store=store, connection=shown, now=now),
            "doings": (doings := told.doings(session, store, known=house.workflows, now=now, days=days)),
            "chart": _chart(doings),
            **_messages(session),
        }
    return show("home", toast=toast, days=days, known=house.workflows, **_connection(shown), **values)


def _chart(doings: told.Doings) -> charts.Chart | None:
    if doings.span is None or not doings.span.sent:
        return None
    days = [written_day(day) for day, _ in doings.span.by_day]
    return charts.bars(days, {say("Sent"): [sent for _, sent in doings.span.by_day]})


def _connection_part(sentence: str = "") -> Response:
    with runtime().database.read() as session:
        shown = overview.connection(session, store_id=desk().store_id)
    return part("home", "connection", toast=Toast(sentence) if sentence else None, **_connection(shown))


def _connection(shown: overview.ConnectionView) -> dict[str, Any]:
    house = runtime()
    abilities = house.connectors[desk().platform].abilities
    channel = house.channels.get("email")
    notice = channel.notice if channel else marked("No channel for e-mail is set up, so nothing can leave.")
    told = {"connection": shown, "can_heal": Ability.HEAL_WEBHOOKS in abilities}
    return {**told, "channel_notice": say(notice) if notice else None}


def _messages(session: Session) -> dict[str, Any]:
    house = runtime()
    found = overview.messages(session, store_id=desk().store_id, known=house.workflows, limit=MOST_MESSAGES)
    channel = house.channels.get("email")
    return {"messages": found, "keeps_mail": channel is not None and channel.name == "outbox"}
