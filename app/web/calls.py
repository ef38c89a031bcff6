"""A call of a store: whose it is, whether the store really sent it, and that it is kept; this is the hot path, without Flask.

Most calls are plain and right, and they end here, before Flask has begun: its own way to an empty answer takes longer than all
that is done for the call. Whatever is not plain goes on to the routes, and so does a refusal, which they put into words.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized

from app.keys import UnreadableSecretError
from app.pipeline import inbox
from app.runtime import Runtime
from app.web import headers, house
from app.web.doors import Door, Doors
from connectors.base import DeliveryHead, StoreConnector
from connectors.errors import Malformed

MOST_BYTES = 5 * 1024 * 1024
NO_TOPIC = "unknown"
ROOM = "/webhooks/"
# Under this word the routes find what was refused before them.
REFUSED = "perennial.refused"
REFUSALS = (HTTPException, inbox.NotKeptError, UnreadableSecretError, *inbox.BROKEN)
Program = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Call(NamedTuple):
    """What came in at a platform's door: `public_key` names the store where the address does; plain headers, the raw body."""

    platform: str
    public_key: str | None
    headers: Mapping[str, str]
    body: bytes


def keep(runtime: Runtime, doors: Doors, *, call: Call) -> None:
    """Keep a call durably that its store has signed; a ping is no news and is only let pass.

    Raises Unauthorized, NotFound, SQLAlchemyError where the database is down, and UnreadableSecretError where none of our keys
    opens the store's own secret.
    """
    connector = runtime.connectors[call.platform]
    if call.public_key is None:
        # The secret is the app's own, and a header names the store.
        if not connector.is_genuine(call.headers, call.body, credentials=None):
            raise Unauthorized("The signature is not right.")
        head = _head(connector, call)
        door = _known(doors.by_address(call.platform, head.address or ""))
    else:
        door, head = _known(doors.by_key(call.platform, call.public_key)), _head(connector, call)
        if head.is_ping:
            return
        if not _is_genuine(runtime, doors, door=door, call=call):
            raise Unauthorized("The signature is not right.")
    inbox.accept(runtime, store_id=door.store_id, head=head, body=call.body)


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a call; their names are compared in any case."""
    return {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}


def _head(connector: StoreConnector, call: Call) -> DeliveryHead:
    """What the headers say. What cannot be understood is kept all the same, and set aside when it is opened."""
    try:
        return connector.head(call.headers, call.body)
    except Malformed:
        return DeliveryHead(NO_TOPIC, None, hashlib.sha256(call.body).hexdigest())


def _is_genuine(runtime: Runtime, doors: Doors, *, door: Door, call: Call) -> bool:
    """A secret may have changed in the seconds for which we remember it: a wrong signature is judged once more."""
    connector = runtime.connectors[call.platform]
    if connector.is_genuine(call.headers, call.body, credentials=door.credentials):
        return True
    if door.seen_at == runtime.clock.now():
        return False
    anew = doors.by_key(call.platform, call.public_key or "", anew=True)
    return anew is not None and connector.is_genuine(call.headers, call.body, credentials=anew.credentials)


def _known(door: Door | None) -> Door:
    if door is None:
        raise NotFound("There is no such store here.")
    return door


class Front:
    """Stands before Flask's own program and takes what it can; the rest it hands on as if nobody had looked at it."""

    def __init__(self, flask_app: Flask, *, doors: Callable[[], Doors]) -> None:
        self._flask, self._behind, self._doors = flask_app, flask_app.wsgi_app, doors

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(ROOM) or not self._is_kept(environ, path):
            try:
                return self._behind(environ, start_response)
            finally:
                # It holds this call, and the call it: anybody's 5 MB would lie here until circles are looked for.
                environ.pop(REFUSED, None)
        is_secure = self._runtime.config.app_url.startswith("https://")
        start_response("200 OK", list(headers.of_nothing(is_secure=is_secure)))
        return ()

    @property
    def _runtime(self) -> Runtime:
        return house.runtime_of(self._flask)

    def _is_kept(self, environ: dict[str, Any], path: str) -> bool:
        """Whether all is done for this call; else the routes find its body unread, or what it was refused for."""
        to, size = _addressed(path), _size(environ)
        if to is None or size is None or environ.get("REQUEST_METHOD") != "POST":
            return False
        body = environ["wsgi.input"].read(size)
        environ["wsgi.input"] = BytesIO(body)
        if len(body) != size:
            return False
        try:
            keep(self._runtime, self._doors(), call=Call(*to, headers_of(environ), body))
        except REFUSALS as error:
            environ[REFUSED] = error
            return False
        return True


def _addressed(path: str) -> tuple[str, str | None] | None:
    """The platform, and the store's key where the address names one; None for any other address."""
    match path.split("/"):
        case ["", "webhooks", "shopify"]:
            return "shopify", None
        case ["", "webhooks", "woocommerce", key] if key and key.isascii():
            return "woocommerce", key
    return None


def _size(environ: Mapping[str, Any]) -> int | None:
    """The length of a body that was announced and is not too long; a body in chunks is read by the routes."""
    said = environ.get("CONTENT_LENGTH") or ""
    is_plain = said.isascii() and said.isdigit() and len(said) < 8 and "HTTP_TRANSFER_ENCODING" not in environ
    return int(said) if is_plain and int(said) <= MOST_BYTES else None
