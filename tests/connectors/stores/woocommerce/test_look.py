"""A look at one thing, and what the store says of itself."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.records import CheckoutRecord, GoneRecord, Kind, OrderRecord, ProductRecord, RefundRecord, StoreProfile
from connectors.stores.woocommerce.look import strange_zone, zone
from tests.connectors.stores.woocommerce.conftest import NOW, Met

PROFILE = StoreProfile("Shop", "USD", "UTC")


def test_a_look_tells_a_trashed_order_gone_and_a_refund_s_own_time(met: Met) -> None:
    order = met.store.place_order(items=["MUG-1"], email="guest@example.com")
    refund = met.store.refund_order(order, 100)
    order.modified_at = refund.created_at + timedelta(days=30)

    def look() -> tuple[Any, ...]:
        return met.connector.look(met.access, Kind.ORDER, external_id=str(order.id), profile=PROFILE).records

    assert [one.at for one in look() if isinstance(one, RefundRecord)] == [refund.created_at]
    met.store.trash_order(order)
    assert look() == (GoneRecord(Kind.ORDER, str(order.id), NOW),)


def test_a_false_alarm_is_found_out_by_a_look(met: Met) -> None:
    """Trashing any page sends product.deleted with its id; the products that are there stay."""
    number = next(iter(met.store.state.products))
    (found,) = met.connector.look(met.access, Kind.PRODUCT, external_id=str(number), profile=PROFILE).records
    assert isinstance(found, ProductRecord)


def test_a_draft_that_was_placed_is_seen_as_its_order(met: Met) -> None:
    draft = met.store.open_checkout(items=["MUG-1"], email="cleo@example.com")
    name = f"draft-{draft.id}"

    def look() -> Any:
        return met.connector.look(met.access, Kind.CHECKOUT, external_id=name, profile=PROFILE).records[0]

    assert isinstance(look(), CheckoutRecord)
    met.store.place_draft(draft)
    placed = look()
    assert isinstance(placed, OrderRecord)
    assert name in placed.checkout_keys


def test_the_profile_says_what_rest_tells(met: Met) -> None:
    profile = met.connector.profile(met.access)
    assert (profile.currency, profile.zone, profile.country) == ("USD", "America/New_York", "US")
    assert profile.postal_address == "1 Stand-in Street, 10001, New York"


@pytest.mark.parametrize(
    ("name", "offset", "wanted"),
    [
        ("Europe/Berlin", 1, "Europe/Berlin"),
        ("", "-5", "Etc/GMT+5"),
        ("", 2, "Etc/GMT-2"),
        ("", 5.5, "Asia/Kolkata"),
        ("", "0", "UTC"),
        ("", 99, "UTC"),
        ("", "soon", "UTC"),
        ("", None, "UTC"),
        ("", [1], "UTC"),
        ("Mars/Olympus", 1, "Etc/GMT-1"),
        ("../../etc/passwd", 0, "UTC"),
        ("+05:30", 5.5, "Asia/Kolkata"),
        ("/etc/localtime", 0, "UTC"),
        ("", "nan", "UTC"),
        ("", "1e400", "UTC"),
    ],
)
def test_a_zone_is_an_iana_name_whatever_the_site_says(name: str, offset: object, wanted: str) -> None:
    assert zone(name, offset) == wanted


def test_a_named_zone_that_nobody_knows_is_told_and_a_bare_offset_is_not() -> None:
    assert [strange_zone(name) for name in ("Europe/Berlin", "UTC", "")] == [()] * 3
    assert strange_zone("Mars/Olympus") == strange_zone("../../etc/passwd") == ("store.zone=unknown",)
