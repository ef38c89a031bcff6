"""What webhooks say about customers: who they are, what they answered, whether they went or became one."""

from datetime import datetime

from connectors.errors import Malformed
from connectors.records import (
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    Kind,
    LookAgain,
    Medium,
    MergeRecord,
    PrivacyDemand,
    PrivacyRecord,
    Record,
)
from connectors.stores.shopify.read import shapes
from connectors.stores.shopify.words import clip, consent_state, is_number, lower, maybe_utc, tail, utc

MERGED = frozenset({"completed", "complete", "success"})
NOT_MERGED = frozenset({"failed", "requested", "in_progress"})


def number(gid: str | None, plain: shapes.Id) -> str:
    """Our external id: the number in the global id, else the plain id. Raises Malformed where both are missing.

    The global id comes first because plain ids were seen rounded.
    """
    found = maybe_number(gid, plain)
    if found is None:
        raise Malformed("an object has no id")
    return found


def maybe_number(gid: str | None, plain: shapes.Id) -> str | None:
    if gid:
        return tail(gid)
    if plain is None or plain == "":
        return None
    text = str(plain)
    if text.startswith("gid://"):
        return tail(text)
    if not is_number(text):
        raise Malformed("an id is not a number")
    return text


def country(code: str | None) -> str | None:
    """An ISO 3166 code in upper case; names and odd codes are left out."""
    return code.upper() if code and len(code) == 2 and code.isascii() and code.isalpha() else None


def words(tags: str | None) -> tuple[str, ...] | None:
    """Tags come as one text with commas; None where the body does not say."""
    return None if tags is None else tuple(tag for part in tags.split(",") if (tag := part.strip()))


def customer(body: shapes.Customer, unknown: list[str]) -> CustomerRecord:
    """A customer as a topic of its own tells it."""
    external_id = number(body.admin_graphql_api_id, body.id)
    if body.updated_at is None:
        raise Malformed("a customer has no updated_at")
    place = body.default_address or shapes.Place()
    return CustomerRecord(
        external_id=external_id,
        email=lower(body.email),
        email_verified=body.verified_email,
        phone=body.phone or None,
        first_name=body.first_name or None,
        last_name=body.last_name or None,
        locale=body.locale or None,
        country=country(place.country_code),
        region=place.province_code or None,
        tags=words(body.tags),
        created_at=maybe_utc(body.created_at),
        updated_at=utc(body.updated_at),
        consents=_old_consents(body, external_id, unknown=unknown),
    )


def _old_consents(body: shapes.Customer, external_id: str, *, unknown: list[str]) -> tuple[ConsentRecord, ...]:
    """Consents inside a customer body, as webhooks up to 2024-10 carry them."""
    pairs = (
        (Medium.EMAIL, body.email_marketing_consent, lower(body.email)),
        (Medium.SMS, body.sms_marketing_consent, body.phone),
    )
    return tuple(
        ConsentRecord(
            medium,
            consent_state(said.state, unknown),
            utc(at),
            "shopify",
            external_id,
            address or None,
            said.opt_in_level,
        )
        for medium, said, address in pairs
        if said is not None and (at := said.consent_updated_at) is not None
    )


def buyer(
    person: shapes.Customer | None,
    place: shapes.Place | None,
    *,
    email: str | None,
    phone: str | None,
    locale: str | None,
) -> CustomerRecord | None:
    """Who bought, as an order or a checkout tells it: weak knowledge. None where it tells nothing at all."""
    known, where = person or shapes.Customer(), place or shapes.Place()
    external_id = maybe_number(known.admin_graphql_api_id, known.id)
    address, number_ = lower(known.email or email), known.phone or phone or None
    if external_id is None and address is None and number_ is None:
        return None
    return CustomerRecord(
        external_id=external_id,
        email=address,
        email_verified=known.verified_email,
        phone=number_,
        first_name=known.first_name or where.first_name or None,
        last_name=known.last_name or where.last_name or None,
        locale=locale or None,
        country=country(where.country_code),
        region=where.province_code or None,
    )


def email_consent(body: shapes.EmailConsent, unknown: list[str]) -> Record:
    external_id = number(None, body.customer_id)
    said, address = body.email_marketing_consent, lower(body.email_address)
    return _consent(Medium.EMAIL, said, external_id=external_id, address=address, unknown=unknown)


def sms_consent(body: shapes.SmsConsent, unknown: list[str]) -> Record:
    external_id = number(None, body.id)
    return _consent(
        Medium.SMS, body.sms_marketing_consent, external_id=external_id, address=body.phone, unknown=unknown
    )


def whatsapp_consent(body: shapes.WhatsAppConsent, unknown: list[str]) -> Record:
    external_id = number(None, body.customer_id)
    said = body.whats_app_marketing_consent
    return _consent(Medium.WHATSAPP, said, external_id=external_id, address=body.phone_number, unknown=unknown)


def _consent(
    medium: Medium, said: shapes.Consent, *, external_id: str, address: str | None, unknown: list[str]
) -> ConsentRecord | LookAgain:
    """The answer, where it says what and when; an answer without either could undo a later one, so it is only a hint."""
    state = consent_state(said.state, unknown)
    at = said.consent_updated_at or said.updated_at
    if at is None or state is ConsentState.UNKNOWN:
        return LookAgain(Kind.CUSTOMER, external_id)
    level = said.opt_in_level.lower() if said.opt_in_level else None
    return ConsentRecord(medium, state, utc(at), "shopify", external_id, address or None, level)


def hint(body: shapes.Hint) -> LookAgain:
    return LookAgain(Kind.CUSTOMER, tail(body.customer_id))


def merge(body: shapes.Merge, unknown: list[str], *, at: datetime) -> tuple[Record, ...]:
    """Two customers that became one; nothing where the merge failed or is not over."""
    status = (body.status or "").lower()
    kept, gone = tail(body.admin_graphql_api_customer_kept_id), tail(body.admin_graphql_api_customer_deleted_id)
    if status in MERGED:
        return (MergeRecord(kept, gone, at), LookAgain(Kind.CUSTOMER, kept))
    if status not in NOT_MERGED:
        unknown.append(f"merge.status={clip(status)}")
    return ()


def privacy(topic: str, body: shapes.Privacy) -> PrivacyRecord:
    """A claim to a person's or a store's data, with the orders that it speaks of."""
    person = body.customer or shapes.Person()
    reference = maybe_number(None, body.data_request.id) if body.data_request else None
    return PrivacyRecord(
        demand=_DEMANDS[topic],
        customer_external_id=maybe_number(None, person.id),
        email=lower(person.email),
        phone=person.phone or None,
        order_external_ids=tuple(number(None, one) for one in body.orders_requested or body.orders_to_redact or ()),
        reference=reference,
    )


_DEMANDS = {
    "customers/data_request": PrivacyDemand.EXPORT,
    "customers/redact": PrivacyDemand.ERASE_CUSTOMER,
    "shop/redact": PrivacyDemand.ERASE_STORE,
}
