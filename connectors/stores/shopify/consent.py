"""A person's answer, told to the store, so that its own mail keeps to it too."""

from typing import Any

import msgspec

from connectors.base import Access
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.records import ConsentRecord, ConsentState, Medium
from connectors.stores.shopify import queries
from connectors.stores.shopify.client import Client
from connectors.stores.shopify.words import clip, gid

# Shopify takes these three and no other; SUBSCRIBED needs a level, and PENDING needs the confirmed one.
_STATES = {
    ConsentState.SUBSCRIBED: ("SUBSCRIBED", "SINGLE_OPT_IN"),
    ConsentState.PENDING: ("PENDING", "CONFIRMED_OPT_IN"),
    ConsentState.UNSUBSCRIBED: ("UNSUBSCRIBED", None),
}
_LEVELS = frozenset({"single_opt_in", "confirmed_opt_in", "unknown"})
_WRITERS = {
    Medium.EMAIL: (queries.WRITE_EMAIL_CONSENT, "emailMarketingConsent", "emailAddress"),
    Medium.SMS: (queries.WRITE_SMS_CONSENT, "smsMarketingConsent", "phoneNumber"),
}


class _Ref(msgspec.Struct):
    id: str


class _Error(msgspec.Struct):
    field: list[str] | None = None
    code: str | None = None


class _Customer(msgspec.Struct, rename="camel"):
    id: str
    default_email_address: dict[str, Any] | None = None


class _Written(msgspec.Struct, rename="camel"):
    customer: _Customer | None = None
    user_errors: list[_Error] = []


def write_consent(client: Client, access: Access, *, consent: ConsentRecord) -> None:
    """Tell Shopify. Raises Unsupported for media and states that it does not take, Permanent where it refuses or has no such
    customer or address, and what `Client.call` raises."""
    if consent.medium not in _WRITERS or consent.state not in _STATES:
        raise Unsupported(f"Shopify takes no {consent.state} for {consent.medium}")
    document, field, by_address = _WRITERS[consent.medium]
    answer = {"customerId": _customer(client, access, consent=consent, by=by_address)}
    said = {**answer, field: _answer(client, consent)}
    written = client.call(access, document, variables={"input": said}).get("written", _Written)
    if written is None:
        raise Temporary("Shopify did not say whether it took the answer")
    for error in written.user_errors:
        raise Permanent(f"Shopify does not take the answer: {clip(error.code or '.'.join(error.field or ['?']))}")
    if consent.medium is Medium.EMAIL and written.customer and written.customer.default_email_address is None:
        raise Permanent("the customer has no address at the store, so Shopify kept no answer")


def _answer(client: Client, consent: ConsentRecord) -> dict[str, str]:
    state, level = _STATES[consent.state]
    given = (consent.opt_in_level or "").lower()
    if state == "SUBSCRIBED" and given in _LEVELS:
        level = given.upper()
    # Shopify refuses a moment that lies in its future, and clocks differ.
    at = min(consent.at, client.wire.settings.now())
    said = {"marketingState": state, "consentUpdatedAt": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return said if level is None else {**said, "marketingOptInLevel": level}


def _customer(client: Client, access: Access, *, consent: ConsentRecord, by: str) -> str:
    """The global id of the person: by external id, else by address."""
    if consent.customer_external_id:
        return gid("Customer", consent.customer_external_id)
    if not consent.address:
        raise Permanent("nobody is named whose answer this is")
    asked = {"identifier": {by: consent.address}}
    found = client.call(access, queries.CUSTOMER_BY_ADDRESS, variables=asked).get("found", _Ref)
    if found is None:
        raise Permanent("the store has no customer with this address")
    return found.id
