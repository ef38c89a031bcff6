"""The way every REST call takes: faults, keys, rights, the handler, and an answer with WordPress's headers."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from connectors.standins.woocommerce.auth import Caller, authenticate
from connectors.standins.woocommerce.model import MANAGERS, Json
from connectors.standins.woocommerce.payloads.links import php_json
from connectors.standins.woocommerce.rest import query
from connectors.standins.woocommerce.rest.errors import RestError, no_route
from connectors.standins.woocommerce.store import Store

_DENIED = {
    "list": ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
    "get": ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
    "create": ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
    "update": ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "delete": ("woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource."),
}
# The methods that reach each deed, in the order in which Allow names them.
_METHODS = {
    "list": ("GET",),
    "get": ("GET",),
    "create": ("POST",),
    "update": ("POST", "PUT", "PATCH"),
    "delete": ("DELETE",),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a handler sees it: parameters, JSON body, who calls, and what the path named."""

    params: query.Params
    body: Json
    caller: Caller | None
    ids: Mapping[str, int]

    @property
    def user_id(self) -> int:
        """Whom the call acts for; 1 where nobody is asked for keys."""
        return self.caller.user.id if self.caller else 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler hands back."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Handler = Callable[[Call], Answer]


class Door:
    """Registers routes below /wp-json and leads every call through the same steps."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rules: dict[str, list[str]] = {}
        self.blueprint = Blueprint("rest", __name__, url_prefix="/wp-json")
        self.blueprint.add_url_rule("/<path:_rest>", "nowhere", _nowhere, methods=["GET", "POST", "PUT", "DELETE"])

    def add(self, rule: str, *, public: bool = False, locked: bool = True, **deeds: Handler) -> None:
        """Opens `rule` (below /wp-json/) for these deeds: list, get, create, update, delete.

        `public` ones need no keys. `locked` ones hold the store's lock; leave it where the handler calls out.
        """
        chosen = {method: (deed, deeds[deed]) for deed in deeds for method in _METHODS[deed]}
        allow = ", ".join(chosen)
        self.rules[rule] = list(chosen)

        def view(**ids: int) -> Response:
            deed, handler = chosen[request.method]
            return self._lead(handler, deed, ids=ids, allow=allow, public=public, locked=locked)

        self.blueprint.add_url_rule(f"/{rule}", rule, view, methods=list(chosen), provide_automatic_options=False)

    def _lead(
        self, handler: Handler, deed: str, *, ids: Mapping[str, int], allow: str, public: bool, locked: bool
    ) -> Response:
        hurt = self.store.faults.hurt(request.path)
        if hurt is not None:
            return hurt
        try:
            with self.store.state.lock:
                caller = authenticate(self.store, request)
            if not public:
                _check_rights(caller, deed)
            params = query.Params(query.parse(request.query_string.decode()), self.store.state)
            with self.store.state.lock if locked else nullcontext():
                answer = handler(Call(params, _json(), caller, ids))
        except RestError as error:
            answer = Answer(error.body, error.status)
        return respond(self.store.state.url, answer, allow=allow, fields=request.args.get("_fields", ""))


def respond(home: str, answer: Answer, *, allow: str, fields: str = "") -> Response:
    """The answer as WordPress sends it; `fields` keeps only the named ones."""
    body = trimmed(answer.body, fields) if fields and answer.status < 400 else answer.body
    response = Response(php_json(body), answer.status, content_type="application/json; charset=UTF-8")
    response.headers["Link"] = f'<{home}/wp-json/>; rel="https://api.w.org/"'
    response.headers["Allow"] = allow
    for name, value in answer.headers:
        response.headers[name] = value
    return response


def trimmed(body: Any, fields: str) -> Any:
    """_fields: keeps the named fields of an object or of each in a list; a.b keeps b inside a."""
    wanted = [tuple(field.strip().split(".")) for field in fields.split(",") if field.strip()]
    return [_kept(one, wanted) for one in body] if isinstance(body, list) else _kept(body, wanted)


def _kept(one: Any, wanted: list[tuple[str, ...]]) -> Any:
    if not isinstance(one, dict) or () in wanted:
        return [_kept(part, wanted) for part in one] if isinstance(one, list) and () not in wanted else one
    inner: dict[str, list[tuple[str, ...]]] = {}
    for first, *rest in wanted:
        if first in one:
            inner.setdefault(first, []).append(tuple(rest))
    return {name: _kept(one[name], inner[name]) for name in one if name in inner}


def _check_rights(caller: Caller | None, deed: str) -> None:
    code, message = _DENIED[deed]
    if caller is None:
        raise RestError(code, message, status=401)
    if caller.user.role not in MANAGERS:
        raise RestError(code, message, status=403)


def _json() -> Json:
    if request.method == "GET" or not request.get_data():
        return {}
    body = request.get_json(silent=True)
    if isinstance(body, dict):
        return body
    raise RestError("rest_invalid_json", "Invalid JSON body passed.", status=400)


def _nowhere(_rest: str) -> Response:
    error = no_route()
    return Response(php_json(error.body), error.status, content_type="application/json; charset=UTF-8")
