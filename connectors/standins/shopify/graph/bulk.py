"""Bulk operations: asked for, running, finished, and where their file lies."""

import hashlib
import hmac
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from connectors.standins.shopify.graph.bulk_rules import refusals
from connectors.standins.shopify.graph.errors import user_error
from connectors.standins.shopify.graph.paging import Page, page
from connectors.standins.shopify.graph.queries import found, look
from connectors.standins.shopify.graph.registry import Context, answers, constants
from connectors.standins.shopify.graph.schema import schema
from connectors.standins.shopify.graph.walker import Planner, lines, ungrouped
from connectors.standins.shopify.payloads import stores
from connectors.standins.shopify.records import BulkOperation, gid

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop

AT_ONCE = 5
FILE_LIFE = timedelta(days=7)
# Unasked, an operation is done after this time; asked, at the second question.
TAKES = timedelta(seconds=5)
POLLS = 2


def _run(_source: Any, ctx: Context, *, query: str, groupObjects: bool) -> dict[str, Any]:  # noqa: N803 - GraphQL's name
    errors = [user_error(text, field=["query"], code="INVALID") for text in refusals(query, schema())]
    running = [one for one in ctx.shop.bulk.values() if one.status in {"CREATED", "RUNNING", "CANCELING"}]
    if not errors and len(running) >= AT_ONCE:
        names = ", ".join(gid(one) for one in running)
        text = f"A bulk query operation for this app and shop is already in progress: {names}."
        errors = [user_error(text, field=None, code="OPERATION_IN_PROGRESS")]
    if errors:
        return {"bulkOperation": None, "userErrors": errors}
    one = BulkOperation(id=ctx.shop.state.number(), created_at=ctx.at, updated_at=ctx.at, query=query)
    one.grouped, one.context = groupObjects, ctx
    ctx.shop.bulk[one.id] = one
    return {"bulkOperation": one, "userErrors": []}


def _cancel(_source: Any, ctx: Context, *, id: str) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    one = look(ctx, id, "BulkOperation")
    if one is None:
        return {"bulkOperation": None, "userErrors": [user_error("Bulk operation does not exist", field=["id"])]}
    if one.status not in {"CREATED", "RUNNING"}:
        text = f"A bulk operation cannot be canceled when it is {one.status.lower()}"
        return {"bulkOperation": one, "userErrors": [user_error(text, field=None)]}
    one.status = "CANCELING"
    return {"bulkOperation": one, "userErrors": []}


def asked(one: BulkOperation | None, _ctx: Context) -> BulkOperation | None:
    """Somebody looks at the operation, and so time passes for it."""
    if one is not None:
        one.polls += 1
        _advance(one)
    return one


def progress(shop: "Shop") -> None:
    """Whatever has had its time is done, though nobody asked."""
    for one in list(shop.bulk.values()):
        _advance(one)


def _advance(one: BulkOperation) -> None:
    ctx: Context = one.context
    if one.status == "CANCELING":
        one.status, one.completed_at = "CANCELED", ctx.shop.state.clock()
    due = one.polls >= POLLS or ctx.shop.state.clock() >= one.created_at + TAKES
    if one.status in {"CREATED", "RUNNING"} and due:
        _finish(one, ctx)
    elif one.status == "CREATED" and one.polls:
        one.status = "RUNNING"


def _finish(one: BulkOperation, asking: Context) -> None:
    """Write the file and say so. It shows the store as it is now."""
    shop = asking.shop
    with shop.news() as news:
        ctx = Context(shop, asking.token, asking.faults, news.at, asking.version, asking.base, bulk=True)
        failure = ctx.faults.bulk_error
        try:
            _write(one, ctx)
            one.status = "FAILED" if failure else "COMPLETED"
        except GraphQLError:
            one.status, failure = "FAILED", "ACCESS_DENIED"
        one.error_code, one.completed_at, one.partial = failure, news.at, failure is not None
        news.say("bulk_operations/finish", lambda: stores.bulk_finished(shop, one))


def _write(one: BulkOperation, ctx: Context) -> None:
    made = lines(Planner(schema(), one.query, ctx).plan(), ctx)
    if not one.grouped:
        made = ungrouped(made, ctx.shop.state.dice)
    _, name = tempfile.mkstemp(prefix="stand-in-bulk-", suffix=".jsonl", dir=ctx.shop.state.folder())
    one.path = Path(name)
    with one.path.open("wb") as file:
        for at_root, line in made:
            file.write(line)
            one.object_count += 1
            one.root_count += at_root
    if ctx.faults.bulk_error:
        _halve(one.path)


def _halve(path: Path) -> None:
    """What an operation that broke down leaves behind: the first half of its lines."""
    kept = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(kept[: len(kept) // 2]))


def signed(shop: "Shop", one: BulkOperation) -> tuple[int, str]:
    """When the file's address expires (Unix time), and the signature that is part of it."""
    expires = int(((one.completed_at or one.created_at) + FILE_LIFE).timestamp())
    text = f"{shop.name}/{one.id}/{expires}".encode()
    return expires, hmac.digest(shop.state.storage_key, text, hashlib.sha256).hex()


def _url(one: BulkOperation, ctx: Context) -> str | None:
    expires, signature = signed(ctx.shop, one)
    query = f"Expires={expires}&Signature={signature}&response-content-type=application%2Fjsonl"
    return f"{ctx.base}/storage/{ctx.shop.name}/bulk-{one.id}.jsonl?{query}"


def _whole(one: BulkOperation, ctx: Context) -> str | None:
    """No address for an empty file."""
    return _url(one, ctx) if one.status == "COMPLETED" and one.object_count else None


def _part(one: BulkOperation, ctx: Context) -> str | None:
    return _url(one, ctx) if one.partial and one.path is not None else None


def _size(one: BulkOperation, _ctx: Context) -> str | None:
    return str(one.path.stat().st_size) if one.path is not None else None


def _list(_source: Any, ctx: Context, *, query: str | None = None, **args: Any) -> Page:
    kept = found(ctx.shop.bulk.values(), ctx, field="bulkOperations", query=query)
    backwards = not args.pop("reverse", False)
    shown = page(kept, ctx, args={**args, "reverse": backwards})
    for one in shown.nodes:
        asked(one, ctx)
    return shown


def _current(_source: Any, ctx: Context, **_args: Any) -> BulkOperation | None:
    return asked(max(ctx.shop.bulk.values(), key=lambda one: one.id, default=None), ctx)


answers(
    "QueryRoot",
    bulkOperation=lambda _source, ctx, *, id: asked(look(ctx, id, "BulkOperation"), ctx),  # noqa: A006
    bulkOperations=_list,
    currentBulkOperation=_current,
)
answers("Mutation", bulkOperationRunQuery=_run, bulkOperationCancel=_cancel)
answers(
    "BulkOperation",
    url=_whole,
    partialDataUrl=_part,
    fileSize=_size,
    objectCount=lambda one, _ctx: str(one.object_count),
    rootObjectCount=lambda one, _ctx: str(one.root_count),
)
constants("BulkOperation", type="QUERY")
