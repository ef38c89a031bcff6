"""The way out for a customer (RFC 8058): a POST acts at once, a GET only asks, because scanners open every link."""

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from app import links, log
from app.links import Unsubscription
from app.model import Store
from app.pipeline.unsubscribe import unsubscribe
from app.web.guard import Guard, guarded
from app.web.house import runtime

routes = Blueprint("unsubscribe", __name__)


@routes.get("/u/<token>")
@guarded(Guard.SIGNED_LINK)
def ask(token: str) -> str:
    """A page with one button. Looking at it changes nothing."""
    return render_template("unsubscribe.html", store=_store_name(_wish(token)), is_done=False)


@routes.post("/u/<token>")
@guarded(Guard.SIGNED_LINK)
def act(token: str) -> str:
    """Unsubscribe at once, without cookie, login or question; doing it again changes nothing more."""
    wish = _wish(token)
    with runtime().database.write() as session:
        is_known = unsubscribe(session, wish, now=runtime().clock.now())
    log.done("unsubscribed", store_id=wish.store_id, customer_id=wish.customer_id, is_known=is_known)
    return render_template("unsubscribe.html", store=_store_name(wish), is_done=True)


def _wish(token: str) -> Unsubscription:
    wish = links.read_unsubscribe(runtime().signer, token)
    if wish is None:
        raise NotFound("This link is not whole. Please use the link in the message itself, or reply to the message.")
    return wish


def _store_name(wish: Unsubscription) -> str:
    with runtime().database.read() as session:
        store = session.get(Store, wish.store_id)
    return (store.name or store.address) if store else "this store"
