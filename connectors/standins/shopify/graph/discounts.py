"""How an app makes discount codes, one at a time or by the hundred."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.standins.shopify.graph.errors import bad_request, user_error
from connectors.standins.shopify.graph.mutations import moment
from connectors.standins.shopify.graph.paging import page
from connectors.standins.shopify.graph.people import metafield, metafields
from connectors.standins.shopify.graph.queries import discount_with, look
from connectors.standins.shopify.graph.registry import Context, answers, constants, decimal, iso, money
from connectors.standins.shopify.payloads import stores
from connectors.standins.shopify.payloads.base import DECIMALS
from connectors.standins.shopify.records import CodeImport, Discount, RedeemCode, gid

LONGEST_CODE = 255
MOST_CODES = 250


def _errors(ctx: Context, said: dict[str, Any]) -> list[dict[str, Any]]:
    """Why a discount cannot be made; the sentences are the platform's."""
    root = ["basicCodeDiscount"]
    errors = _code_errors(ctx, said.get("code") or "", field=[*root, "code"])
    if not said.get("title"):
        errors.append(_error("Title can't be blank", "BLANK", field=[*root, "title"]))
    starts, ends = moment(said.get("startsAt")), moment(said.get("endsAt"))
    if starts is None:
        errors.append(_error("Starts at can't be blank", "BLANK", field=[*root, "startsAt"]))
    elif ends is not None and ends <= starts:
        text = "Ends at needs to be after starts_at"
        errors.append(_error(text, "END_DATE_BEFORE_START_DATE", field=[*root, "endsAt"]))
    percentage = ((said.get("customerGets") or {}).get("value") or {}).get("percentage")
    if percentage is not None and not 0 < percentage <= 1:
        text = "Value must be between 0.0 and 1.0"
        errors.append(_error(text, "VALUE_OUTSIDE_RANGE", field=[*root, "customerGets", "value", "percentage"]))
    return errors


def _code_errors(ctx: Context, code: str, *, field: list[str]) -> list[dict[str, Any]]:
    if not code.strip():
        return [_error("Code can't be blank", "BLANK", field=field)]
    if len(code) > LONGEST_CODE:
        return [_error("Code is too long (maximum is 255 characters)", "TOO_LONG", field=field)]
    if discount_with(ctx, code) is not None:
        return [_error("Code must be unique. Please try a different code.", "TAKEN", field=field)]
    return []


def _error(text: str, code: str, *, field: list[str]) -> dict[str, Any]:
    return {**user_error(text, field=field, code=code), "extraInfo": None}


def minor(given: Any, ctx: Context) -> int:
    """A Decimal argument in minor units of the store's currency."""
    return int(Decimal(str(given)).scaleb(DECIMALS.get(ctx.currency, 2)))


