"""A bulk result, which is one JSON object a line: cut into whole groups, decoded, and made into records.

An order's lines of goods and a product's variants are JSON lines of their own that name their parent. We ask Shopify to keep
each group together; a child that turns up elsewhere is kept for a parent still to come, and what finds none makes its parent
be looked at again.
"""

from collections.abc import Iterable, Iterator

import msgspec

from connectors.errors import Malformed
from connectors.records import Kind, LookAgain, Record
from connectors.stores.shopify import nodes
from connectors.stores.shopify.nodes import shapes
from connectors.stores.shopify.words import tail, without_nul

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
MOST_ORPHANS = 5_000
MOST_LOST = 50_000
LONGEST_GROUP = 16 * 1024 * 1024

_CHILD = b'"__parentId":'
_DECODER = msgspec.json.Decoder(shapes.Root | shapes.Child)
_KINDS = {"Customer": Kind.CUSTOMER, "Product": Kind.PRODUCT, "Order": Kind.ORDER}


class _Named(msgspec.Struct):
    id: str
    parent: str | None = msgspec.field(default=None, name="__parentId")


def groups(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks of whole lines made into blocks of whole groups: a parent with the children that follow it."""
    kept = b""
    for block in blocks:
        kept += block
        cut = _last_parent(kept)
        if cut:
            yield kept[:cut]
            kept = kept[cut:]
        elif len(kept) > LONGEST_GROUP:
            raise Malformed("a group of the bulk result is too long")
    if kept:
        yield kept


def _last_parent(block: bytes) -> int:
    """Where the last line begins that is nobody's child; 0 where that is the first line."""
    end = len(block)
    while end > 0:
        start = block.rfind(b"\n", 0, end - 1) + 1
        if _CHILD not in block[start:end]:
            return start
        end = start
    return 0


def _look_at(gid: str) -> LookAgain:
    return LookAgain(_KINDS.get(gid.split("/")[-2], Kind.ORDER), tail(gid))


class Assembler:
    """Turns groups into records. `lost` are the global ids of orders and products whose parts could not be joined."""

    def __init__(self, lost: Iterable[str] = ()) -> None:
        self.done = 0
        self.unknown: list[str] = []
        self._lost = dict.fromkeys(lost)
        self._orphans: dict[str, list[shapes.Child]] = {}

    @property
    def lost(self) -> list[str]:
        """What a later process could not know: the parents of all children that wait, and those given up."""
        return [*self._lost, *(one for one in self._orphans if one not in self._lost)]

    def records(self, group: bytes) -> list[Record]:
        """The records of some whole groups. A line that cannot be read is noted, and looked at again where it has an id."""
        try:
            found = _DECODER.decode_lines(without_nul(group))
        except UNREADABLE:
            found, made = self._one_by_one(group)
        else:
            made = []
        self._join(found, made)
        return made

    def leftovers(self) -> list[Record]:
        """At the end of a result: what has to be looked at again, because its parts did not come together."""
        found: list[Record] = [_look_at(one) for one in self.lost]
        self._lost.clear()
        self._orphans.clear()
        return found

    def _join(self, found: list[shapes.Root | shapes.Child], made: list[Record]) -> None:
        parent: shapes.Root | None = None
        parent_id = ""
        lines: list[shapes.Child] = []
        for node in found:
            if isinstance(node, shapes.Line | shapes.Variant):
                if node.parent == parent_id:
                    lines.append(node)
                elif node.parent:
                    self._keep(node, node.parent)
                continue
            if parent is not None:
                self._make(parent, lines, made=made)
            parent, parent_id, lines = node, node.id, []
        if parent is not None:
            self._make(parent, lines, made=made)

    def _keep(self, node: shapes.Child, parent: str) -> None:
        self._orphans.setdefault(parent, []).append(node)
        if len(self._orphans) > MOST_ORPHANS:
            self._lost.update(dict.fromkeys(self._orphans))
            self._orphans.clear()
        if len(self._lost) > MOST_LOST:
            raise Malformed("the bulk result does not keep its groups together")

    def _make(self, node: shapes.Root, lines: list[shapes.Child], *, made: list[Record]) -> None:
        self.done += 1
        if self._orphans:
            lines = lines + self._orphans.pop(node.id, [])
        try:
            if isinstance(node, shapes.Order):
                goods = [one for one in lines if isinstance(one, shapes.Line)]
                made.extend(nodes.order(node, goods, unknown=self.unknown))
            elif isinstance(node, shapes.Customer):
                made.append(nodes.customer(node, self.unknown))
            else:
                sold = [one for one in lines if isinstance(one, shapes.Variant)]
                made.append(nodes.product(node, self.unknown, variants=sold))
        except Malformed:
            made.append(self._again(node.id))

    def _again(self, gid: str) -> LookAgain:
        self.unknown.append("bulk.line=malformed")
        return _look_at(gid)

    def _one_by_one(self, group: bytes) -> tuple[list[shapes.Root | shapes.Child], list[Record]]:
        found: list[shapes.Root | shapes.Child] = []
        made: list[Record] = []
        for text in filter(None, group.split(b"\n")):
            try:
                found.append(_DECODER.decode(without_nul(text)))
            except UNREADABLE:
                made.extend(self._set_aside(text))
        return found, made

    def _set_aside(self, text: bytes) -> list[Record]:
        """A line that is not as documented: its order, or itself, is to be looked at again, where it at least has an id."""
        self.done += 1
        try:
            named = msgspec.json.decode(text, type=_Named)
            return [self._again(named.parent or named.id)]
        except (*UNREADABLE, Malformed, IndexError):
            self.unknown.append("bulk.line=unreadable")
            return []
