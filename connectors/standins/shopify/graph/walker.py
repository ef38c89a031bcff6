"""Turns a bulk query into lines of JSON: one object a line, children on lines of their own with `__parentId`.

A plan is made of the query once; then every record costs a few function calls instead of a whole GraphQL execution.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
)
from graphql.execution.values import get_argument_values

from connectors.standins.shopify.graph.bulk_rules import fields_of, fragments_of
from connectors.standins.shopify.graph.registry import Context, resolver

Read = Callable[[Any, Context], Any]

# How many lines are held back and drawn from at random, so that children come before and far from their parents.
HELD_BACK = 500


@dataclass(eq=False)
class Plan:
    """How one kind of record becomes one object, and which of its connections become lines."""

    fields: list[tuple[str, Read]] = field(default_factory=list)
    children: "list[tuple[Read, Plan]]" = field(default_factory=list)

    def read(self, source: Any, ctx: Context) -> dict[str, Any]:
        """The object, without its children."""
        found = {}
        for name, read in self.fields:
            value = read(source, ctx)
            if value is not _LEFT_OUT:
                found[name] = value
        return found


_LEFT_OUT = object()


class Planner:
    """Makes the plan of one query. Raises GraphQLError where the token may not see a field."""

    def __init__(self, schema: GraphQLSchema, query: str, ctx: Context) -> None:
        self.schema, self.ctx, self.document = schema, ctx, parse(query)
        self.fragments = fragments_of(self.document)

    def plan(self) -> Plan:
        """The plan of the whole query; its children are the lists at the root."""
        operation = next(one for one in self.document.definitions if isinstance(one, OperationDefinitionNode))
        return self._plan("QueryRoot", operation.selection_set)

    def _plan(self, kind: str, chosen: SelectionSetNode | None) -> Plan:
        made = Plan()
        for narrowed, one in fields_of(chosen, self.fragments):
            self._add(made, kind, narrowed=narrowed, one=one)
        return made

    def _add(self, made: Plan, kind: str, *, narrowed: str | None, one: FieldNode) -> None:
        name, shown = one.name.value, one.alias.value if one.alias else one.name.value
        if name == "__typename":
            made.fields.append((shown, lambda source, _ctx: getattr(source, "typename", kind)))
            return
        choosy = is_abstract_type(self.schema.type_map[kind]) and narrowed is not None
        owner = narrowed if choosy and narrowed else kind
        self.ctx.check(owner, name)
        definition: Any = self.schema.type_map[owner]
        inner = get_named_type(definition.fields[name].type)
        read = _called(resolver(owner, name), get_argument_values(definition.fields[name], one))
        if choosy:
            read = _only(read, owner)
        if is_leaf_type(inner):
            made.fields.append((shown, read))
        elif inner.name.endswith("Connection"):
            made.children.append((read, self._node_plan(inner.name, one)))
        else:
            self._nest(made, shown, read=read, plan=self._plan(inner.name, one.selection_set))

    def _nest(self, made: Plan, shown: str, *, read: Read, plan: Plan) -> None:
        """An object in an object; its own connections are lines of the record around it."""
        if plan.fields:
            made.fields.append((shown, _nested(read, plan)))
        made.children += [(_through(read, inner), below) for inner, below in plan.children]

    def _node_plan(self, connection: str, one: FieldNode) -> Plan:
        for _, edges in fields_of(one.selection_set, self.fragments):
            for _, node in fields_of(edges.selection_set, self.fragments):
                if node.name.value == "node":
                    return self._plan(connection.removesuffix("Connection"), node.selection_set)
        return Plan()


def _called(answer: Callable[..., Any], args: dict[str, Any]) -> Read:
    return (lambda source, ctx: answer(source, ctx, **args)) if args else answer


def _only(read: Read, kind: str) -> Read:
    return lambda source, ctx: read(source, ctx) if source.typename == kind else _LEFT_OUT


def _nested(read: Read, plan: Plan) -> Read:
    def nested(source: Any, ctx: Context) -> Any:
        value = read(source, ctx)
        if value is None or value is _LEFT_OUT:
            return value
        return [plan.read(one, ctx) for one in value] if isinstance(value, list) else plan.read(value, ctx)

    return nested


def _through(read: Read, inner: Read) -> Read:
    def through(source: Any, ctx: Context) -> Any:
        value = read(source, ctx)
        return None if value is None else inner(value, ctx)

    return through


def lines(plan: Plan, ctx: Context) -> Iterator[tuple[bool, bytes]]:
    """Every line in the order parent, its children; the flag says that it is at the root."""
    for read, below in plan.children:
        for record in read(None, ctx).nodes:
            yield from _family(record, ctx, plan=below, parent=None)


def _family(record: Any, ctx: Context, *, plan: Plan, parent: str | None) -> Iterator[tuple[bool, bytes]]:
    found = plan.read(record, ctx)
    if parent is not None:
        found["__parentId"] = parent
    yield parent is None, _line(found)
    for read, below in plan.children:
        page = read(record, ctx)
        for child in page.nodes if page is not None else ():
            yield from _family(child, ctx, plan=below, parent=found["id"])


_WRITE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


def _line(found: dict[str, Any]) -> bytes:
    return _WRITE(found).replace("/", "\\/").encode() + b"\n"


def ungrouped(found: Iterator[tuple[bool, bytes]], dice: random.Random) -> Iterator[tuple[bool, bytes]]:
    """The same lines, but a child may stand far from its parent, and before it."""
    held: list[tuple[bool, bytes]] = []
    for one in found:
        held.append(one)
        if len(held) > HELD_BACK:
            place = dice.randrange(len(held))
            held[place], held[-1] = held[-1], held[place]
            yield held.pop()
    dice.shuffle(held)
    yield from held
