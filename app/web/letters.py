"""A message in the browser, and the links of messages: reading changes nothing, and a link leads where the message said."""

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

from app import links
from app.insight.clicks import Asking, agent_of
from app.pipeline import short_links
from app.pipeline.again import said_again
from app.pipeline.clicks import note
from app.render import clean
from app.translations import marked
from app.web.guard import Guard, guarded
from app.web.headers import mail_policy
from app.web.house import runtime

NOT_HERE = marked("This message cannot be shown any more.")
NOT_OURS = marked("This link is not whole. Please use the link in the message itself.")
PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")

routes = Blueprint("letters", __name__)


@routes.get("/v/<int:store_id>/<int:message_id>/<token>")
@guarded(Guard.SIGNED_LINK)
def read(store_id: int, message_id: int, *, token: str) -> Response:
    """The message as it was, with nothing allowed but its looks; framed by nobody."""
    is_ours = links.is_view(runtime().signer, token, store_id=store_id, message_id=message_id)
    words = said_again(runtime(), store_id, message_id=message_id) if is_ours else None
    if words is None:
        raise NotFound(NOT_HERE)
    response = Response(words.html)
    response.headers["Content-Security-Policy"] = mail_policy(["'none'"])
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@routes.get("/l/<int:store_id>/<int:message_id>/<mark>/<shown>")
@guarded(Guard.SIGNED_LINK)
def follow(store_id: int, message_id: int, *, mark: str, shown: str) -> Answer:
    """To where the link of this one message leads, and nowhere else. What cannot be counted is not counted, and leads on."""
    target = links.read_counted(runtime().signer, shown, store_id=store_id, message_id=message_id, mark=mark)
    if target is None or not clean.one_url(target):
        raise NotFound(NOT_OURS)
    return _led(target, store_id=store_id, message_id=message_id)


@routes.get("/s/<code>")
@guarded(Guard.SIGNED_LINK)
def follow_short(code: str) -> Answer:
    """The same for the link of a text, which is too short to say itself where it leads."""
    found = short_links.find(runtime(), code)
    if found is None or not clean.one_url(found.target):
        raise NotFound(NOT_OURS)
    return _led(found.target, store_id=found.store_id, message_id=found.message_id)


def _led(target: str, *, store_id: int, message_id: int) -> Answer:
    note(runtime(), _asking(target), store_id=store_id, message_id=message_id)
    return redirect(clean.one_url(target), 302)


def _asking(target: str) -> Asking:
    """What a click's judge will ask: never the address of the network, only a mark that changes each day."""
    day = runtime().clock.now().date().isoformat()
    prefetch = any("pre" in request.headers.get(name, "").lower() for name in PREFETCH)
    visitor = runtime().signer.fingerprint("visitor", f"{day}:{request.remote_addr}")[:12]
    agent = agent_of(request.headers.get("User-Agent"))
    return Asking(target[:200], agent, request.method, prefetch=prefetch, visitor=visitor)
