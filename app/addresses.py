"""Addresses as identities: the one form under which the same mailbox or phone is always found again."""

import re

# Deliberately loose: whether an address can be written to is asked at the door, not when a store tells us of it.
MAILBOX = re.compile(r"[^\s@<>\"',;\x00-\x1f]{1,64}@[^\s@<>\"',;\x00-\x1f]{1,255}")


def email_key(text: str | None) -> str | None:
    """The lower-case form by which an address is known; None where it is no address at all."""
    if not text:
        return None
    stripped = text.strip().lower()
    return stripped if MAILBOX.fullmatch(stripped) else None


def phone_key(text: str | None) -> str | None:
    """The digits of an international number with its plus; None where the country is not said."""
    # 00 is how most of the world dials the plus.
    international = re.fullmatch(r"\s*(?:\+|00)([^+]*)", text or "")
    if international is None:
        return None
    digits = re.sub(r"\D", "", international[1])
    return f"+{digits}" if 6 <= len(digits) <= 15 else None