def _create(_source: Any, ctx: Context, *, basicCodeDiscount: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
    errors = _errors(ctx, basicCodeDiscount)
    if errors:
        return {"codeDiscountNode": None, "userErrors": errors}
    with ctx.shop.news() as news:
        one = _made(ctx, basicCodeDiscount, at=news.at)
        ctx.shop.discounts[one.id] = one
        news.say("discounts/create", lambda: stores.discount(ctx.shop, one))
    return {"codeDiscountNode": one, "userErrors": []}


def _made(ctx: Context, said: dict[str, Any], *, at: datetime) -> Discount:
    value = (said.get("customerGets") or {}).get("value") or {}
    amount = value.get("discountAmount")
    subtotal = ((said.get("minimumRequirement") or {}).get("subtotal") or {}).get("greaterThanOrEqualToSubtotal")
    chosen = ((said.get("context") or {}).get("customers") or {}).get("add")
    return Discount(
        id=ctx.shop.state.number(),
        created_at=at,
        updated_at=at,
        title=said["title"],
        codes=[RedeemCode(id=ctx.shop.state.number(), code=said["code"])],
        percentage=value.get("percentage"),
        amount=minor(amount["amount"], ctx) if amount else None,
        each_item=bool(amount and amount.get("appliesOnEachItem")),
        starts_at=moment(said["startsAt"]) or at,
        ends_at=moment(said.get("endsAt")),
        customers=None if chosen is None else [look(ctx, one, "Customer") for one in chosen],
        once_per_customer=bool(said.get("appliesOncePerCustomer")),
        usage_limit=said.get("usageLimit"),
        minimum_subtotal=None if subtotal is None else minor(subtotal, ctx),
        combines=dict(said.get("combinesWith") or {}),
        tags=sorted(said.get("tags") or ()),
    )


def _delete(_source: Any, ctx: Context, *, id: str) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    one = look(ctx, id, "DiscountCodeNode")
    if one is None:
        missing = _error("Code discount does not exist.", "INVALID", field=["id"])
        return {"deletedCodeDiscountId": None, "userErrors": [missing]}
    with ctx.shop.news() as news:
        del ctx.shop.discounts[one.id]
        news.say("discounts/delete", lambda: {"admin_graphql_api_id": id, "deleted_at": iso(news.at)})
    return {"deletedCodeDiscountId": id, "userErrors": []}


def _bulk_add(_source: Any, ctx: Context, *, discountId: str, codes: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
    """Asynchronous: the codes are there once the import has been asked after."""
    if len(codes) > MOST_CODES:
        raise bad_request(f"The input array size of {len(codes)} is greater than the maximum allowed of {MOST_CODES}")
    discount = look(ctx, discountId, "DiscountCodeNode")
    if discount is None:
        missing = _error("Code discount does not exist.", "INVALID", field=["discountId"])
        return {"bulkCreation": None, "userErrors": [missing]}
    one = CodeImport(id=ctx.shop.state.number(), created_at=ctx.at, updated_at=ctx.at, discount=discount)
    one.codes = [(said["code"], None) for said in codes]
    ctx.shop.imports[one.id] = one
    return {"bulkCreation": one, "userErrors": []}


def _done(one: CodeImport, ctx: Context) -> bool:
    """The first question finds it unfinished, the second sets it to work."""
    one.polls += 1
    if one.polls == 2:
        one.codes = [(code, _added(one, ctx, code=code)) for code, _ in one.codes]
    return one.polls >= 2


def _added(one: CodeImport, ctx: Context, *, code: str) -> RedeemCode | None:
    if _code_errors(ctx, code, field=["code"]):
        return None
    fresh = RedeemCode(id=ctx.shop.state.number(), code=code)
    one.discount.codes.append(fresh)
    return fresh


class _ImportedCode:
    """One code of an import, and what became of it."""

    typename = "DiscountRedeemCodeBulkCreationCode"

    def __init__(self, place: int, code: str, made: RedeemCode | None, *, done: bool) -> None:
        taken = [_error("Code must be unique. Please try a different code.", "TAKEN", field=["code"])]
        self.id, self.code, self.discount_redeem_code = place, code, made
        self.errors = taken if done and made is None else []


def _imported(one: CodeImport, ctx: Context, **args: Any) -> Any:
    done = one.polls >= 2
    kept = [_ImportedCode(place, code, made, done=done) for place, (code, made) in enumerate(one.codes)]
    return page(kept, ctx, args=args)


answers("Mutation", discountCodeBasicCreate=_create, discountCodeDelete=_delete, discountRedeemCodeBulkAdd=_bulk_add)
answers(
    "DiscountRedeemCodeBulkCreation",
    codes=_imported,
    codesCount=lambda one, _ctx: len(one.codes),
    discountCode=lambda one, _ctx: one.discount,
    done=_done,
    importedCount=lambda one, _ctx: sum(made is not None for _, made in one.codes),
    failedCount=lambda one, _ctx: sum(made is None for _, made in one.codes) if one.polls >= 2 else 0,
)


class _Typed(dict[str, Any]):
    """A member of a union: its fields and the name of its type."""

    def __init__(self, typename: str, **fields: Any) -> None:
        super().__init__(fields)
        self.typename = typename


def _basic(one: Discount, _ctx: Context) -> "_Basic":
    return _Basic(one)


class _Basic:
    """The discount behind its node."""

    typename = "DiscountCodeBasic"

    def __init__(self, one: Discount) -> None:
        self.one, self.title, self.tags = one, one.title, one.tags
        self.created_at, self.updated_at = one.created_at, one.updated_at
        self.starts_at, self.ends_at, self.usage_limit = one.starts_at, one.ends_at, one.usage_limit


def _status(of: _Basic, ctx: Context) -> str:
    if of.starts_at > ctx.at:
        return "SCHEDULED"
    return "EXPIRED" if of.ends_at is not None and of.ends_at <= ctx.at else "ACTIVE"


def _context(of: _Basic, _ctx: Context) -> _Typed:
    if of.one.customers is None:
        return _Typed("DiscountBuyerSelectionAll", all="ALL")
    return _Typed("DiscountCustomers", customers=of.one.customers)


def _gets(of: _Basic, ctx: Context) -> dict[str, Any]:
    one = of.one
    value = _Typed("DiscountPercentage", percentage=one.percentage)
    if one.amount is not None:
        value = _Typed("DiscountAmount", amount=money(one.amount, ctx), appliesOnEachItem=one.each_item)
    return {
        "appliesOnOneTimePurchase": True,
        "appliesOnSubscription": False,
        "items": _Typed("AllDiscountItems", allItems=True),
        "value": value,
    }


def _summary(of: _Basic, ctx: Context) -> str:
    if of.one.amount is not None:
        return f"{decimal(of.one.amount, ctx.currency)} {ctx.currency} off entire order"
    return f"{round((of.one.percentage or 0) * 100)}% off entire order"


def _combines(of: _Basic, _ctx: Context) -> dict[str, Any]:
    names = ("orderDiscounts", "productDiscounts", "shippingDiscounts")
    said = {name: of.one.combines.get(name, False) for name in names}
    return {**said, "productDiscountsWithTagsOnSameCartLine": None}


def _least(of: _Basic, ctx: Context) -> _Typed | None:
    if of.one.minimum_subtotal is None:
        return None
    return _Typed("DiscountMinimumSubtotal", greaterThanOrEqualToSubtotal=money(of.one.minimum_subtotal, ctx))


def _share(of: _Basic, ctx: Context) -> list[dict[str, str]]:
    url = f"{ctx.shop.web}/discount/{of.one.codes[0].code}"
    return [{"targetType": "HOME_PAGE", "title": ctx.shop.profile.title, "url": url}]


answers("DiscountCodeNode", codeDiscount=_basic, metafield=metafield, metafields=metafields)
answers(
    "DiscountCodeBasic",
    appliesOncePerCustomer=lambda of, _ctx: of.one.once_per_customer,
    asyncUsageCount=lambda of, _ctx: sum(code.used for code in of.one.codes),
    codes=lambda of, ctx, **args: page(of.one.codes, ctx, args=args),
    codesCount=lambda of, _ctx: {"count": len(of.one.codes), "precision": "EXACT"},
    combinesWith=_combines,
    context=_context,
    customerGets=_gets,
    minimumRequirement=_least,
    shareableUrls=_share,
    shortSummary=_summary,
    summary=_summary,
    status=_status,
)
constants(
    "DiscountCodeBasic", discountClasses=["ORDER"], hasTimelineComment=False, recurringCycleLimit=None, totalSales=None
)
answers("DiscountRedeemCode", id=lambda one, _ctx: gid(one), asyncUsageCount=lambda one, _ctx: one.used)
