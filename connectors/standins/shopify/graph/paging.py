"""Connections: pages of records with cursors that stay right while records change."""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.standins.shopify.graph.errors import bad_request
from connectors.standins.shopify.graph.registry import Context

LARGEST_PAGE = 250

Key = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A connection, cut to size. `places` are the cursors of `nodes`."""

    nodes: Sequence[Any]
    places: Sequence[str]
    more_after: bool
    more_before: bool

    @property
    def edges(self) -> list[dict[str, Any]]:
        """Each node with its cursor."""
        return [{"cursor": place, "node": node} for place, node in zip(self.places, self.nodes, strict=True)]

    @property
    def page_info(self) -> dict[str, Any]:
        """Where the page begins and ends."""
        return {
            "hasNextPage": self.more_after,
            "hasPreviousPage": self.more_before,
            "startCursor": self.places[0] if self.places else None,
            "endCursor": self.places[-1] if self.places else None,
        }


def _by_id(record: Any) -> Any:
    return record.id


def page(records: Iterable[Any], ctx: Context, *, args: dict[str, Any], key: Key = _by_id) -> Page:
    """The page of `records` that `args` (first, after, last, before, reverse) ask for, in the order of `key`.

    A bulk operation gets all of them, whatever was asked. Raises GraphQLError BAD_REQUEST for a page nobody may have.
    """
    if ctx.bulk:
        return Page(list(records), (), more_after=False, more_before=False)
    kept = [(_place(key(one)), one.id, one) for one in records]
    kept.sort(key=lambda entry: entry[:2], reverse=bool(args.get("reverse")))
    size = _size(args)
    start, end = _between(kept, args)
    window = kept[start:end]
    if args.get("last") is not None:
        cut = window[-size:]
        return _page(cut, before=start > 0 or len(cut) < len(window), after=end < len(kept))
    cut = window[:size]
    return _page(cut, before=start > 0, after=end < len(kept) or len(cut) < len(window))


def _page(entries: Sequence[tuple[Any, int, Any]], *, before: bool, after: bool) -> Page:
    places = [_cursor(value, number) for value, number, _ in entries]
    return Page([entry[2] for entry in entries], places, more_after=after, more_before=before)


def _size(args: dict[str, Any]) -> int:
    first, last = args.get("first"), args.get("last")
    if (first is None) == (last is None):
        raise bad_request("you must provide one of first or last")
    size = int(args["last"] if first is None else first)
    if not 0 <= size <= LARGEST_PAGE:
        raise bad_request(f"The page size must be between 0 and {LARGEST_PAGE}")
    return size


def _between(kept: Sequence[tuple[Any, int, Any]], args: dict[str, Any]) -> tuple[int, int]:
    """The part of `kept` between the cursors; what they named may be gone or have moved since."""
    start, end = 0, len(kept)
    backwards = bool(args.get("reverse"))
    if args.get("after"):
        mark = _read(args["after"])
        start = next((n for n, entry in enumerate(kept) if _beyond(entry[:2], mark, backwards=backwards)), end)
    if args.get("before"):
        mark = _read(args["before"])
        end = next((n for n, entry in enumerate(kept) if not _beyond(mark, entry[:2], backwards=backwards)), end)
    return start, max(start, end)


def _beyond(one: Any, other: Any, *, backwards: bool) -> bool:
    return bool(one < other if backwards else one > other)


def _place(value: Any) -> Any:
    """A sort value that JSON can carry and that compares with its like."""
    return value.timestamp() if isinstance(value, datetime) else value


def _cursor(value: Any, number: int) -> str:
    return base64.b64encode(json.dumps({"last_id": number, "last_value": value}).encode()).decode()


def _read(cursor: str) -> tuple[Any, int]:
    try:
        found = json.loads(base64.b64decode(cursor, validate=True))
        return found["last_value"], found["last_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise bad_request(f"`{cursor}` is not a valid cursor.") from error
