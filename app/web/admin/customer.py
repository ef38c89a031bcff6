"""One customer's page: how they stand, their whole story, why each thing was said or not, and notes and tags."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Response, request
from flask.blueprints import Blueprint
from werkzeug.exceptions import NotFound

from app.model import Customer
from app.pipeline import by_hand
from app.pipeline.by_hand.notes import BadWordsError
from app.pipeline.by_hand.rights import is_being_erased
from app.reports.customer import NoSuchCustomerError, because, header, timeline
from app.reports.never import never
from app.translations import marked
from app.web.admin.customers import ROOT, hand
from app.web.admin.frame import Toast, part, show
from app.web.admin.sealed import file_path
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from app.web.words import phrase

NOBODY = marked("There is no such customer in your store (any more).")

routes = Blueprint("admin_customer", __name__, url_prefix=f"{ROOT}/<int:customer_id>")


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def customer(customer_id: int) -> Response:
    """The page."""
    return page(customer_id)


@routes.get("/timeline")
@guarded(Guard.PLATFORM_TOKEN)
def more(customer_id: int) -> Response:
    """The page further back in their story; a part of it where our script asks for that."""
    return page(customer_id, place=request.args.get("place"))


@routes.get("/why/<int:way>/<step>")
@guarded(Guard.PLATFORM_TOKEN)
def why(customer_id: int, *, way: int, step: str) -> Response:
    """Every verdict about one message."""
    with runtime().database.read() as session:
        told = because(session, store_id=desk().store_id, enrollment_id=way, step=step[:40])
    if not told:
        raise NotFound(NOBODY)
    return sheet("why", told=told, titles=titles(), customer_id=customer_id)


@routes.get("/never")
@guarded(Guard.PLATFORM_TOKEN)
def why_never(customer_id: int) -> Response:
    """Why they were never in the other workflows."""
    house = runtime()
    with house.database.read() as session:
        theirs(session, customer_id)
        told = never(session, store_id=desk().store_id, customer_id=customer_id, workflows=house.workflows)
    return sheet("never", told=told, titles=titles())


@routes.post("/pause")
@guarded(Guard.PLATFORM_TOKEN)
def pause(customer_id: int) -> Response:
    """No marketing for 30 days."""
    act(lambda session: by_hand.pause(session, hand(), customer_id=customer_id))
    undo = f"{ROOT}/{customer_id}/unpause"
    return page(customer_id, toast=Toast(say("Marketing is paused for 30 days."), undo=undo))


@routes.post("/unpause")
@guarded(Guard.PLATFORM_TOKEN)
def unpause(customer_id: int) -> Response:
    """The pause is over."""
    act(lambda session: by_hand.unpause(session, hand(), customer_id=customer_id))
    return page(customer_id, toast=Toast(say("The pause is over.")))


@routes.post("/notes")
@guarded(Guard.PLATFORM_TOKEN)
def note(customer_id: int) -> Response:
    """Keep a note."""
    return kept(
        "words",
        lambda session, it: by_hand.write_note(session, hand(), customer_id=customer_id, words=it),
        of=customer_id,
    )


@routes.post("/notes/<int:note_id>/remove")
@guarded(Guard.PLATFORM_TOKEN)
def forget_note(customer_id: int, note_id: int) -> Response:
    """Forget a note."""
    act(lambda session: by_hand.remove_note(session, hand(), note_id=note_id))
    return page(customer_id, toast=Toast(say("Removed.")))


@routes.post("/tags")
@guarded(Guard.PLATFORM_TOKEN)
def tag(customer_id: int) -> Response:
    """Tag them."""
    return kept(
        "tag", lambda session, it: by_hand.put_tag(session, hand(), customer_id=customer_id, word=it), of=customer_id
    )


@routes.post("/tags/remove")
@guarded(Guard.PLATFORM_TOKEN)
def untag(customer_id: int) -> Response:
    """Take a tag away."""
    word = request.form.get("tag", "")[:200]
    act(lambda session: by_hand.take_tag(session, hand(), customer_id=customer_id, word=word))
    undo = Toast(say("Removed."), undo=f"{ROOT}/{customer_id}/tags", fields=(("tag", word),))
    return page(customer_id, toast=undo)


def page(customer_id: int, *, place: str | None = None, status: int = 200, **said: Any) -> Response:
    """The page, as it is now. Raises NotFound where this store has no such customer."""
    house, store_id = runtime(), desk().store_id
    with house.database.read() as session:
        one = header_of(session, customer_id)
        told = timeline(session, store_id=store_id, customer_id=customer_id, place=place)
        leaving = is_being_erased(session, hand(), customer_id=customer_id)
    files = {kind: file_path(f"person_{kind}", customer=customer_id) for kind in ("json", "html")}
    here = {"one": one, "story": told, "is_first": not place, "is_leaving": leaving, "files": files}
    return show("customer", status=status, titles=titles(), root=f"{ROOT}/{customer_id}", **here, **said)


def theirs(session: Any, customer_id: int) -> None:
    """Raises NotFound where this store has no such customer."""
    query = sa.select(Customer.id).where(Customer.store_id == desk().store_id, Customer.id == customer_id)
    if session.execute(query).first() is None:
        raise NotFound(NOBODY)


def header_of(session: Any, customer_id: int) -> Any:
    """How they stand. Raises NotFound."""
    try:
        now = runtime().clock.now()
        return header(session, store_id=desk().store_id, customer_id=customer_id, now=now)
    except NoSuchCustomerError:
        raise NotFound(NOBODY) from None


def act(do: Callable[[Any], object]) -> object:
    """Do it in a transaction of its own. Raises NotFound where it is not this store's."""
    try:
        with runtime().database.write() as session:
            return do(session)
    except by_hand.NotTheirsError:
        raise NotFound(NOBODY) from None


def kept(field: str, keep: Callable[[Any, str], object], *, of: int) -> Response:
    """Keep what was typed into a field about a customer; what is refused comes back in place."""
    typed = request.form.get(field, "")
    try:
        act(lambda session: keep(session, typed))
    except BadWordsError as error:
        return page(of, status=422, complaints={field: phrase(error.said)}, typed={field: typed})
    return page(of, toast=Toast(say("Saved.")))


def sheet(name: str, **said: Any) -> Response:
    """A sheet over the page."""
    return part("customer_sheets", name, root=ROOT, **said)


def titles() -> dict[str, str]:
    """How the workflows are called, in the visitor's language."""
    return {name: say(one.title) if one.title else name for name, one in runtime().workflows.items()}
