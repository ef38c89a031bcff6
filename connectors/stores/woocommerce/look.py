"""One object as the store shows it now: an order, a customer, a product, a draft, and the store itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connectors.errors import Malformed, Permanent, Unsupported
from connectors.records import GoneRecord, Kind, Reading, StoreProfile
from connectors.stores.woocommerce.client import PER_PAGE, Client, json
from connectors.stores.woocommerce.read import Frame, Reader, read_customer, read_order, read_product
from connectors.stores.woocommerce.read.shapes import email, link, moment, text, title

# Zones without a whole hour have no Etc/ name; these keep that offset, and most of them all year.
_BROKEN_HOURS = {
    -9.5: "Pacific/Marquesas",
    -3.5: "America/St_Johns",
    3.5: "Asia/Tehran",
    4.5: "Asia/Kabul",
    5.5: "Asia/Kolkata",
    5.75: "Asia/Kathmandu",
    6.5: "Asia/Yangon",
    8.75: "Australia/Eucla",
    9.5: "Australia/Darwin",
    10.5: "Australia/Lord_Howe",
    12.75: "Pacific/Chatham",
}


@dataclass(frozen=True, slots=True)
class Way:
    """Where one kind of thing is shown, what its ids look like here, and how it is read."""

    endpoint: str
    ids: re.Pattern[str]
    read: Reader


# A draft is still a checkout, or by now the order that it became.
WAYS = {
    Kind.ORDER: Way("orders", re.compile(r"([1-9][0-9]{0,18})"), read_order),
    Kind.CHECKOUT: Way("orders", re.compile(r"draft-([1-9][0-9]{0,18})"), read_order),
    Kind.CUSTOMER: Way("customers", re.compile(r"([1-9][0-9]{0,18})"), read_customer),
    Kind.PRODUCT: Way("products", re.compile(r"([1-9][0-9]{0,18})"), read_product),
}


def look(client: Client, kind: Kind, *, external_id: str, profile: StoreProfile) -> Reading:
    """One object now; a GoneRecord where the store does not have it.

    Raises Unsupported for other kinds, Malformed where what is shown cannot be read, Permanent for an id that is none of
    WooCommerce's, else as `Client.get`.
    """
    way = WAYS.get(kind)
    if way is None:
        raise Unsupported(f"WooCommerce shows no {kind} by itself")
    number = way.ids.fullmatch(external_id)
    if number is None:
        # Nothing but a number ever gets into a path.
        raise Permanent("not an id of WooCommerce")
    found = client.find(f"{way.endpoint}/{number[1]}")
    if found is None:
        return Reading((GoneRecord(kind, external_id, client.now()),))
    times = refund_times(client, [found.body]) if way.read is read_order else {}
    return way.read(found.body, Frame(profile.currency, client.now(), times))


class _Dated(msgspec.Struct):
    id: int
    date_created_gmt: str | None = None


class _Refunded(msgspec.Struct):
    id: int
    refunds: list[msgspec.Raw] = []


_dated = msgspec.json.Decoder(list[_Dated])
_refunded = msgspec.json.Decoder(_Refunded)


def refund_times(client: Client, orders: Sequence[bytes | msgspec.Raw]) -> Mapping[int, datetime]:
    """When the refunds of these orders (at most 100) were made, in one call, since an order tells no time of them.

    Stores before 9.0 have no such list, and of more than 100 refunds the rest is left out: then theirs is not known.
    """
    parents = [number for order in orders if (number := _refunded_order(order))]
    found = client.find("refunds", {"parent": parents, "per_page": PER_PAGE}) if parents else None
    try:
        refunds = _dated.decode(found.body) if found else []
        return {refund.id: at for refund in refunds if (at := moment(refund.date_created_gmt))}
    except (ValueError, RecursionError, Malformed):
        return {}


def _refunded_order(order: bytes | msgspec.Raw) -> int | None:
    """The order's id, if it has refunds. An order that cannot be read is told by who reads it."""
    try:
        found = _refunded.decode(order)
    except (ValueError, RecursionError):
        return None
    return found.id if found.refunds else None


def profile(client: Client) -> StoreProfile:
    """What the store says of itself: settings (currency, country, address) and the site's public card (name, home, zone).

    REST does not tell the site's language; `locale` stays "en". Raises as `Client.get`, and Permanent where the currency
    cannot be read.
    """
    general = _settings(client)
    site = client.index()
    currency = general.get("woocommerce_currency", "")
    if re.fullmatch(r"[A-Z]{3}", currency) is None:
        raise Permanent("the store's currency cannot be read")
    country = general.get("woocommerce_default_country", "").partition(":")[0]
    named = _word(site, "timezone_string")
    return StoreProfile(
        name=title(_word(site, "name")) or client.address.partition("://")[2],
        currency=currency,
        zone=zone(named, site.get("gmt_offset")),
        country=country if re.fullmatch(r"[A-Z]{2}", country) else None,
        email=_sender(client),
        url=link(_word(site, "home").rstrip("/")) or client.address,
        postal_address=_address(general),
        unknown=strange_zone(named),
    )


def _word(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


class _Setting(msgspec.Struct):
    id: str
    value: object = ""


_settings_list = msgspec.json.Decoder(list[_Setting])
_setting = msgspec.json.Decoder(_Setting)


def _settings(client: Client) -> dict[str, str]:
    answer = client.get("settings/general")
    return {
        setting.id: setting.value for setting in _read(answer.body, _settings_list) if isinstance(setting.value, str)
    }


def _read(body: bytes, shape: "msgspec.json.Decoder[list[_Setting]]") -> list[_Setting]:
    try:
        return shape.decode(body)
    except (ValueError, RecursionError):
        raise Permanent("the store's settings cannot be read") from None


def _sender(client: Client) -> str | None:
    """The address that the shop's own mails come from."""
    found = client.find("settings/email/woocommerce_email_from_address")
    value = json(found) if found else None
    address = value.get("value") if isinstance(value, dict) else None
    return email(address) if isinstance(address, str) else None


def _address(general: Mapping[str, str]) -> str | None:
    parts = ("address", "address_2", "postcode", "city")
    lines = (text(general.get(f"woocommerce_store_{part}")) for part in parts)
    return ", ".join(line for line in lines if line) or None


def strange_zone(name: str) -> tuple[str, ...]:
    """A zone that nobody knows, for counting; a store without a name for its zone says its offset, which is nothing odd."""
    return ("store.zone=unknown",) if name and _known(name) is None else ()


def _known(name: str) -> str | None:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone(name: str, offset: object) -> str:
    """An IANA name out of `timezone_string`, else one with the same `gmt_offset` (hours, "-5" or 5.5), else UTC."""
    if "/" in name and (known := _known(name)):
        return known
    try:
        hours = float(offset) if isinstance(offset, str | int | float) else 0.0
    except ValueError:
        return "UTC"
    if hours in _BROKEN_HOURS:
        return _BROKEN_HOURS[hours]
    if hours == 0 or not hours.is_integer() or not -12 <= hours <= 14:
        return "UTC"
    # The sign of the Etc/ zones is turned round: Etc/GMT+5 is five hours behind.
    return f"Etc/GMT{-int(hours):+d}"
