"""A store's lists, walked page by page: the whole history here, the changes since a moment in `changes`.

WooCommerce knows no cursor, only offsets into a list that may lose rows while we read it. So a list is read in order of
ids and each stretch begins a few rows early: where it does not begin at a row that we have seen, rows before it are gone,
and we step back. Nothing is skipped, and a row that comes twice is dropped by its id.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import msgspec

from connectors.errors import Malformed, Misplaced
from connectors.records import Page, Record, StoreProfile
from connectors.stores.woocommerce.client import PER_PAGE, Client, Query, Stretch
from connectors.stores.woocommerce.look import refund_times
from connectors.stores.woocommerce.read import Frame, Reader, read_customer, read_order, read_product, read_review
from connectors.stores.woocommerce.read.orders import DRAFT, STATUSES

OVERLAP = 5
MOST_RECORDS = 2000
# A store that promises more rows and shows none is believed this often in a row.
PATIENCE = 5
END = "end"

Rows = Sequence[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Phase:
    """One list to walk: its endpoint and query, and how a row of it is read."""

    name: str
    endpoint: str
    query: Query
    read: Reader = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where we stand: the phase, the offset of the next row, the last id seen, and what the progress bar needs."""

    phase: str
    offset: int = 0
    last: int = 0
    done: int = 0
    total: int | None = None


def history(
    client: Callable[[], Client], *, profile: StoreProfile, cursor: Mapping[str, object] | None
) -> Iterator[Page]:
    """Everything the store has: customers, products, orders with what hangs on them, reviews. Raises as `walk`."""
    phases = (
        customers(),
        Phase("products", "products", {"status": "any"}, read_product),
        Phase("orders", "orders", {"status": statuses(client(), drafts=False)}, read_order),
        reviews({}),
    )
    return walk(client, phases, profile=profile, cursor=cursor)


def customers() -> Phase:
    """All of them: without `role=all`, shop managers and subscribers who buy are left out."""
    return Phase("customers", "customers", {"role": "all"}, read_customer)


def reviews(query: Query) -> Phase:
    """Reviews, also those that wait for approval."""
    return Phase("reviews", "products/reviews", {**query, "status": "all"}, read_review)


class _Status(msgspec.Struct):
    slug: str


_statuses = msgspec.json.Decoder(list[_Status])


def statuses(client: Client, *, drafts: bool) -> list[str]:
    """Every order status of the store by name, custom ones too: what `status=any` holds differs between versions."""
    answer = client.find("orders/statuses")
    try:
        listed = [status.slug for status in _statuses.decode(answer.body)] if answer else []
    except (ValueError, RecursionError):
        listed = []
    names = set(listed) or {*STATUSES, "processing", DRAFT}
    return sorted(names if drafts else names - {DRAFT})


def walk(
    client: Callable[[], Client], phases: Sequence[Phase], *, profile: StoreProfile, cursor: Mapping[str, object] | None
) -> Iterator[Page]:
    """Every row of every phase once, from `cursor` on. `client` is asked anew for each stretch, since keys may change.

    A row that cannot be read is told in `Page.unknown` with its id and the reason, and stops nobody else. Raises as
    `Client.get`, and Misplaced for a cursor that is none of ours.
    """
    at = _resumed(cursor, phases) if cursor else Cursor(phases[0].name, total=_counted(client(), phases))
    if at.phase == END:
        yield Page((), asdict(at), at.done, at.total, is_last=True, phase=END)
    barren = 0
    while at.phase != END:
        here = client()
        phase = next(phase for phase in phases if phase.name == at.phase)
        stretch, start = _stretch(here, phase, at=at)
        rows, last = _new(stretch.rows, at.last)
        barren = 0 if rows else barren + 1
        after = replace(at, offset=start + PER_PAGE, last=max(last, at.last), done=at.done + len(rows))
        if start + PER_PAGE >= stretch.total or barren == PATIENCE:
            after, barren = Cursor(_following(phase, phases), done=after.done, total=at.total), 0
        frame = Frame(profile.currency, here.now(), refund_times(here, rows) if phase.read is read_order else {})
        records, unknown = _read(phase, rows, frame=frame)
        yield from _pages(records, phase.name, before=at, after=after, unknown=tuple(unknown))
        at = after


def _resumed(cursor: Mapping[str, object], phases: Sequence[Phase]) -> Cursor:
    try:
        at = msgspec.convert(dict(cursor), Cursor)
    except msgspec.ValidationError:
        raise Misplaced("the cursor of this run cannot be read") from None
    if at.phase != END and at.phase not in [phase.name for phase in phases]:
        raise Misplaced("the cursor of this run names an unknown phase")
    return at


def _counted(client: Client, phases: Sequence[Phase]) -> int:
    """How many rows there are in all, at the price of one small call a phase."""
    return sum(
        client.stretch(phase.endpoint, {**phase.query, "_fields": "id"}, offset=0, limit=1).total for phase in phases
    )


def _following(phase: Phase, phases: Sequence[Phase]) -> str:
    index = phases.index(phase) + 1
    return phases[index].name if index < len(phases) else END


def _stretch(client: Client, phase: Phase, *, at: Cursor) -> tuple[Stretch, int]:
    """The rows from a little before `at.offset` on, and the offset they begin at; further back where rows have gone."""
    start = max(0, at.offset - OVERLAP)
    query = {**phase.query, "orderby": "id", "order": "asc"}
    while True:
        stretch = client.stretch(phase.endpoint, query, offset=start)
        first = _id(stretch.rows[0]) if stretch.rows else None
        if start == 0 or (first is not None and first <= at.last):
            return stretch, start
        start = max(0, start - PER_PAGE)


class _Ident(msgspec.Struct):
    id: int


_ident = msgspec.json.Decoder(_Ident)


def _id(row: msgspec.Raw) -> int | None:
    try:
        return _ident.decode(row).id
    except (ValueError, RecursionError):
        return None


def _new(rows: Rows, last: int) -> tuple[list[msgspec.Raw], int]:
    """The rows behind `last` and the last id among them. A row without an id is kept, so that it is told of."""
    known = [(_id(row), row) for row in rows]
    new = [(number, row) for number, row in known if number is None or number > last]
    return [row for _, row in new], max((number for number, _ in new if number), default=last)


def _read(phase: Phase, rows: Rows, *, frame: Frame) -> tuple[list[Record], list[str]]:
    records: list[Record] = []
    unknown: list[str] = []
    for row in rows:
        try:
            reading = phase.read(row, frame)
        except Malformed as error:
            unknown.append(f"{phase.name}.malformed={_id(row)}: {error}")
        else:
            records.extend(reading.records)
            unknown.extend(reading.unknown)
    return records, unknown


def _pages(
    records: list[Record], phase: str, *, before: Cursor, after: Cursor, unknown: tuple[str, ...]
) -> Iterator[Page]:
    """The records of one stretch, mostly one page. Only the last piece moves the cursor: a kill repeats and loses none."""
    pieces = [tuple(records[start : start + MOST_RECORDS]) for start in range(0, len(records), MOST_RECORDS)] or [()]
    for piece in pieces[:-1]:
        yield Page(piece, asdict(before), before.done, before.total, phase=phase)
    yield Page(
        pieces[-1],
        asdict(after),
        after.done,
        after.total,
        is_last=after.phase == END,
        unknown=unknown,
        phase=phase,
    )
