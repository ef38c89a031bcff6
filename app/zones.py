"""Which clock somebody lives by: where their orders go, else what their phone tells, else their store's own zone."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumber, parse, region_code_for_number
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

# Where a country has one zone for nearly everybody, that one; the exclaves of Germany and Spain do not change it.
_MAIN = {
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "PT": "Europe/Lisbon",
    "NZ": "Pacific/Auckland",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "UA": "Europe/Kyiv",
    "MY": "Asia/Kuala_Lumpur",
}
_EASTERN = "CT DE DC FL GA IN KY ME MD MA MI NH NJ NY NC OH PA RI SC VT VA WV"
_CENTRAL = "AL AR IL IA KS LA MN MS MO NE ND OK SD TN TX WI"
_MOUNTAIN = "CO ID MT NM UT WY"
_REGIONS: dict[tuple[str, str], str] = {
    **{("US", state): "America/New_York" for state in _EASTERN.split()},
    **{("US", state): "America/Chicago" for state in _CENTRAL.split()},
    **{("US", state): "America/Denver" for state in _MOUNTAIN.split()},
    **{("US", state): "America/Los_Angeles" for state in ("CA", "NV", "OR", "WA")},
    ("US", "AZ"): "America/Phoenix",
    ("US", "AK"): "America/Anchorage",
    ("US", "HI"): "Pacific/Honolulu",
    ("CA", "BC"): "America/Vancouver",
    ("CA", "AB"): "America/Edmonton",
    ("CA", "SK"): "America/Regina",
    ("CA", "MB"): "America/Winnipeg",
    ("CA", "ON"): "America/Toronto",
    ("CA", "QC"): "America/Toronto",
    ("CA", "NB"): "America/Moncton",
    ("CA", "NS"): "America/Halifax",
    ("CA", "PE"): "America/Halifax",
    ("CA", "NL"): "America/St_Johns",
    ("AU", "NSW"): "Australia/Sydney",
    ("AU", "ACT"): "Australia/Sydney",
    ("AU", "VIC"): "Australia/Melbourne",
    ("AU", "QLD"): "Australia/Brisbane",
    ("AU", "SA"): "Australia/Adelaide",
    ("AU", "WA"): "Australia/Perth",
    ("AU", "TAS"): "Australia/Hobart",
    ("AU", "NT"): "Australia/Darwin",
    ("BR", "SP"): "America/Sao_Paulo",
    ("BR", "RJ"): "America/Sao_Paulo",
}


@lru_cache(maxsize=4096)
def zone_of(country: str | None, region: str | None, *, store_zone: str) -> ZoneInfo:
    """The zone of a place (ISO 3166 codes, the region with or without its country's prefix); the store's where the country
    is not known or has several zones and the region does not tell; UTC where the store's is one that nobody knows."""
    country, region = (country or "").upper(), (region or "").upper().rpartition("-")[2]
    name = _REGIONS.get((country, region)) or _MAIN.get(country) or _only(country)
    return _zone(name) or _zone(store_zone) or ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    """Whether anybody knows a zone of this name."""
    return _zone(name) is not None


def _only(country: str) -> str | None:
    """The zone of a country that has only one."""
    zones = get_global("territory_zones").get(country, [])
    return str(zones[0]) if len(zones) == 1 else None


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def clock_of(country: str | None, region: str | None, *, phone: str | None, store_zone: str) -> ZoneInfo:
    """As `zone_of`; a phone of one zone tells where no address does."""
    told = _only_of_phone(phone) if phone and not country else None
    return told or zone_of(country, region, store_zone=store_zone)


@lru_cache(maxsize=4096)
def _only_of_phone(phone: str) -> ZoneInfo | None:
    told = zones_of_phone(phone)
    return _zone(told[0]) if len(told) == 1 else None


@lru_cache(maxsize=4096)
def zones_of(country: str | None, region: str | None, *, phone: str | None, store_zone: str) -> tuple[str, ...]:
    """Every zone that somebody may live in: the one that their address tells, else those that their phone number is of, else
    all of their country, else the store's. A text has to be allowed in all of them, since an area code is no residence."""
    country, region = (country or "").upper(), (region or "").upper().rpartition("-")[2]
    name = _REGIONS.get((country, region)) or _MAIN.get(country) or _only(country)
    if name:
        return (name,)
    told = zones_of_phone(phone) if phone else ()
    of_country = tuple(str(one) for one in get_global("territory_zones").get(country, []))
    fitting = tuple(one for one in told if one in of_country) or told
    known = tuple(one for one in fitting or of_country if _zone(one) is not None)
    return known or (str(_zone(store_zone) or "UTC"),)


def zones_of_phone(phone: str) -> tuple[str, ...]:
    """The zones of an international number's prefix; none where it is no number or its prefix tells of none."""
    found = _parsed(phone)
    zones = time_zones_for_number(found) if found is not None else ()
    return tuple(one for one in zones if one != UNKNOWN_TIMEZONE)


def country_of_phone(phone: str) -> str | None:
    """The country that a number is of (ISO 3166); None where several share it or it is no number."""
    found = _parsed(phone)
    code = region_code_for_number(found) if found is not None else None
    return code if code and len(code) == 2 and code.isalpha() else None


def _parsed(phone: str) -> PhoneNumber | None:
    try:
        return parse(phone)
    except NumberParseException:
        return None
