"""The text of one step: written, looked at for a real customer, tried at the store's own address, put back."""

from dataclasses import dataclass

from flask import Response, request
from flask.blueprints import Blueprint
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.model import Store
from app.pipeline.texts import TextView, restore_text, save_text, text_of
from app.pipeline.trying import Draft, Person, counted_by, own_address, send_test, written
from app.pipeline.trying_by_phone import send_text
from app.render import BadTextError, Complaint, Rendered
from app.reports.workflow import Example, examples
from app.translations import marked
from app.web.admin.customers import hand
from app.web.admin.frame import Toast, part, show
from app.web.admin.workflows import ROOT, named, store_of
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from app.web.previews import path_of
from app.web.words import phrase
from connectors.errors import InDoubt, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import Medium
from connectors.texts import Segments, segments
from workflows.language import Workflow

LONGEST, LONGEST_NUMBER = 20_000, 40

routes = Blueprint("admin_texts", __name__, url_prefix=f"{ROOT}/<name>/texts/<step>")


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft filled in: what a mailbox or a phone shows of it, or why it cannot be filled in. `cost` is what a text takes."""

    subject: str = ""
    text: str = ""
    path: str = ""
    who: str = ""
    complaint: str = ""
    cost: Segments | None = None


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def text(name: str, step: str) -> Response:
    """The text and its preview."""
    return _page(_known(name, step), step)


@routes.post("")
@guarded(Guard.PLATFORM_TOKEN)
def save(name: str, step: str) -> Response:
    """Save it. Where something is wrong nothing is saved; the complaints come back, by line, beside what was written."""
    known, source, now = _known(name, step), _source(), runtime().clock.now()
    with runtime().database.write() as session:
        store = store_of(session)
        counting = counted_by(store, known, app_url=runtime().config.app_url)
        wrong = save_text(
            session, store_id=store.id, workflow=known, step=step, source=source, now=now, app_url=counting
        )
    if wrong:
        return _page(known, step, typed=source, wrong=wrong)
    return _page(known, step, toast=Toast(say("Saved. Whoever waits gets the new words.")))


@routes.post("/restore")
@guarded(Guard.PLATFORM_TOKEN)
def restore(name: str, step: str) -> Response:
    """Put the default back; the store's own words stay in the versions."""
    known, now = _known(name, step), runtime().clock.now()
    with runtime().database.write() as session:
        before = text_of(session, store_id=desk().store_id, workflow=known, step=step).source
        restore_text(session, store_id=desk().store_id, workflow=known, step=step, now=now)
    back = Toast(say("The default is back."), undo=_path(known, step), fields=(("source", before),))
    return _page(known, step, toast=back)


@routes.post("/preview")
@guarded(Guard.PLATFORM_TOKEN)
def preview(name: str, step: str) -> Response:
    """What is in the editor, filled in; asked for while somebody types."""
    known = _known(name, step)
    with runtime().database.read() as session:
        people = _people(session, known)
        shown = _shown(session, Draft(known, step, _source()), person=_chosen(people))
    return part("text", "preview", shown=shown, workflow=known)


@routes.post("/test")
@guarded(Guard.PLATFORM_TOKEN)
def test(name: str, step: str) -> Response:
    """Send what is in the editor to the store's own address, a text to the number that was typed."""
    known = _known(name, step)
    draft = Draft(known, step, _source())
    with runtime().database.read() as session:
        shown = _shown(session, draft, person=_chosen(_people(session, known)))
    return part("text", "preview", shown=shown, workflow=known, toast=Toast(_sent(draft)))


def _sent(draft: Draft) -> str:
    house = runtime()
    try:
        with house.database.read() as session:
            store = store_of(session)
            # A number that is typed may be anybody's: nobody's name, order or checkout goes there.
            is_typed = draft.workflow.medium == Medium.SMS
            person = None if is_typed else _chosen(_people(session, draft.workflow))
            # Nobody keeps where a test's links lead, so they say it themselves.
            words = _written(session, draft, person=person, is_test=True)
        return say("Sent to %(address)s.", address=_handed_over(store, draft, words=words))
    except BadTextError as error:
        return _of_line(error)
    except (Permanent, Unsupported) as error:
        return say(str(error)) if str(error) else say("It was refused.")
    except (Temporary, Unauthorised, InDoubt):
        return say("The channel could not take it just now. Please try again in a minute.")


def _handed_over(store: Store, draft: Draft, *, words: Rendered) -> str:
    """Where the test went."""
    if draft.workflow.medium != Medium.SMS:
        return send_test(runtime(), store, draft=draft, words=words)
    number = request.form.get("number", "")[:LONGEST_NUMBER]
    return send_text(runtime(), store, draft=draft, words=words, number=number, hand=hand())


def _of_line(error: BadTextError) -> str:
    return say("Line %(line)s: %(reason)s.", line=error.line, reason=phrase(error.reason))


def _page(
    known: Workflow,
    step: str,
    *,
    typed: str | None = None,
    wrong: list[Complaint] | None = None,
    toast: Toast | None = None,
) -> Response:
    with runtime().database.read() as session:
        view: TextView = text_of(session, store_id=desk().store_id, workflow=known, step=step)
        people = _people(session, known)
        source = view.source if typed is None else typed
        shown = _shown(session, Draft(known, step, source), person=_chosen(people))
        address = own_address(store_of(session))
    values = {"workflow": known, "step": step, "view": view, "source": source, "people": people, "shown": shown}
    values["is_set_up"] = known.medium in runtime().channels
    return show("text", status=422 if wrong else 200, toast=toast, wrong=wrong or [], address=address, **values)


def _shown(session: Session, draft: Draft, *, person: Example | None) -> Shown:
    try:
        words = _written(session, draft, person=person)
    except BadTextError as error:
        return Shown(complaint=_of_line(error))
    path = path_of(desk().store_id, draft, person=_person(person))
    cost = segments(words.text) if draft.workflow.medium == Medium.SMS else None
    return Shown(words.subject, words.text, path, person.who if person else "", cost=cost)


def _written(session: Session, draft: Draft, *, person: Example | None, is_test: bool = False) -> Rendered:
    """The draft's words as they would leave now. Raises BadTextError."""
    house, store = runtime(), store_of(session)
    now, app_url = house.clock.now(), "" if is_test else house.config.app_url
    return written(session, store, draft=draft, person=_person(person), now=now, app_url=app_url)


def _people(session: Session, known: Workflow) -> list[Example]:
    needs_order = any(on.event.startswith("order_") for on in known.starts.on)
    return examples(session, store_of(session), workflow=known.name, needs_order=needs_order)


def _chosen(people: list[Example]) -> Example | None:
    """Whom the merchant chose among those who were offered, else the first; "0" is an invented customer."""
    wanted = request.values.get("person")
    if wanted == "0" or not people:
        return None
    return next((one for one in people if str(one.customer_id) == wanted), people[0])


def _person(one: Example | None) -> Person | None:
    return None if one is None else Person(one.customer_id, one.subject, one.event_at)


def _source() -> str:
    return request.form.get("source", "").replace("\r\n", "\n")[:LONGEST]


def _known(name: str, step: str) -> Workflow:
    """The workflow of this name. Raises NotFound, also where it has no such step."""
    known = named(name)
    if step not in {one.name for one in known.steps}:
        raise NotFound(marked("There is no such message."))
    return known


def _path(known: Workflow, step: str) -> str:
    return f"{ROOT}/{known.name}/texts/{step}"
