"""Queue and ledger: what waits, what was put off, dropped or failed, each with its reason, and what can be done about it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask.blueprints import Blueprint

from app.policy.reasons import SENTENCES
from app.reports.keyset import moment_place
from app.reports.overview.words import people
from app.reports.queue import Tab as Kind
from app.reports.queue import Wanted, ledger, waiting
from app.translations import marked
from app.web.admin import Tab
from app.web.admin.acts import done
from app.web.admin.customer import titles
from app.web.admin.frame import Toast, show
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say

ROOT = "/admin/queue"
TAB = Tab(marked("Queue"), "queue", path=ROOT, order=40)
KINDS = {
    Kind.WAITING: marked("Waiting"),
    Kind.DEFERRED: marked("Put off"),
    Kind.DROPPED: marked("Not sent"),
    Kind.FAILED: marked("Failed"),
    Kind.ALL: marked("Everything decided"),
}

routes = Blueprint("admin_queue", __name__, url_prefix=ROOT)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def queue() -> Response:
    """One page of one kind."""
    return _page(_wanted(request.args), place=request.args.get("place"))


@routes.post("/<do>")
@guarded(Guard.PLATFORM_TOKEN)
def act(do: str) -> Response:
    """Send now, cancel, or try again: the row as it was shown; the law judges."""
    kept = [(name, request.form.get(name, "")) for name in ("tab", "workflow", "reason", "customer", "place")]
    toast = done(do, back=ROOT, fields=kept)
    return _page(_wanted(request.form), place=request.form.get("place"), toast=toast)


def address(wanted: Wanted, *, place: object = None, **changed: object) -> str:
    """Where the queue stands with this filter."""
    said = {
        "tab": wanted.tab.value,
        "workflow": wanted.workflow,
        "reason": wanted.reason,
        "customer": wanted.customer_id,
        "place": place,
        **changed,
    }
    return f"{ROOT}?{urlencode({name: value for name, value in said.items() if value})}"


def _wanted(said: Mapping[str, str]) -> Wanted:
    tab, workflow, reason = said.get("tab"), said.get("workflow"), said.get("reason")
    customer = said.get("customer", "")
    return Wanted(
        tab=Kind(tab) if tab in {one.value for one in Kind} else Kind.WAITING,
        workflow=workflow if workflow in runtime().workflows else None,
        reason=reason if reason in {one.value for one in SENTENCES} else None,
        customer_id=int(customer) if customer.isdecimal() and len(customer) < 19 else None,
    )


def _page(wanted: Wanted, *, place: str | None, toast: Toast | None = None) -> Response:
    house, store_id, at = runtime(), desk().store_id, moment_place(place)
    with house.database.read() as session:
        if wanted.tab in (Kind.WAITING, Kind.DEFERRED):
            found = waiting(session, store_id=store_id, wanted=wanted, now=house.clock.now(), place=at)
        else:
            found = ledger(session, store_id=store_id, wanted=wanted, place=at)
        whose = _whose(session, wanted)
    told: dict[str, Any] = {"found": found, "wanted": wanted, "at": place if at else "", "whose": whose}
    told |= _choices()
    return show("queue", toast=toast, kinds=KINDS, titles=titles(), address=address, **told)


def _whose(session: Any, wanted: Wanted) -> str | None:
    if wanted.customer_id is None:
        return None
    return people(session, store_id=desk().store_id, ids=[wanted.customer_id]).get(wanted.customer_id, "")


def _choices() -> dict[str, list[tuple[str, str]]]:
    names = sorted(titles().items(), key=lambda one: one[1])
    reasons = [(one.value, say(sentence)) for one, sentence in SENTENCES.items()]
    anything = [("", say("Any"))]
    return {"workflow_choices": [*anything, *names], "reason_choices": [*anything, *reasons]}
