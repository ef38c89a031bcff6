"""What POST and PUT share: meta_data, addresses, dates and batches."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.standins.woocommerce.model import Json, Meta
from connectors.standins.woocommerce.payloads.links import minor
from connectors.standins.woocommerce.rest.door import Answer, Call, Handler
from connectors.standins.woocommerce.rest.errors import RestError, invalid_param
from connectors.standins.woocommerce.rest.query import EMAIL
from connectors.standins.woocommerce.state import State

BATCH_LIMIT = 100


def write_metas(state: State, rows: list[Meta], *, given: Any) -> None:
    """Applies a `meta_data` list: by id where one is given, else by key; a null value takes the row away."""
    for entry in given if isinstance(given, list) else []:
        known = next((row for row in rows if row.id == entry.get("id")), None)
        key = entry.get("key") or (known.key if known else None)
        if key:
            state.write_meta(rows, key, value=entry.get("value"))


def address(body: Json, name: str) -> dict[str, str]:
    """`billing` or `shipping` as text. Raises RestError (400) for an e-mail address that is none."""
    given = body.get(name) or {}
    if not isinstance(given, Mapping):
        raise invalid_param(name, f"{name} is not of type object.", code="rest_invalid_type")
    email = given.get("email")
    if email and not EMAIL.fullmatch(str(email)):
        raise invalid_param(name, "Invalid email address.", code="rest_invalid_email")
    return {part: "" if value is None else str(value) for part, value in given.items()}


def amount(body: Json, name: str) -> int:
    """Money from text or a number, in minor units. Raises RestError (400)."""
    try:
        return minor(str(body.get(name) or 0))
    except ValueError:
        raise invalid_param(name, f"{name} is not of type string.", code="rest_invalid_type") from None


def site_moment(state: State, text: object) -> datetime | None:
    """A date that was written: site-local unless it says otherwise; a bare date is 00:00 of that day."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise invalid_param("date_expires", "Invalid date.", code="rest_invalid_date") from None
    return (at if at.tzinfo else at.replace(tzinfo=state.zone)).astimezone(UTC)


def batch(*, create: Handler, update: Handler, delete: Handler) -> Handler:
    """A handler for {create: [], update: [], delete: []}: each on its own, errors in their place; at most 100."""

    def handle(call: Call) -> Answer:
        body = call.body
        if sum(len(body.get(part) or []) for part in ("create", "update", "delete")) > BATCH_LIMIT:
            message = f"Unable to accept more than {BATCH_LIMIT} items for this request."
            raise RestError("woocommerce_rest_request_entity_too_large", message, status=413)
        done: Json = {}
        for part, handler in (("create", create), ("update", update)):
            if part in body:
                done[part] = [_one(call, handler, entry=entry) for entry in body[part]]
        if "delete" in body:
            done["delete"] = [_one(call, delete, entry={"id": number}) for number in body["delete"]]
        return Answer(done)

    return handle


def _one(call: Call, handler: Callable[[Call], Answer], *, entry: Json) -> Any:
    number = int(entry.get("id") or 0)
    params = type(call.params)({"force": "true"}, call.params.state)
    try:
        return handler(Call(params, entry, call.caller, {"id": number})).body
    except RestError as error:
        return {"id": number, "error": error.body}
