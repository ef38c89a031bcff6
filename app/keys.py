"""Encryption of what must stay secret at rest, and signatures on what leaves and comes back; both with rotation."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from itsdangerous import BadData, URLSafeTimedSerializer


class UnreadableSecretError(Exception):
    """Something encrypted cannot be read with any of the keys we have."""


class Vault:
    """Encrypts text with the newest key and reads it with any (cryptography's MultiFernet)."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def lock(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, token: str) -> str:
        """The text. Raises UnreadableSecretError where every key fails."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise UnreadableSecretError("ENCRYPTION_KEYS holds no key for this secret; put the old one back") from error


class Signer:
    """Signs small values for links and state; a value signed for one purpose is worth nothing for another."""

    def __init__(self, keys: Sequence[str]) -> None:
        # itsdangerous signs with the last key of its list and verifies with all of them.
        self._keys = list(reversed(keys))

    def sign(self, purpose: str, value: object) -> str:
        return str(self._serializer(purpose).dumps(value))

    def read(self, purpose: str, token: str, *, max_age: timedelta | None = None) -> object | None:
        """The value, or None where the signature is wrong or older than `max_age`."""
        try:
            seconds = None if max_age is None else int(max_age.total_seconds())
            value: object = self._serializer(purpose).loads(token, max_age=seconds)
        except BadData:
            return None
        return value

    def mark(self, purpose: str, value: str) -> str:
        """Thirty-two digits that only we can put to a value: cheap enough for every link of every message, the same each time,
        and nobody guesses 128 bits. By the newest key."""
        return _digits(self._keys[-1], purpose, value=value)

    def is_mark(self, purpose: str, value: str, *, mark: str) -> bool:
        """Whether the mark was put by any of our keys."""
        ours = (_digits(key, purpose, value=value) for key in reversed(self._keys))
        return mark.isascii() and any(hmac.compare_digest(mark, one) for one in ours)

    def fingerprint(self, purpose: str, value: str) -> str:
        """A keyed hash under the oldest key, so that it stays equal while keys rotate: for tombstones and holdouts."""
        return hmac.digest(self._keys[0].encode(), f"{purpose}:{value}".encode(), hashlib.sha256).hex()

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._keys, salt=f"perennial.{purpose}", serializer=json)


def _digits(key: str, purpose: str, *, value: str) -> str:
    mark = _begun(key, purpose).copy()
    mark.update(value.encode())
    return mark.hexdigest()[:32]


@lru_cache(maxsize=64)
def _begun(key: str, purpose: str) -> hmac.HMAC:
    """A mark's beginning: going on from a copy of it takes half the time of beginning anew."""
    return hmac.new(key.encode(), f"mark.{purpose}:".encode(), hashlib.sha256)


def new_key() -> str:
    """An unguessable word of 43 characters out of [A-Za-z0-9_-]."""
    return secrets.token_urlsafe(32)


def new_encryption_key() -> str:
    return Fernet.generate_key().decode()
