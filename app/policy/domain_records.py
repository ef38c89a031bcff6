"""The text records by which a domain speaks of its mail, read: SPF, DKIM keys, DMARC policies."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

ASKING = ("include:", "exists:", "redirect=")
ASKING_ALONE = ("a", "mx", "ptr")
DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Key:
    """A DKIM key; `bits` of an RSA key, None for others. `is_good` is False where it is revoked or cannot be read."""

    is_good: bool
    bits: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A DMARC record: what is wanted of mail that fails, for the domain and for those below it."""

    wanted: str
    for_below: str | None


def spf_in(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def lookups_of(record: str, texts: Callable[[str], Sequence[str]]) -> int:
    """How many questions a reader of this record asks, those of what it includes among them (RFC 7208 4.6.4)."""
    return _lookups(record, texts, seen=frozenset())


def _lookups(record: str, texts: Callable[[str], Sequence[str]], *, seen: frozenset[str]) -> int:
    count = 0
    for term in record.lower().split()[1:]:
        bare = term.lstrip("+-~?")
        if bare.startswith(ASKING) or bare.partition(":")[0].partition("/")[0] in ASKING_ALONE:
            count += 1
        target = bare.partition(":")[2] if bare.startswith("include:") else bare.removeprefix("redirect=")
        leads_on = bare.startswith(("include:", "redirect=")) and "%" not in target
        if leads_on and target not in seen and len(seen) < DEEPEST:
            inner = spf_in(texts(target))
            count += _lookups(inner[0], texts, seen=seen | {target}) if inner else 0
    return count


def tags(text: str) -> dict[str, str]:
    """`v=DKIM1; k=rsa; p=...` as a mapping, names in small letters."""
    parts = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, sign, value in parts if sign}


def key_in(texts: Sequence[str]) -> Key | None:
    """The key of a selector; None where there is none."""
    found = [tags(text) for text in texts]
    keys = [one for one in found if "p" in one and one.get("v", "DKIM1") == "DKIM1"]
    return _key(keys[0]) if keys else None


def _key(record: dict[str, str]) -> Key:
    try:
        raw = b64decode("".join(record["p"].split()), validate=True)
        if record.get("k", "rsa").lower() == "ed25519":
            return Key(len(raw) == 32)
        key = load_der_public_key(raw)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return Key(is_good=False)
    return Key(True, key.key_size) if isinstance(key, rsa.RSAPublicKey) else Key(is_good=False)


def policy_in(texts: Sequence[str]) -> list[Policy]:
    found = [tags(text) for text in texts if text.lower().replace(" ", "").startswith("v=dmarc1")]
    return [Policy(one.get("p", "").lower(), one.get("sp", "").lower() or None) for one in found]
