"""WooCommerce's customers in our words: birthdays, staff, and consents with their proof."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.records import ConsentState, CustomerRecord
from tests.connectors.stores.woocommerce.conftest import NOW, rest
from tests.connectors.stores.woocommerce.read.conftest import at, the_order


def test_a_customer_says_everything(read: Any) -> None:
    (customer,) = read("customer.updated", rest("customer-get")).records
    assert isinstance(customer, CustomerRecord)
    assert (customer.external_id, customer.email, customer.phone) == ("5", "alice@example.com", "+1 212 555 0100")
    assert (customer.first_name, customer.last_name, customer.country, customer.region) == ("Alice", "Ng", "US", "NY")
    assert (customer.birthday, customer.birthday_has_year, customer.is_staff) == (date(1990, 2, 28), True, False)
    assert (customer.created_at, customer.updated_at) == (at(1, 24, 26), at(1, 24, 26))


@pytest.mark.parametrize(("role", "is_staff"), [("administrator", True), ("shop_manager", True), ("subscriber", False)])
def test_staff_are_known_by_their_role(read: Any, role: str, is_staff: bool) -> None:
    (customer,) = read("customer.updated", {**rest("customer-get"), "role": role}).records
    assert customer.is_staff is is_staff


def with_meta(key: str, value: Any) -> dict[str, Any]:
    return {**rest("customer-get"), "meta_data": [{"id": 1, "key": key, "value": value}]}


CONSENT = {
    "state": "subscribed",
    "at": "2026-11-01T10:00:00+02:00",
    "source": "checkout",
    "wording": "Yes, write to me.",
}


@pytest.mark.parametrize("value", [CONSENT, json.dumps(CONSENT)])
def test_a_consent_in_the_meta_data_comes_with_its_proof(read: Any, value: Any) -> None:
    (customer,) = read("customer.updated", with_meta("perennial_email_consent", value)).records
    (consent,) = customer.consents
    assert (consent.state, consent.source, consent.wording) == (
        ConsentState.SUBSCRIBED,
        "checkout",
        "Yes, write to me.",
    )
    assert consent.at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    assert (consent.customer_external_id, consent.address) == ("5", "alice@example.com")


def test_a_consent_out_of_the_future_is_dated_now(read: Any) -> None:
    (customer,) = read(
        "customer.updated", with_meta("perennial_email_consent", {**CONSENT, "at": "2099-01-01T00:00:00Z"})
    ).records
    assert customer.consents[0].at == NOW


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "yes",
        1,
        True,
        [],
        {},
        {"state": "subscribed"},
        {**CONSENT, "state": "maybe"},
        {**CONSENT, "at": "soon"},
    ],
)
def test_a_consent_without_proof_is_none(read: Any, value: Any) -> None:
    reading = read("customer.updated", with_meta("perennial_email_consent", value))
    assert reading.records[0].consents == ()
    assert reading.unknown == ("meta.perennial_email_consent=unreadable",)


def test_a_guest_s_consent_is_found_by_address(read: Any) -> None:
    meta = [{"key": "perennial_email_consent", "value": CONSENT}]
    buyer = the_order(read("order.created", {**rest("order-guest-create"), "meta_data": meta})).buyer
    assert buyer is not None
    assert [(one.customer_external_id, one.address) for one in buyer.consents] == [(None, "guest.one@example.com")]


@pytest.mark.parametrize(
    ("value", "birthday", "has_year"),
    [
        ("1990-02-28", date(1990, 2, 28), True),
        ("--02-29", date(2000, 2, 29), False),
        ("12-24", date(2000, 12, 24), False),
        ("1999-02-29", None, True),
        ("0001-01-01", None, True),
        ("tomorrow", None, True),
        (19900228, None, True),
    ],
)
def test_a_birthday_is_a_day(read: Any, value: Any, birthday: date | None, has_year: bool) -> None:
    reading = read("customer.updated", with_meta("perennial_birthday", value))
    assert (reading.records[0].birthday, reading.records[0].birthday_has_year) == (birthday, has_year)
    assert len(reading.unknown) == (birthday is None)
