"""The schema that the stand-in runs: Shopify's own words, with an answer for every field."""

from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLSchema, build_schema, is_object_type

from connectors.standins.shopify.graph.registry import Context, resolver


@cache
def schema() -> GraphQLSchema:
    """The subset of the real schema, with an answer for every field."""
    made = build_schema(files(__package__).joinpath("schema.graphql").read_text())
    for kind in made.type_map.values():
        if is_object_type(kind) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                field.resolve = _bound(kind.name, name)
        elif hasattr(kind, "resolve_type"):
            kind.resolve_type = _typename
    return made


def _typename(value: Any, *_rest: Any) -> str:
    return str(value.typename)


def _bound(type_name: str, field_name: str) -> Any:
    answer = resolver(type_name, field_name)

    def resolve(source: Any, info: Any, **args: Any) -> Any:
        ctx: Context = info.context
        ctx.check(type_name, field_name)
        if type_name == "QueryRoot":
            ctx.path = info.path.as_list()
        return answer(source, ctx, **args)

    return resolve
