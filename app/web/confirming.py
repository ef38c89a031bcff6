"""The second half of a double opt-in: a GET only asks, and the button is the yes."""

import hmac

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from app import links, log
from app.model import Confirmation, Customer
from app.pipeline.double_opt_in import confirm
from app.translations import marked
from app.web.guard import Guard, guarded
from app.web.house import runtime
from app.web.recipients import asked_from, speak, store_name, store_of

OVER = marked("This link is over or not whole. If you still want this, please sign up again.")

routes = Blueprint("confirming", __name__)


@routes.get("/c/<token>")
@guarded(Guard.SIGNED_LINK)
def ask(token: str) -> str:
    """A page with one button: scanners open every link, and none of them may agree to anything."""
    return _page(*_asked(token), is_done=False)


@routes.post("/c/<token>")
@guarded(Guard.SIGNED_LINK)
def agree(token: str) -> str:
    """The yes; saying it again changes nothing more."""
    store_id, number = _asked(token)
    with runtime().database.write() as session:
        now = runtime().clock.now()
        is_known = confirm(session, store_id, confirmation_id=number, asked_from=asked_from(), now=now)
    if not is_known:
        raise NotFound(OVER)
    log.done("subscription_confirmed", store_id=store_id, confirmation_id=number)
    return _page(store_id, number, is_done=True)


def _asked(token: str) -> tuple[int, int]:
    """Store and question of a link. The yes is for the mailbox that was asked, and for no other that they go by since."""
    found = links.read_confirm(runtime().signer, token)
    if found is None:
        raise NotFound(OVER)
    with runtime().database.read() as session:
        row = session.get(Confirmation, found[1])
        address = session.get_one(Customer, row.customer_id).email if row else None
    if row is None or not hmac.compare_digest(links.mailbox_mark(runtime().signer, address), found[2]):
        raise NotFound(OVER)
    return found[0], found[1]


def _page(store_id: int, number: int, *, is_done: bool) -> str:
    store = store_of(store_id)
    with runtime().database.read() as session:
        row = session.get(Confirmation, number)
        speak(store, session.get(Customer, row.customer_id) if row else None)
    return render_template("recipient/confirm.html", store=store_name(store), is_done=is_done)
