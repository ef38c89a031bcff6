"""What is done to one customer as a whole, each shown first: joined with another, erased; and what waits is sent now."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request
from flask.blueprints import Blueprint
from werkzeug.exceptions import BadRequest, NotFound

from app.model.staff import May
from app.pipeline import by_hand
from app.reports.customers import search
from app.spelling import folded
from app.web.admin.customer import act, header_of, page, sheet
from app.web.admin.customers import ROOT, hand
from app.web.admin.frame import Toast
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say

routes = Blueprint("admin_customer_acts", __name__, url_prefix=f"{ROOT}/<int:customer_id>")


@routes.post("/queue/<do>")
@guarded(Guard.PLATFORM_TOKEN)
def queue(customer_id: int, do: str) -> Response:
    """Send now, cancel or try again what waits for them."""
    return page(customer_id, toast=done(do, back=f"{ROOT}/{customer_id}/queue"))


@routes.get("/merge")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def merge(customer_id: int) -> Response:
    """Whom to join them with."""
    with runtime().database.read() as session:
        return sheet("merge", one=header_of(session, customer_id), people=None, text="")


@routes.post("/merge/find")
@guarded(Guard.PLATFORM_TOKEN)
def find(customer_id: int) -> Response:
    """Those whose name, address or order begins like this."""
    house, text = runtime(), request.form.get("text", "")
    with house.database.read() as session:
        one = header_of(session, customer_id)
        found = search(session, store_id=desk().store_id, text=text, known={}, titles={})
    people = [other for other in found.people if other.id != customer_id]
    return sheet("merge", one=one, people=people, text=text[:120])


@routes.get("/merge/<int:other>")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def preview(customer_id: int, other: int) -> Response:
    """Both beside each other, before anything is done."""
    with runtime().database.read() as session:
        both = header_of(session, customer_id), header_of(session, other)
    return sheet("joining", one=both[0], other=both[1])


@routes.post("/merge/<int:other>")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def join(customer_id: int, other: int) -> Response:
    """All of the other moves to this one, which nothing takes back: so it needs what an erasure needs."""
    act(lambda session: by_hand.join(session, hand(), kept=customer_id, gone=other, runtime=runtime()))
    return page(customer_id, toast=Toast(say("They are one customer now.")))


@routes.get("/erase")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def ask(customer_id: int) -> Response:
    """What erasing means, and the word to type."""
    return _asking(customer_id)


@routes.post("/erase")
@guarded(Guard.PLATFORM_TOKEN, needs=May.RUN)
def erase(customer_id: int) -> Response:
    """Erase them, once their name was typed."""
    with runtime().database.read() as session:
        word = word_of(header_of(session, customer_id))
    typed = request.form.get("word", "")
    if folded(typed) != folded(word):
        complaint = say("That is not what is asked for. Type it as it stands above.")
        return _again(_asking(customer_id, complaint=complaint, typed=typed[:200], status=422))
    act(lambda session: by_hand.erase(session, hand(), customer_id=customer_id, runtime=runtime()))
    return page(customer_id, toast=Toast(say("The erasure has begun.")))


def _again(answer: Response) -> Response:
    """A sheet that comes back into its place, where its form would have changed the page."""
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#sheet", "innerHTML"
    # The form itself says which part of an answer it wants; a sheet is wanted whole.
    answer.headers["HX-Reselect"] = ".sheet"
    return answer


def _asking(customer_id: int, *, complaint: str = "", typed: str = "", status: int = 200) -> Response:
    with runtime().database.read() as session:
        one = header_of(session, customer_id)
    return sheet("erase", one=one, word=word_of(one), complaint=complaint, typed=typed, status=status)


def word_of(one: Any) -> str:
    """What has to be typed before somebody is erased."""
    return str(one.name or one.email or one.id)


ACTS = {"run": by_hand.run_now, "cancel": by_hand.cancel, "retry": by_hand.retry}


def done(do: str, *, back: str, fields: Sequence[tuple[str, str]] = ()) -> Toast:
    """Do what a button of a queue asks for, and what to say of it; a cancellation can be taken back by `back`, with `fields`.
    Raises NotFound, BadRequest."""
    if do not in ACTS:
        raise NotFound
    seen = _seen()
    fate = by_hand.Fate(str(act(lambda session: ACTS[do](session, hand(), seen=seen))))
    told = _told(do)[fate]
    if do != "cancel" or fate is not by_hand.Fate.DONE:
        return Toast(told)
    row = (("what", seen.what.value), ("id", str(seen.id)), ("step", seen.step), ("tries", str(seen.tries)))
    return Toast(told, undo=f"{back}/retry", fields=(*row, *fields))


def _seen() -> by_hand.Seen:
    said = request.form
    try:
        what, tries = by_hand.What(said.get("what", "")), int(said.get("tries", ""))
        number = int(said.get("id", ""))
    except ValueError:
        raise BadRequest from None
    if not (0 <= tries < 2**31 and 0 < number < 2**62):
        raise BadRequest
    return by_hand.Seen(what, number, said.get("step", "")[:40], tries)


def _told(do: str) -> dict[by_hand.Fate, str]:
    good = {
        "run": say("It falls due now. Whether it leaves is judged as ever; you see it here in a moment."),
        "cancel": say("It is cancelled."),
        "retry": say("It waits again and is judged anew."),
    }
    return {
        by_hand.Fate.DONE: good[do],
        by_hand.Fate.MOVED_ON: say("It has moved on meanwhile, so nothing was changed."),
        by_hand.Fate.TOO_LATE: say("Its time is over: saying it now would be worse than not at all."),
        by_hand.Fate.OFF: say("Its workflow is off. Switch it on first."),
    }
