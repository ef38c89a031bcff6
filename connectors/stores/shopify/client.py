"""The way to a store's Admin API: GraphQL only, aware of what a query costs, and honest about half answers."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from connectors.base import Access
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.http import Answer, raise_for
from connectors.stores.shopify import classic
from connectors.stores.shopify.tokens import Wire, in_force, renewed, token_of
from connectors.stores.shopify.words import clip, without_nul

LONGEST_PAUSE = 2.0
T = TypeVar("T")
_RETRIED = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})


class _Throttle(msgspec.Struct, rename="camel"):
    maximum_available: float = 0
    currently_available: float = 0
    restore_rate: float = 0


class _Cost(msgspec.Struct, rename="camel"):
    requested_query_cost: float | None = None
    throttle_status: _Throttle = msgspec.field(default_factory=_Throttle)


class _Warning(msgspec.Struct):
    field: str | None = None
    code: str | None = None


class _Search(msgspec.Struct):
    warnings: list[_Warning] | None = None


class _Extensions(msgspec.Struct):
    cost: _Cost = msgspec.field(default_factory=_Cost)
    search: list[_Search] | None = None


class _ErrorExtensions(msgspec.Struct):
    code: str = ""


class _Error(msgspec.Struct):
    extensions: _ErrorExtensions = msgspec.field(default_factory=_ErrorExtensions)
    path: list[str | int] | None = None


class _Reply(msgspec.Struct):
    data: dict[str, msgspec.Raw] | None = None
    errors: list[_Error] | str | dict[str, Any] | None = None
    extensions: _Extensions | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a call brought. `denied` lists paths that the store does not let us see and that are null therefore.

    `wait` is how many seconds the next call of the same cost should wait. `version` is the one that the store answered in
    where it is not the one that we asked for, which happens without a word once a version has ended.
    """

    _data: Mapping[str, msgspec.Raw] = field(repr=False)
    denied: tuple[str, ...] = ()
    wait: float = 0.0
    version: str | None = None

    def get(self, name: str, shape: type[T]) -> T | None:
        """The top-level field `name` in `shape`; None where it is null. Raises Malformed where it has another shape."""
        raw = self._data.get(name)
        try:
            return None if raw is None else msgspec.json.decode(raw, type=shape | None)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(f"the answer's {name} is not as documented: {error}") from None

    @property
    def unknown(self) -> tuple[str, ...]:
        """What is odd about this answer, for counting."""
        return (f"api.version={clip(self.version)}",) if self.version else ()


class Client:
    """GraphQL calls to any store. Every call reads the store's token afresh."""

    def __init__(self, wire: Wire, *, pause: Callable[[float], None] | None = None) -> None:
        """`pause`, where given, waits that many seconds (at most two) when a call is throttled only a little."""
        self.wire = wire
        self._pause = pause
        self._path = classic.graphql_path(wire.settings.shopify_api_version)

    def call(self, access: Access, document: str, *, variables: Mapping[str, object] | None = None) -> Result:
        """Send one document. Raises Temporary (throttled, too many calls, broken), Permanent (it will never work as written;
        a search that would have been ignored), Unauthorised (the store has to be connected again), Malformed.
        """
        body = msgspec.json.encode({"query": document, "variables": variables or {}})
        for patience in (2, 1, 0):
            answer = self._post(access, body)
            reply = _reply(answer)
            wait = _throttled(reply)
            if wait is None:
                return self._result(answer, reply)
            if self._pause is None or wait > LONGEST_PAUSE or not patience:
                raise Temporary("the store's call budget is used up for now", timedelta(seconds=wait))
            self._pause(wait)
        raise Temporary("the store's call budget is used up for now")

    def _post(self, access: Access, body: bytes) -> Answer:
        """One POST, with one renewal of the token where the store does not know it any more."""
        held = in_force(self.wire, access)
        answer = self._send(access.address, body, token=token_of(held))
        if answer.status == 401:
            fresh = renewed(self.wire, access, stale=held)
            answer = self._send(access.address, body, token=token_of(fresh))
        if answer.status == 401:
            raise Unauthorised("the store does not accept the access token")
        raise_for(answer.status, answer.headers)
        return answer

    def _send(self, shop: str, body: bytes, *, token: str) -> Answer:
        return self.wire.post(shop, self._path, body=body, headers={"X-Shopify-Access-Token": token})

    def _result(self, answer: Answer, reply: _Reply) -> Result:
        denied = _judged(reply)
        extensions = reply.extensions or _Extensions()
        _refuse_ignored_search(extensions.search)
        version = answer.headers.get("X-Shopify-API-Version")
        asked = self.wire.settings.shopify_api_version
        odd = version if version and version != asked else None
        return Result(reply.data or {}, denied, _wait(extensions.cost), odd)


def _reply(answer: Answer) -> _Reply:
    try:
        return msgspec.json.decode(without_nul(answer.body), type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("the answer is not one of a GraphQL endpoint") from None


def _throttled(reply: _Reply) -> float | None:
    """How many seconds to wait where the call was throttled, else None."""
    errors = reply.errors if isinstance(reply.errors, list) else []
    if not any(one.extensions.code == "THROTTLED" for one in errors):
        return None
    cost = (reply.extensions or _Extensions()).cost
    return max(1.0, _wait(cost))


def _wait(cost: _Cost) -> float:
    status = cost.throttle_status
    missing = (cost.requested_query_cost or 0) - status.currently_available
    if missing <= 0:
        return 0.0
    return float(min(3600, math.ceil(missing / status.restore_rate))) if status.restore_rate > 0 else 2.0


def _judged(reply: _Reply) -> tuple[str, ...]:
    """The denied paths of an answer that is otherwise good. Raises Temporary and Permanent for all else."""
    errors = reply.errors or []
    if not isinstance(errors, list):
        raise Permanent("the store refused the call as a whole")
    codes = {one.extensions.code for one in errors}
    if codes - {"ACCESS_DENIED"}:
        word = clip(min(codes - {"ACCESS_DENIED"}) or "unnamed")
        if codes & _RETRIED:
            raise Temporary(f"the store could not answer: {word}")
        raise Permanent(f"the store will not answer this query: {word}")
    denied = tuple(".".join(map(str, one.path or ())) or "?" for one in errors)
    if reply.data is None and denied:
        raise Permanent(f"the store has not granted access to {clip(denied[0])}")
    if reply.data is None:
        raise Malformed("the answer has neither data nor errors")
    return denied


def _refuse_ignored_search(search: Sequence[_Search] | None) -> None:
    """Shopify ignores a search word that it does not know and returns everything; that must never pass for an answer."""
    for one in search or ():
        for warning in one.warnings or ():
            raise Permanent(
                f"the store ignores the search field {clip(warning.field or '?')}: {clip(warning.code or '?')}"
            )
