"""The first import: a store's customers, products and orders by bulk operations, read as a stream, resumable anywhere.

Shopify writes a file of all objects; we ask for one kind after the other, wait without holding anything, and read the file
from the byte where the last page ended. The same machine reads a long list of changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from connectors.base import Access
from connectors.errors import Misplaced, Permanent, Temporary
from connectors.http import raise_for
from connectors.records import Page, Record
from connectors.stores.shopify import queries
from connectors.stores.shopify.client import Client
from connectors.stores.shopify.lines import Assembler, groups
from connectors.stores.shopify.words import clip

ENOUGH = 1_000
MOST = 2_000
BLOCK = 64 * 1024
POLL = 5.0
BUSY = 60.0
TRIES = 3


@dataclass(frozen=True, slots=True)
class Phase:
    """One kind of thing: its bulk document, the scope that it needs, and whether the import goes on without it."""

    name: str
    document: str
    scope: str
    is_optional: bool = False


PHASES = (
    Phase("customers", queries.BULK_CUSTOMERS, "read_customers"),
    Phase("products", queries.BULK_PRODUCTS, "read_products", is_optional=True),
    Phase("orders", queries.BULK_ORDERS, "read_orders"),
)
_BY_NAME = {phase.name: phase for phase in PHASES}


class Place(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an import stands; its plain form is the cursor. `todo` begins with the kind that is being read."""

    todo: tuple[str, ...] = tuple(phase.name for phase in PHASES)
    operation: str | None = None
    byte: int = 0
    before: int = 0
    done: int = 0
    totals: dict[str, int] = {}
    lost: tuple[str, ...] = ()
    search: str = ""
    tries: int = 0

    @classmethod
    def of(cls, cursor: Mapping[str, object]) -> "Place":
        """Raises Misplaced for a cursor that is not ours."""
        try:
            return msgspec.convert(cursor, cls)
        except msgspec.ValidationError:
            raise Misplaced("the cursor is not one of this import") from None

    @property
    def total(self) -> int | None:
        """How many things in all, once every kind has been counted."""
        return sum(self.totals.values()) if self.totals else None

    def page(self, records: tuple[Record, ...] = (), **more: Any) -> Page:
        phase = self.todo[0] if self.todo else ""
        return Page(records, msgspec.to_builtins(self), done=self.done, total=self.total, phase=phase, **more)


class State(msgspec.Struct, rename="camel"):
    """A bulk operation as Shopify shows it."""

    id: str
    status: str
    error_code: str | None = None
    root_object_count: str | int | None = None
    url: str | None = None


class _Error(msgspec.Struct):
    code: str | None = None


class _Ref(msgspec.Struct):
    id: str


class _Started(msgspec.Struct, rename="camel"):
    bulk_operation: _Ref | None = None
    user_errors: list[_Error] = []


class Count(msgspec.Struct):
    count: int
    precision: str = "EXACT"


def counted(client: Client, access: Access, *, search: str | None = None) -> dict[str, int]:
    """How many customers, products and orders there are (or match `search`); what is denied or a guess is left out."""
    asked = dict.fromkeys(("customers", "products", "orders"), search)
    result = client.call(access, queries.COUNTS, variables=asked)
    found = {name: result.get(f"{name}Count", Count) for name in asked}
    return {name: one.count for name, one in found.items() if one is not None and one.precision == "EXACT"}


def pages(client: Client, access: Access, *, cursor: Mapping[str, object] | None) -> Iterator[Page]:
    """The store's whole history from `cursor` on; ends after a page that says wait, to be asked again later.

    A kind that the store lets us not see is left out and noted. Raises Temporary, Permanent, Unauthorised, Malformed,
    Misplaced.
    """
    place = Place.of(cursor) if cursor else Place(totals=counted(client, access))
    yield from run(client, access, place=place)


def run(client: Client, access: Access, *, place: Place) -> Iterator[Page]:
    """All that is left to do at `place`."""
    noted: list[str] = []
    place = _allowed(access, place, noted=noted)
    while place.todo:
        if place.operation is None:
            place, page = _start(client, access, place=place)
            yield replace(page, unknown=(*page.unknown, *noted))
            noted.clear()
            if page.wait_seconds is not None:
                return
        state = _state(client, access, operation=place.operation or "")
        if state is not None and state.status in ("CREATED", "RUNNING", "CANCELING"):
            yield place.page(wait_seconds=POLL)
            return
        if state is None or state.status != "COMPLETED":
            place = _failed(place, state, noted=noted)
            continue
        for page in _read(client, access, place=_counted_anew(place, state), url=state.url):
            place = Place.of(page.cursor)
            yield page
    if noted:
        yield place.page(unknown=tuple(noted), is_last=True)


def may(access: Access, scope: str) -> bool:
    """Whether the store has granted `scope` or one that implies it; unknown grants count, and Shopify will tell."""
    granted = access.current().scopes
    return not granted or scope in granted or scope.replace("read_", "write_") in granted


