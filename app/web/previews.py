"""A text as a mail reader shows it, in a frame of its own; a frame shows no token, so its address is sealed for minutes."""

import zlib
from base64 import b85decode, b85encode
from datetime import UTC, datetime, timedelta

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.keys import UnreadableSecretError
from app.model import Store
from app.pipeline.trying import Draft, Person, written
from app.render import BadTextError
from app.translations import marked
from app.web.guard import Guard, guarded
from app.web.headers import admin_origins, mail_policy
from app.web.house import runtime

LIFE = timedelta(minutes=30)
# What a mail reader asks to know whether it is dark, and what answers for it here, whatever the browser around likes.
ASKS_DARK = "@media (prefers-color-scheme: dark)"
ANSWERS = {"dark": "@media all", "light": "@media not all"}
OVER = marked("This preview is over. Please open the text again.")

routes = Blueprint("previews", __name__)


class Sealed(msgspec.Struct, frozen=True):
    """What the address of a preview holds, locked: whose, which text, its words as they stand, and for whom."""

    store: int
    workflow: str
    step: str
    source: str
    until: int
    customer: int = 0
    subject: str = ""
    event_at: datetime = datetime.min.replace(tzinfo=UTC)


def path_of(store_id: int, draft: Draft, *, person: Person | None) -> str:
    """Where a page may show this draft for the next half hour."""
    until = int((runtime().clock.now() + LIFE).timestamp())
    sealed = Sealed(store_id, draft.workflow.name, draft.step, draft.source, until)
    if person is not None:
        sealed = msgspec.structs.replace(
            sealed, customer=person.customer_id, subject=person.subject, event_at=person.event_at
        )
    packed = b85encode(zlib.compress(msgspec.json.encode(sealed))).decode()
    return f"/preview/{runtime().vault.lock(packed)}"


@routes.get("/preview/<token>")
@guarded(Guard.SIGNED_LINK)
def show(token: str) -> Response:
    """The HTML, with nothing allowed but its looks."""
    sealed = _unsealed(token)
    with runtime().database.read() as session:
        store = session.get(Store, sealed.store)
        known = runtime().workflows.get(sealed.workflow)
        if store is None or known is None:
            raise NotFound(OVER)
        person = Person(sealed.customer, sealed.subject, sealed.event_at) if sealed.customer else None
        html = _html(session, store, draft=Draft(known, sealed.step, sealed.source), person=person)
    response = Response(_looked_at(html, "dark" if request.args.get("look") == "dark" else "light"))
    origins = admin_origins(runtime(), store.platform, address=store.address)
    response.headers["Content-Security-Policy"] = mail_policy(["'self'", *origins])
    return response


def _looked_at(html: str, look: str) -> str:
    """The mail as a light or a dark reader shows it."""
    return html.replace(ASKS_DARK, ANSWERS[look]).replace('content="light dark"', f'content="{look}"')


def _html(session: Session, store: Store, *, draft: Draft, person: Person | None) -> str:
    try:
        now, app_url = runtime().clock.now(), runtime().config.app_url
        return written(session, store, draft=draft, person=person, now=now, app_url=app_url).html
    except (BadTextError, KeyError):
        raise NotFound(marked("This text cannot be filled in for this customer.")) from None


def _unsealed(token: str) -> Sealed:
    try:
        packed = zlib.decompress(b85decode(runtime().vault.unlock(token)))
        sealed = msgspec.json.decode(packed, type=Sealed)
    except (UnreadableSecretError, msgspec.MsgspecError, ValueError, zlib.error):
        raise NotFound(OVER) from None
    if runtime().clock.now() > datetime.fromtimestamp(sealed.until, UTC):
        raise NotFound(OVER)
    return sealed
