"""Several objects as the store shows them now, in one call: rows of a list, named by `include`."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from connectors.errors import Malformed, Permanent
from connectors.records import Kind, Reading, StoreProfile
from connectors.stores.woocommerce.client import PER_PAGE, Client, Query
from connectors.stores.woocommerce.look import WAYS, Way, refund_times
from connectors.stores.woocommerce.read import Frame, read_order

# Nothing is said of the statuses of orders, since what a store leaves out is looked at alone.
_MORE: Mapping[Kind, Query] = {Kind.CUSTOMER: {"role": "all"}, Kind.PRODUCT: {"status": "any"}}


class _Row(msgspec.Struct):
    id: int


_row = msgspec.json.Decoder(_Row)


def look_each(
    client: Client, kind: Kind, *, external_ids: Sequence[str], profile: StoreProfile
) -> Iterator[tuple[str, Reading]]:
    """Each with its id, as soon as its call is back.

    Left out is what `look` alone can tell: what is not in the list, which says neither that it is gone nor that it lies in
    the trash, and what cannot be read. Raises Temporary and Unauthorised as `Client.get`.
    """
    way = WAYS.get(kind)
    if way is None:
        return
    numbers = {found[1]: one for one in external_ids if (found := way.ids.fullmatch(one))}
    named = list(numbers)
    for start in range(0, len(named), PER_PAGE):
        asked: Query = {"include": named[start : start + PER_PAGE], **_MORE.get(kind, {})}
        for number, reading in _together(client, way, asked=asked, profile=profile):
            if number in numbers:
                yield numbers[number], reading


def _together(client: Client, way: Way, *, asked: Query, profile: StoreProfile) -> Iterator[tuple[str, Reading]]:
    try:
        rows = client.stretch(way.endpoint, asked, offset=0).rows
        times = refund_times(client, rows) if way.read is read_order else {}
    except (Permanent, Malformed):
        return
    frame = Frame(profile.currency, client.now(), times)
    for row in rows:
        try:
            yield str(_row.decode(row).id), way.read(row, frame)
        except (ValueError, RecursionError, Malformed):
            continue