def _allowed(access: Access, place: Place, *, noted: list[str]) -> Place:
    """`place` without the kinds that need a scope which the store has not granted, each of them noted."""
    denied = [name for name in place.todo if not may(access, _BY_NAME[name].scope)]
    noted += [f"import.{name}=no_scope" for name in denied]
    return msgspec.structs.replace(
        place,
        todo=tuple(name for name in place.todo if name not in denied),
        totals={name: count for name, count in place.totals.items() if name not in denied},
    )


def _next(place: Place, noted: list[str], *, why: str | None = None) -> Place:
    """The beginning of the next kind."""
    name, *rest = place.todo
    totals = place.totals
    if why is not None:
        noted.append(f"import.{name}={why}")
        totals = {kind: count for kind, count in totals.items() if kind != name}
    return Place(todo=tuple(rest), before=place.done, done=place.done, totals=totals, search=place.search)


def _start(client: Client, access: Access, *, place: Place) -> tuple[Place, Page]:
    """Ask Shopify to write the file. Where too many of ours are being written already, wait a minute."""
    phase = _BY_NAME[place.todo[0]]
    condition = f'(query: "{place.search}")' if place.search else ""
    result = client.call(access, queries.BULK_START, variables={"query": phase.document % condition})
    started = result.get("bulkOperationRunQuery", _Started) or _Started()
    codes = {one.code for one in started.user_errors}
    if codes & {"OPERATION_IN_PROGRESS", "LIMIT_REACHED"}:
        return place, place.page(wait_seconds=BUSY)
    if codes or started.bulk_operation is None:
        raise Permanent(
            f"Shopify will not run the import of {phase.name}: {clip(min(map(str, codes), default='denied'))}"
        )
    place = msgspec.structs.replace(place, operation=started.bulk_operation.id)
    return place, place.page(unknown=result.unknown)


def _state(client: Client, access: Access, *, operation: str) -> State | None:
    result = client.call(access, queries.BULK_STATE, variables={"id": operation})
    return result.get("bulkOperation", State)


def _failed(place: Place, state: State | None, *, noted: list[str]) -> Place:
    """An operation that failed, was cancelled or has run out is started again, a few times."""
    name = place.todo[0]
    code = state.error_code if state else None
    if code == "ACCESS_DENIED" and _BY_NAME[name].is_optional:
        return _next(place, noted, why="access_denied")
    if code == "ACCESS_DENIED":
        raise Permanent(f"the store has not granted access to its {name}")
    if place.tries + 1 >= TRIES:
        raise Temporary(f"Shopify could not write out the {name}: {clip(code or 'gone')}")
    return msgspec.structs.replace(place, operation=None, byte=0, done=place.before, lost=(), tries=place.tries + 1)


def _counted_anew(place: Place, state: State) -> Place:
    """The operation knows how many things it wrote; that beats the count from before."""
    if state.root_object_count is None:
        return place
    return msgspec.structs.replace(place, totals={**place.totals, place.todo[0]: int(state.root_object_count)})


def _read(client: Client, access: Access, *, place: Place, url: str | None) -> Iterator[Page]:
    """The pages of one file from the byte of `place` on; the last of them stands at the beginning of the next kind."""
    maker = Assembler(place.lost)
    gathered: list[Record] = []
    byte, done = place.byte, place.done
    for group in _groups(client, access, url=url, start=byte):
        gathered += maker.records(group)
        byte += len(group)
        if len(gathered) >= ENOUGH:
            here = msgspec.structs.replace(place, byte=byte, done=done + maker.done, lost=tuple(maker.lost))
            yield from _cut(place, here, gathered=gathered, unknown=_taken(maker.unknown))
            place, gathered = here, []
    gathered += maker.leftovers()
    after = _next(msgspec.structs.replace(place, done=done + maker.done), [])
    yield from _cut(place, after, gathered=gathered, unknown=_taken(maker.unknown))


def _taken(noted: list[str]) -> tuple[str, ...]:
    taken = tuple(noted)
    noted.clear()
    return taken


def _cut(before: Place, after: Place, *, gathered: list[Record], unknown: tuple[str, ...]) -> Iterator[Page]:
    """The records in pages of at most 2,000; only the last moves the cursor, so a stop in between repeats and loses nothing."""
    *firsts, last = [gathered[at : at + MOST] for at in range(0, max(1, len(gathered)), MOST)]
    for part in firsts:
        yield before.page(tuple(part))
    yield replace(after.page(tuple(last), unknown=unknown, is_last=not after.todo), phase=before.todo[0])


def _groups(client: Client, access: Access, *, url: str | None, start: int) -> Iterator[bytes]:
    """The file in whole groups. There is no file where there was nothing to write."""
    if url is None:
        return
    place, host = client.wire.result(access.address, url)
    with client.wire.http.stream("GET", place, host=host, start=start) as answer:
        if answer.status == 416:
            return
        if answer.status in (400, 401, 403, 404, 410):
            raise Temporary("the link to the result of the import has run out")
        raise_for(answer.status, answer.headers)
        yield from groups(answer.blocks(BLOCK))
