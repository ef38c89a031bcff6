"""Runs one GraphQL call: cost, throttling, execution, and the extensions that every answer carries."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)

from connectors.standins.shopify.graph import bulk, discounts, mutations, orders, people, queries, stores, subscriptions
from connectors.standins.shopify.graph.cost import LIMIT, Bucket, Estimate, spent
from connectors.standins.shopify.graph.errors import coded
from connectors.standins.shopify.graph.registry import Context
from connectors.standins.shopify.graph.schema import schema

# Importing them is what makes them answer.
ANSWERING = (bulk, discounts, mutations, orders, people, queries, stores, subscriptions)

# How graphql-core says what is wrong with a document, and the code that Shopify puts beside its own sentence.
CODES = (
    ("Cannot query field", "undefinedField"),
    ("Unknown argument", "argumentNotAccepted"),
    ("is required, but it was not provided", "missingRequiredArguments"),
    ("of required type", "missingRequiredArguments"),
    ("must have a selection of subfields", "selectionMismatch"),
    ("is never used", "variableNotUsed"),
)
MOST_ITEMS = 250


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came in."""

    query: str
    variables: dict[str, Any]
    operation: str | None


def run(call: Call, ctx: Context) -> dict[str, Any]:
    """The whole answer to one call. The caller holds the store's lock."""
    try:
        document = parse(call.query)
    except GraphQLError as error:
        return {"errors": [_shown(error, "PARSE_ERROR")]}
    wrong = validate(schema(), document)
    if wrong:
        return {"errors": [_shown(error, _code(error)) for error in wrong]}
    operation = _operation(document, call.operation)
    if operation is None:
        return {"errors": [{"message": "No operation named " + str(call.operation)}]}
    return _paid(call, ctx, document=document, operation=operation)


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name is None:
        return found[0] if len(found) == 1 else None
    return next((one for one in found if one.name and one.name.value == name), None)


def _paid(call: Call, ctx: Context, *, document: DocumentNode, operation: OperationDefinitionNode) -> dict[str, Any]:
    bucket = Bucket(ctx.shop)
    bucket.refill(ctx.shop.state.now())
    asked = Estimate(schema(), document, call.variables).of(operation)
    refusal = _refusal(call, ctx, asked=asked, bucket=bucket)
    if refusal is not None:
        return {"errors": [refusal], "extensions": {"cost": _cost(asked, None, bucket=bucket)}}
    bucket.take(asked)
    result = execute_sync(
        schema(), document, context_value=ctx, variable_values=call.variables, operation_name=call.operation
    )
    used = asked if operation.operation.value == "mutation" else min(asked, spent(result.data))
    bucket.take(used - asked)
    return _answer(result, ctx, cost=_cost(asked, used, bucket=bucket))


def _cost(asked: int, used: int | None, *, bucket: Bucket) -> dict[str, Any]:
    return {"requestedQueryCost": asked, "actualQueryCost": used, "throttleStatus": bucket.status()}


def _refusal(call: Call, ctx: Context, *, asked: int, bucket: Bucket) -> dict[str, Any] | None:
    """Why a call is not even begun."""
    if _largest(call.variables) > MOST_ITEMS:
        text = (
            f"The input array size of {_largest(call.variables)} is greater than the maximum allowed of {MOST_ITEMS}."
        )
        return {"message": text, "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"}}
    if asked > LIMIT:
        text = f"Query cost is {asked}, which exceeds the single query max cost limit ({LIMIT})."
        more = {"cost": asked, "maxCost": LIMIT, "documentation": "https://shopify.dev/api/usage/rate-limits"}
        return {"message": text, "extensions": {"code": "MAX_COST_EXCEEDED", **more}}
    if ctx.faults.take("throttle", at="graphql"):
        bucket.take(int(ctx.shop.points))
        return _throttled()
    return _throttled() if asked > ctx.shop.points else None


def _throttled() -> dict[str, Any]:
    more = {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}
    return {"message": "Throttled", "extensions": more}


def _largest(value: Any) -> int:
    """The size of the largest array anywhere in the variables."""
    if isinstance(value, dict):
        return max((_largest(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return max([len(value), *(_largest(one) for one in value)])
    return 0


def _answer(result: ExecutionResult, ctx: Context, *, cost: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"data": result.data} if result.data is not None or not result.errors else {}
    if result.errors:
        body["errors"] = [_shown(error, "INVALID_VARIABLE" if error.path is None else None) for error in result.errors]
    extensions: dict[str, Any] = {"cost": cost}
    if ctx.searches:
        extensions["search"] = ctx.searches
    return {**body, "extensions": extensions}


def _code(error: GraphQLError) -> str:
    return next((code for words, code in CODES if words in error.message), "invalid")


def _shown(error: GraphQLError, code: str | None) -> dict[str, Any]:
    """An error as it is sent; what has no code of its own gets `code`."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
    shown = dict(coded(error.message, code).formatted) if code else dict(error.formatted)
    if error.locations:
        shown["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    if error.path is not None:
        shown["path"] = error.path
    return shown
