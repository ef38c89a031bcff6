"""What a bulk query may look like, and the sentences with which Shopify refuses one that does not."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
    validate,
)

MOST_CONNECTIONS = 5
DEEPEST = 2
LONGEST = 65_535

NOT_EDGES = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
    "'{first} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. Invalid connection fields: '{all}'."
)
NO_ID = (
    "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' "
    "return type. Connection fields without 'id': {all}."
)


@dataclass(eq=False)
class Shape:
    """What was found out about a bulk query."""

    connections: int = 0
    deepest: int = 0
    top_level: list[str] = field(default_factory=list)
    by_nodes: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)
    in_list: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """Where a field stands: how many connections are around it, the nearest one's node, and whether a list is."""

    depth: int = 0
    parent: FieldNode | None = None
    in_list: bool = False


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The named fragments of a document."""
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def fields_of(
    chosen: SelectionSetNode | None, fragments: dict[str, FragmentDefinitionNode], *, narrowed: str | None = None
) -> Iterator[tuple[str | None, FieldNode]]:
    """The fields of a selection, fragments opened, each with the type that a fragment narrows it to."""
    for one in chosen.selections if chosen else ():
        if isinstance(one, FieldNode):
            yield narrowed, one
        elif isinstance(one, InlineFragmentNode):
            kind = one.type_condition.name.value if one.type_condition else narrowed
            yield from fields_of(one.selection_set, fragments, narrowed=kind)
        elif isinstance(one, FragmentSpreadNode):
            known = fragments[one.name.value]
            yield from fields_of(known.selection_set, fragments, narrowed=known.type_condition.name.value)


class Inspector:
    """Walks one bulk query."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema, self.fragments, self.shape = schema, fragments_of(document), Shape()

    def inspect(self, operation: OperationDefinitionNode) -> Shape:
        """What there is to say about the operation."""
        for _, one in fields_of(operation.selection_set, self.fragments):
            if one.name.value in {"node", "nodes"}:
                self.shape.top_level.append(one.name.value)
        self._walk("QueryRoot", operation.selection_set, around=Around())
        return self.shape

    def _walk(self, kind: str, chosen: SelectionSetNode | None, *, around: Around) -> None:
        for narrowed, one in fields_of(chosen, self.fragments):
            owner = self.schema.type_map[narrowed or kind]
            definition = getattr(owner, "fields", {}).get(one.name.value)
            if definition is None:
                continue
            inner = get_named_type(definition.type).name
            if inner.endswith("Connection"):
                self._connection(inner, one, around=around)
            else:
                listed = around.in_list or is_list_type(get_nullable_type(definition.type))
                self._walk(inner, one.selection_set, around=Around(around.depth, around.parent, listed))

    def _connection(self, kind: str, one: FieldNode, *, around: Around) -> None:
        shape = self.shape
        shape.connections += 1
        shape.deepest = max(shape.deepest, around.depth)
        shape.in_list = shape.in_list or around.in_list
        if around.parent is not None and not self._has_id(around.parent):
            shape.without_id.append(around.parent.name.value)
        parts = {part.name.value: part for _, part in fields_of(one.selection_set, self.fragments)}
        if "nodes" in parts or "edges" not in parts:
            shape.by_nodes.append(one.name.value)
        if "edges" in parts:
            for _, node in fields_of(parts["edges"].selection_set, self.fragments):
                if node.name.value == "node":
                    inner = kind.removesuffix("Connection")
                    self._walk(inner, node.selection_set, around=Around(around.depth + 1, one))

    def _has_id(self, connection: FieldNode) -> bool:
        for _, edges in fields_of(connection.selection_set, self.fragments):
            for _, node in fields_of(edges.selection_set, self.fragments):
                names = [f.name.value for _, f in fields_of(node.selection_set, self.fragments) if f.alias is None]
                if "id" in names:
                    return True
        return False


def refusals(query: str, schema: GraphQLSchema) -> list[str]:
    """Why a bulk query is refused, in Shopify's words and order; nothing for a good one."""
    if not query.strip():
        return ["Invalid bulk query: syntax error, unexpected end of file"]
    try:
        document = parse(query)
    except GraphQLError as error:
        return [f"Invalid bulk query: {error.message}"]
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation.value != "query":
        return ["Invalid operation type. Only `query` operations are supported."]
    wrong = validate(schema, document)
    if wrong:
        return [f"Invalid bulk query: {error.message}" for error in wrong]
    found = _said(Inspector(schema, document).inspect(operations[0]))
    if not found and len(query.encode()) > LONGEST:
        return [f"Query is too large. Query must be less than {LONGEST} bytes."]
    return found


def _said(shape: Shape) -> list[str]:
    found = []
    if shape.by_nodes:
        found.append(NOT_EDGES.format(first=shape.by_nodes[0], all="', '".join(shape.by_nodes)))
    found += [f"Bulk queries cannot contain a top level `{name}` field." for name in shape.top_level]
    if shape.deepest > DEEPEST:
        found.append(f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}.")
    if shape.connections > MOST_CONNECTIONS:
        found.append(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    if shape.without_id:
        found.append(NO_ID.format(all=", ".join(dict.fromkeys(shape.without_id))))
    if shape.in_list:
        found.append("Queries that contain a connection field within a list field are not currently supported.")
    if not shape.connections:
        found.append("Bulk queries must contain at least one connection.")
    return found
