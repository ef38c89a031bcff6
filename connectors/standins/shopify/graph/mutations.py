"""How an app changes customers, tags and metafields, with the refusals that were recorded from the real API."""

from datetime import UTC, datetime
from typing import Any

from connectors.standins.shopify.graph.errors import bad_request, coded, user_error
from connectors.standins.shopify.graph.queries import look
from connectors.standins.shopify.graph.registry import Context, answers
from connectors.standins.shopify.records import Customer

MOST_METAFIELDS = 25
LONGEST_TAG = 255


def moment(given: str | None) -> datetime | None:
    """A DateTime argument. Raises GraphQLError INVALID_VARIABLE for what is no time."""
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise coded(f"{given} is not a valid DateTime", "INVALID_VARIABLE") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _consent_errors(said: dict[str, Any], ctx: Context, *, channel: str) -> list[dict[str, Any]]:
    """Why a consent cannot be written; the sentences are the platform's."""
    state, level = said["marketingState"], said.get("marketingOptInLevel")
    field = ["input", channel]
    errors = []
    if state not in {"SUBSCRIBED", "UNSUBSCRIBED", "PENDING"}:
        text = f"Cannot specify {state} as a marketing state input"
        errors.append(user_error(text, field=[*field, "marketingState"], code="INVALID"))
    elif state == "SUBSCRIBED" and level is None:
        text = "Marketing opt in level must exist"
        errors.append(user_error(text, field=[*field, "marketingOptInLevel"], code="MISSING_ARGUMENT"))
    elif state == "PENDING" and level != "CONFIRMED_OPT_IN":
        text = "Marketing opt in level must be confirmed opt-in for pending consent state"
        errors.append(user_error(text, field=[*field, "marketingOptInLevel"], code="INVALID"))
    at = moment(said.get("consentUpdatedAt"))
    if at is not None and at > ctx.at:
        text = "Consent updated at must not be in the future"
        errors.append(user_error(text, field=[*field, "consentUpdatedAt"], code="INVALID"))
    return errors


def _email_consent(_source: Any, ctx: Context, *, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    one = look(ctx, input["customerId"], "Customer")
    if one is None:
        missing = user_error("Customer not found", field=["input", "customerId"], code="INVALID")
        return {"customer": None, "userErrors": [missing]}
    said = input["emailMarketingConsent"]
    errors = _consent_errors(said, ctx, channel="emailMarketingConsent")
    if not errors and one.email:
        # A customer without an address is passed over in silence.
        at, level = moment(said.get("consentUpdatedAt")), said.get("marketingOptInLevel")
        ctx.shop.set_email_consent(one, said["marketingState"], level=level or one.email_consent.opt_in_level, at=at)
    return {"customer": None if errors else one, "userErrors": errors}


def _sms_consent(_source: Any, ctx: Context, *, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    one = look(ctx, input["customerId"], "Customer")
    said = input["smsMarketingConsent"]
    if one is None:
        missing = user_error("Customer not found", field=["input", "customerId"], code="INVALID")
        return {"customer": None, "userErrors": [missing]}
    errors = _consent_errors(said, ctx, channel="smsMarketingConsent")
    if not errors and not one.phone:
        text = "A phone number is required to set the SMS consent state."
        errors = [user_error(text, field=["input", "smsMarketingConsent"], code="INVALID")]
    if not errors:
        ctx.shop.set_sms_consent(one, said["marketingState"], level=said.get("marketingOptInLevel"))
    return {"customer": None if errors else one, "userErrors": errors}


def _tags(source: Any, ctx: Context, *, id: str, tags: list[str]) -> dict[str, Any]:  # noqa: A002
    return _change_tags(source, ctx, given=id, add=tags)


def _untag(source: Any, ctx: Context, *, id: str, tags: list[str]) -> dict[str, Any]:  # noqa: A002
    return _change_tags(source, ctx, given=id, remove=tags)


def _change_tags(
    _source: Any, ctx: Context, *, given: str, add: list[str] | None = None, remove: list[str] | None = None
) -> dict[str, Any]:
    one = look(ctx, given, "Customer", "Order", "Product")
    if one is None:
        return {"node": None, "userErrors": [user_error("Record not found", field=["id"])]}
    if any(len(tag) > LONGEST_TAG for tag in add or ()):
        return {"node": None, "userErrors": [user_error("Tag is too long (maximum is 255 characters)", field=["tags"])]}
    if isinstance(one, Customer):
        ctx.shop.change_tags(one, add=add or (), remove=remove or ())
        return {"node": one, "userErrors": []}
    unwanted = {tag.strip().lower() for tag in remove or ()}
    kept = {tag for tag in one.tags if tag.lower() not in unwanted} | {tag.strip() for tag in add or ()}
    change = ctx.shop.update_order if one.typename == "Order" else ctx.shop.update_product
    change(one, tags=sorted(kept))
    return {"node": one, "userErrors": []}


def _metafields_set(_source: Any, ctx: Context, *, metafields: list[dict[str, Any]]) -> dict[str, Any]:
    """All or nothing, at most 25."""
    if len(metafields) > MOST_METAFIELDS:
        raise bad_request(f"Exceeded the maximum metafields input limit of {MOST_METAFIELDS}.")
    owners = [look(ctx, one["ownerId"], "Customer", "Order", "Product") for one in metafields]
    errors = [
        {
            **user_error("Owner does not exist.", field=["metafields", str(n), "ownerId"], code="INVALID"),
            "elementIndex": n,
        }
        for n, owner in enumerate(owners)
        if owner is None
    ]
    if errors:
        return {"metafields": [], "userErrors": errors}
    written = []
    for owner, one in zip(owners, metafields, strict=True):
        found = ctx.shop.set_metafield(owner, f"{one.get('namespace') or 'app--1'}.{one['key']}", value=one["value"])
        found.type = one.get("type") or found.type
        written.append(found)
    return {"metafields": written, "userErrors": []}


answers(
    "Mutation",
    customerEmailMarketingConsentUpdate=_email_consent,
    customerSmsMarketingConsentUpdate=_sms_consent,
    tagsAdd=_tags,
    tagsRemove=_untag,
    metafieldsSet=_metafields_set,
)
