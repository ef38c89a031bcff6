"""Cuts the stand-in's schema.graphql out of Shopify's real Admin schema.

`python -m tests.connectors.standins.make_shopify_schema REAL.json.gz OUT`. What is wanted is said type by type in
`shopify_schema_wanted`. A type gets all its plain fields (scalars, enums and lists of them) that are not deprecated,
and the fields named there. Nothing is renamed or loosened; a test proves it.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_client_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    print_schema,
)

from tests.connectors.standins.shopify_schema_wanted import INPUTS, UNWANTED, WANTED


class Cutter:
    """Copies the wanted types of one schema, each once, lazily, so that circles close."""

    def __init__(self, real: GraphQLSchema) -> None:
        self.real = real
        self.made: dict[str, Any] = {}

    def schema(self) -> GraphQLSchema:
        """The cut schema, its types sorted by name so that two runs print the same."""
        kept = sorted(WANTED)
        types = [self.named(name) for name in kept]
        return GraphQLSchema(query=self.named("QueryRoot"), mutation=self.named("Mutation"), types=types)

    def named(self, name: str) -> Any:
        if name not in self.made:
            self.made[name] = self._copy(self.real.type_map[name])
        return self.made[name]

    def like(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return GraphQLNonNull(self.like(kind.of_type))
        if isinstance(kind, GraphQLList):
            return GraphQLList(self.like(kind.of_type))
        return self.named(kind.name)

    def _copy(self, real: Any) -> Any:
        if isinstance(real, GraphQLScalarType):
            return GraphQLScalarType(real.name) if real.name not in BUILT_IN else BUILT_IN[real.name]
        if isinstance(real, GraphQLEnumType):
            return GraphQLEnumType(real.name, {key: key for key in real.values})
        if isinstance(real, GraphQLUnionType):
            return GraphQLUnionType(real.name, [self.named(name) for name in WANTED[real.name].split()])
        if isinstance(real, GraphQLInputObjectType):
            return GraphQLInputObjectType(real.name, lambda: self._input_fields(real), is_one_of=real.is_one_of)
        kind = GraphQLInterfaceType if isinstance(real, GraphQLInterfaceType) else GraphQLObjectType
        return kind(real.name, lambda: self._fields(real), interfaces=lambda: self._interfaces(real))

    def _interfaces(self, real: Any) -> list[Any]:
        """An interface is kept where all that is kept of it is kept of the type as well."""
        kept = self._fields(real).keys()
        return [
            self.named(one.name) for one in real.interfaces if one.name in WANTED and self._fields(one).keys() <= kept
        ]

    def _fields(self, real: Any) -> dict[str, GraphQLField]:
        names = WANTED[real.name].split()
        missing = set(names) - set(real.fields)
        if missing:
            raise KeyError(f"{real.name} has no {sorted(missing)}")
        root = real.name in {"QueryRoot", "Mutation"}
        return {
            name: GraphQLField(self.like(one.type), args=self._args(one), deprecation_reason=one.deprecation_reason)
            for name, one in real.fields.items()
            if name in names or (not root and self._plain(real.name, name, field=one))
        }

    def _plain(self, owner: str, name: str, *, field: Any) -> bool:
        return (
            is_leaf_type(get_named_type(field.type))
            and field.deprecation_reason is None
            and name not in UNWANTED.get(owner, ())
            and not any(is_required_argument(one) for one in field.args.values())
        )

    def _args(self, field: Any) -> dict[str, GraphQLArgument]:
        return {
            name: GraphQLArgument(self.like(one.type), default_value=one.default_value)
            for name, one in field.args.items()
            if is_leaf_type(get_named_type(one.type)) or get_named_type(one.type).name in INPUTS
        }

    def _input_fields(self, real: Any) -> dict[str, GraphQLInputField]:
        names = INPUTS[real.name].split()
        return {
            name: GraphQLInputField(
                self.like(one.type), default_value=one.default_value, deprecation_reason=one.deprecation_reason
            )
            for name, one in real.fields.items()
            if names == ["*"] or name in names
        }


def read_real(path: Path) -> GraphQLSchema:
    """The real schema from its introspection result, gzipped JSON with or without the outer `data`."""
    found = json.loads(gzip.decompress(path.read_bytes()))
    return build_client_schema(found.get("data", found))


BUILT_IN: dict[str, Any] = {}


def cut(real: GraphQLSchema) -> str:
    """The subset as SDL."""
    BUILT_IN.update({name: real.type_map[name] for name in ("String", "Int", "Float", "Boolean", "ID")})
    return print_schema(Cutter(real).schema()) + "\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(cut(read_real(Path(sys.argv[1]))))
