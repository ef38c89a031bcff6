"""Makes the faults that were asked for happen to a request, before or after it is answered."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from flask import Response, request

from connectors.standins.shopify.faults import Faults, Place


class Dropped(ConnectionError):
    """The connection was cut on purpose; a server sends nothing after it."""


def cut() -> None:
    """Close the connection without a word. Raises Dropped."""
    found = request.environ.get("werkzeug.socket")
    if isinstance(found, socket.socket):
        found.shutdown(socket.SHUT_RDWR)
    raise Dropped("dropped on request")


def before(faults: Faults, at: Place) -> Response | None:
    """The answer that a fault gives instead of the real one, None when all is well."""
    if at != "storage" and faults.take("drop", at=at):
        cut()
    if faults.take("time_out", at=at):
        # Nobody sets this event: it is a pause that ends by itself.
        threading.Event().wait(faults.hold_seconds)
        return Response("Gateway Timeout", 504)
    if faults.take("too_many", at=at):
        text = '{"errors":"Exceeded 2 calls per second for api client."}'
        return Response(text, 429, {"Retry-After": "2.0"}, mimetype="application/json")
    if faults.take("server_error", at=at):
        return Response("<html><body>Something went wrong on our end.</body></html>", faults.server_status)
    return None


def after(faults: Faults, at: Place) -> None:
    """Cut the connection where the answer is to be lost."""
    if faults.take("lose_answer", at=at):
        cut()


def cut_short(found: Response, path: Path) -> Response:
    """The first half of what was to be sent, under the length of the whole; then the connection is gone."""
    found.direct_passthrough = False
    whole = found.get_data() or path.read_bytes()
    length = str(len(whole))
    found.response = _half(whole)
    found.headers["Content-Length"] = length
    return found


def _half(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    raise Dropped("dropped on request")
