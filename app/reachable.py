"""Whether an address can be written to, and if not, why: the one place where that is decided, asked at the door.

Stores keep what people typed. What is kept here is the form in which mail and texts can leave; the libraries decide
(email-validator, phonenumbers), but for the plain addresses of nearly everybody, which need none.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

PLAIN = re.compile(
    r"(?=.{6,254}$)(?=.{1,64}@)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"(?P<top>[A-Za-z]{2,24})"
)
RESERVED = frozenset({"test", "invalid", "localhost", "local", "arpa", "onion", "internal"})
# These providers once gave out addresses with dots where no dot may be; they work, and thousands of people have them.
ODD_DOTS = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9._+-]+@(?:[a-z0-9-]+\.)?(?:docomo\.ne|ezweb\.ne|au|softbank\.ne|vodafone\.ne)\.?(?:jp|com)"
)
# A landline that takes texts cannot be told from one that does not, where both share their numbers.
TEXTABLE = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.VOIP,
    }
)


class Why(StrEnum):
    """Why an address cannot be written to."""

    EMPTY = "empty"
    NOT_AN_ADDRESS = "not_an_address"
    NEEDS_QUOTES = "needs_quotes"
    NUMBER_FOR_A_DOMAIN = "number_for_a_domain"
    NEEDS_ANOTHER_ALPHABET = "needs_another_alphabet"
    NAME_BESIDE_IT = "name_beside_it"
    NO_SUCH_NETWORK = "no_such_network"
    NO_COUNTRY = "no_country"
    NOT_A_NUMBER = "not_a_number"
    TAKES_NO_TEXTS = "takes_no_texts"


SENTENCES = {
    Why.EMPTY: "There is none.",
    Why.NOT_AN_ADDRESS: "This is not an address to which mail can be sent.",
    Why.NEEDS_QUOTES: "An address that needs quotes is taken by the standard, and by hardly any mail server.",
    Why.NUMBER_FOR_A_DOMAIN: "A machine's number in place of a domain is refused nearly everywhere.",
    Why.NEEDS_ANOTHER_ALPHABET: "Letters outside ASCII before the @ need an extension that most mail servers lack.",
    Why.NAME_BESIDE_IT: "A name stands beside the address.",
    Why.NO_SUCH_NETWORK: "This domain exists in no public network.",
    Why.NO_COUNTRY: "The number does not say its country.",
    Why.NOT_A_NUMBER: "This is not a number that was given out.",
    Why.TAKES_NO_TEXTS: "A number of this kind takes no texts.",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """An address in the form in which it is written to, or None and why not."""

    address: str | None = field(default=None, repr=False)
    why: Why | None = None


def mailbox(text: str | None) -> Reach:
    """A mailbox as mail needs it: trimmed, its domain in lower case and ASCII."""
    bare = (text or "").strip()
    if not bare:
        return Reach(why=Why.EMPTY)
    plain = PLAIN.fullmatch(bare)
    if plain is not None and "--" not in bare:
        return Reach(_lowered(bare)) if plain["top"].lower() not in RESERVED else Reach(why=Why.NO_SUCH_NETWORK)
    if ODD_DOTS.fullmatch(bare):
        return Reach(_lowered(bare))
    return _odd(bare)


def _lowered(bare: str) -> str:
    local, _, domain = bare.rpartition("@")
    return f"{local}@{domain.lower()}"


@lru_cache(maxsize=4096)
def _odd(bare: str) -> Reach:
    try:
        found = validate_email(bare, check_deliverability=False, allow_smtputf8=False, strict=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        return Reach(why=_why(bare))
    return Reach(f"{found.local_part}@{found.ascii_domain}")


def _why(bare: str) -> Why:
    """The reason in our words: each asks the library again with one thing more allowed."""
    if _passes(bare, allow_quoted_local=True):
        return Why.NEEDS_QUOTES
    if _passes(bare, allow_domain_literal=True):
        return Why.NUMBER_FOR_A_DOMAIN
    if _passes(bare, allow_smtputf8=True):
        return Why.NEEDS_ANOTHER_ALPHABET
    if _passes(bare, allow_display_name=True, allow_quoted_local=True, allow_smtputf8=True):
        return Why.NAME_BESIDE_IT
    top = bare.rpartition("@")[2].rpartition(".")[2].lower()
    is_shaped = re.fullmatch(r"[^@\s]+@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+", bare) is not None
    is_nowhere = "." not in bare.rpartition("@")[2] or top in RESERVED or top.isdigit()
    return Why.NO_SUCH_NETWORK if is_shaped and is_nowhere else Why.NOT_AN_ADDRESS


def _passes(bare: str, **allowed: Any) -> bool:
    try:
        validate_email(bare, check_deliverability=False, strict=True, **{"allow_smtputf8": False, **allowed})
    except (EmailNotValidError, UnicodeError, ValueError):
        return False
    return True


@lru_cache(maxsize=4096)
def phone(text: str | None, country: str | None = None) -> Reach:
    """A number for texts as E.164. One without its country is read as its owner's `country` (ISO 3166), where that is known."""
    if not (text or "").strip():
        return Reach(why=Why.EMPTY)
    try:
        number = phonenumbers.parse(text or "", country)
    except NumberParseException as error:
        is_placeless = error.error_type == NumberParseException.INVALID_COUNTRY_CODE and "+" not in str(text)
        return Reach(why=Why.NO_COUNTRY if is_placeless else Why.NOT_A_NUMBER)
    if not phonenumbers.is_valid_number(number):
        return Reach(why=Why.NOT_A_NUMBER)
    if phonenumbers.number_type(number) not in TEXTABLE:
        return Reach(why=Why.TAKES_NO_TEXTS)
    return Reach(str(phonenumbers.format_number(number, PhoneNumberFormat.E164)))


def can_reach(medium: str, address: str | None, *, country: str | None = None) -> bool:
    """Whether something can be sent there at all."""
    if medium == "email":
        plain = PLAIN.fullmatch(address or "")
        is_plain = plain is not None and "--" not in str(address) and plain["top"].lower() not in RESERVED
        return is_plain or mailbox(address).address is not None
    return phone(address, country).address is not None if medium in {"sms", "whatsapp"} else bool(address)
