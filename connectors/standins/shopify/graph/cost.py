"""What a query costs before it runs, and the bucket of points that it is paid from.

A field costs 0 for a scalar, 1 for an object, 2 and its page size times (1 and what is in a node) for a connection,
10 for a mutation. One query may cost 1,000 at most (facts: cost and throttling).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop

LIMIT = 1000
MUTATION = 10


class Estimate:
    """Works out the cost of one document with its variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema, self.variables = schema, variables
        self.fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }

    def of(self, operation: OperationDefinitionNode) -> int:
        """The requested cost of one operation."""
        if operation.operation.value == "mutation":
            return MUTATION * len(list(self._fields(operation.selection_set)))
        return self._inside(self.schema.query_type, operation.selection_set)

    def _fields(self, chosen: SelectionSetNode | None) -> Any:
        """The fields of a selection with the type that a fragment narrows them to."""
        for one in chosen.selections if chosen else ():
            if isinstance(one, FieldNode):
                yield None, one
            elif isinstance(one, InlineFragmentNode):
                narrowed = one.type_condition.name.value if one.type_condition else None
                yield from ((deeper or narrowed, field) for deeper, field in self._fields(one.selection_set))
            elif isinstance(one, FragmentSpreadNode):
                found = self.fragments[one.name.value]
                narrowed = found.type_condition.name.value
                yield from ((deeper or narrowed, field) for deeper, field in self._fields(found.selection_set))

    def _inside(self, kind: Any, chosen: SelectionSetNode | None) -> int:
        total = 0
        for narrowed, field in self._fields(chosen):
            owner = self.schema.type_map[narrowed] if narrowed else kind
            definition = getattr(owner, "fields", {}).get(field.name.value)
            if definition is not None:
                total += self._field(get_named_type(definition.type), field)
        return total

    def _field(self, kind: Any, field: FieldNode) -> int:
        if is_leaf_type(kind):
            return 0
        if kind.name.endswith("Connection"):
            return 2 + self._size(field) * max(1, self._node(kind, field))
        return self._listed(field) * (1 + self._inside(kind, field.selection_set))

    def _listed(self, field: FieldNode) -> int:
        """How many objects a field answers with: for `nodes(ids:)` as many as it is asked for."""
        given = [one.value for one in field.arguments or () if one.name.value == "ids"]
        ids = [self.variables.get(one.name.value) for one in given if isinstance(one, VariableNode)]
        return max([1, *(len(one) for one in ids if isinstance(one, list)), *_lengths(given)])

    def _node(self, connection: Any, field: FieldNode) -> int:
        """The dearest way to a node: through `nodes` or through `edges`."""
        costs = [0]
        for _, part in self._fields(field.selection_set):
            if part.name.value == "nodes":
                costs.append(1 + self._inside(get_named_type(connection.fields["nodes"].type), part.selection_set))
            elif part.name.value == "edges":
                edge = get_named_type(connection.fields["edges"].type)
                costs.append(self._inside(edge, part.selection_set))
        return max(costs)

    def _size(self, field: FieldNode) -> int:
        for one in field.arguments or ():
            if one.name.value in {"first", "last"}:
                if isinstance(one.value, IntValueNode):
                    return int(one.value.value)
                if isinstance(one.value, VariableNode):
                    return int(self.variables.get(one.value.name.value) or 0)
        return 0


def _lengths(given: list[Any]) -> list[int]:
    return [len(one.values) for one in given if isinstance(one, ListValueNode)]


class Bucket:
    """The points of one app in one store; they come back by the second."""

    def __init__(self, shop: "Shop") -> None:
        self.shop = shop

    def refill(self, now: datetime) -> float:
        """The points that are there now."""
        shop, profile = self.shop, self.shop.profile
        if shop.points_at is None:
            shop.points = float(profile.bucket)
        else:
            passed = max(0.0, (now - shop.points_at).total_seconds())
            shop.points = min(float(profile.bucket), shop.points + passed * profile.restore_rate)
        shop.points_at = now
        return shop.points

    def take(self, cost: int) -> None:
        """Pay, or with a negative cost get back what was asked for and not used."""
        self.shop.points = min(float(self.shop.profile.bucket), self.shop.points - cost)

    def status(self) -> dict[str, float]:
        """throttleStatus, as every answer carries it."""
        profile = self.shop.profile
        return {
            "maximumAvailable": float(profile.bucket),
            "currentlyAvailable": int(self.shop.points),
            "restoreRate": float(profile.restore_rate),
        }


def spent(value: Any) -> int:
    """What an answer really cost: a point for every object in it, without the wrapping of pages."""
    if isinstance(value, list):
        return sum(spent(one) for one in value)
    if not isinstance(value, dict):
        return 0
    total = 0
    for name, inner in value.items():
        if name in {"edges", "nodes", "pageInfo"} or isinstance(inner, list):
            total += spent(inner) if name != "pageInfo" else 0
            total += len(inner) if name == "nodes" else 0
        elif isinstance(inner, dict):
            total += spent(inner) + (2 if "pageInfo" in inner or "nodes" in inner or "edges" in inner else 1)
    return total
