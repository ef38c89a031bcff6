"""The way out for a customer (RFC 8058): a POST acts at once, a GET only asks, because scanners open every link."""

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from app import links, log
from app.links import Unsubscription
from app.pipeline.unsubscribe import owner_of, unsubscribe
from app.translations import marked
from app.web.guard import Guard, guarded
from app.web.house import runtime
from app.web.recipients import speak, store_name, store_of

NOT_WHOLE = marked("This link is not whole. Please use the link in the message itself, or reply to the message.")

routes = Blueprint("unsubscribe", __name__)


@routes.get("/u/<token>")
@guarded(Guard.SIGNED_LINK)
def ask(token: str) -> str:
    """A page with one button. Looking at it changes nothing."""
    return _page(wish_of(token), token, is_done=False)


@routes.post("/u/<token>")
@guarded(Guard.SIGNED_LINK)
def act(token: str) -> str:
    """Unsubscribe at once, without cookie, login or question; doing it again changes nothing more."""
    wish = wish_of(token)
    with runtime().database.write() as session:
        is_known = unsubscribe(session, wish, now=runtime().clock.now())
    log.done("unsubscribed", store_id=wish.store_id, customer_id=wish.customer_id, is_known=is_known)
    return _page(wish, token, is_done=True)


def wish_of(token: str) -> Unsubscription:
    """Whom a link stands for. Raises NotFound where it is not ours."""
    wish = links.read_unsubscribe(runtime().signer, token)
    if wish is None:
        raise NotFound(NOT_WHOLE)
    return wish


def _page(wish: Unsubscription, token: str, *, is_done: bool) -> str:
    store = store_of(wish.store_id)
    with runtime().database.read() as session:
        speak(store, owner_of(session, wish))
    way = f"/u/{token}/preferences"
    return render_template("recipient/unsubscribe.html", store=store_name(store), is_done=is_done, preferences=way)
