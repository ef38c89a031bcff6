"""Where providers tell what became of messages: their signature over the raw bytes, then receipts and answers."""

from collections.abc import Mapping
from typing import cast

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge, ServiceUnavailable, Unauthorized

from app import log
from app.pipeline import listening
from app.web.guard import Guard, guarded
from app.web.house import runtime
from connectors.errors import Malformed, Permanent, Temporary
from connectors.receipts import Call, Listener

MOST_BYTES = 1024 * 1024

routes = Blueprint("receipts", __name__, url_prefix="/receipts")


@routes.post("/<name>")
@guarded(Guard.WEBHOOK_SIGNATURE)
def hear(name: str) -> Response:
    """One call of one provider. What cannot be read is refused, so that the provider shows it to somebody."""
    listener = runtime().listeners.get(name)
    if listener is None:
        raise NotFound("Nobody listens here.")
    text, kind = _heard(listener, _call(runtime().config.app_url))
    return Response(text, content_type=kind)


def _heard(listener: Listener, call: Call) -> tuple[str, str]:
    try:
        if not listener.is_genuine(call):
            raise Unauthorized("The signature is not right.")
        heard = listener.read(call)
    except Temporary as error:
        log.trouble("call_not_judged", listener=listener.name, error=error)
        raise ServiceUnavailable from None
    except (Malformed, Permanent) as error:
        log.trouble("call_not_understood", listener=listener.name, error=error)
        raise BadRequest("This is not what a provider tells.") from None
    count = listening.hear(runtime(), listener.name, heard=heard)
    log.done("call_heard", listener=listener.name, receipts=count, replies=len(heard.replies))
    return heard.answer


def _call(app_url: str) -> Call:
    """The call as it came, under the address by which the provider knows it: behind a proxy ours looks different."""
    request.max_content_length = MOST_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        raise RequestEntityTooLarge
    query = request.query_string.decode("latin-1")
    url = f"{app_url}{request.path}" + (f"?{query}" if query else "")
    return Call(cast("Mapping[str, str]", request.headers), body, url, runtime().clock.now())
