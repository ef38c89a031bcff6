"""ID tokens, access tokens and refresh tokens of a stand-in store: who has which, and what each is still good for."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from connectors.standins.shopify.state import State, implied

ID_TOKEN_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(seconds=3600)
ONLINE_LIFE = timedelta(hours=24)
REFRESH_LIFE = timedelta(days=90)
RETRY_LIFE = timedelta(days=30)
STAFF_ID = 902541635


class Refused(Exception):
    """The token endpoint says no; `error` is the OAuth word and `status` the HTTP status."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


@dataclass(eq=False)
class Access:
    """One access token. Without `expires_at` it is one of the old kind that never expires."""

    token: str
    shop: str
    scopes: frozenset[str]
    expires_at: datetime | None
    user: int | None = None

    @property
    def granted(self) -> set[str]:
        """The scopes with what they imply."""
        return implied(set(self.scopes))


@dataclass(eq=False)
class Refresh:
    """One refresh token. After its first use it stays good until its replacement is used (2026-08-28)."""

    token: str
    shop: str
    access: Access
    expires_at: datetime
    used_at: datetime | None = None
    before: "Refresh | None" = None
    retired: bool = False


@dataclass(eq=False)
class TokenBook:
    """All tokens of all stores of one app."""

    state: State
    access: dict[str, Access] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)
    codes: dict[str, tuple[str, frozenset[str], bool]] = field(default_factory=dict)

    def id_token(self, shop: str, *, session: str = "stand-in-session") -> str:
        """A fresh ID token for the embedded page of `shop`, good for 60 seconds (facts: ID tokens)."""
        now = self.state.now()
        claims = {
            "iss": f"https://{shop}.myshopify.com/admin",
            "dest": f"https://{shop}.myshopify.com",
            "aud": self.state.client_id,
            "sub": str(STAFF_ID),
            "exp": int((now + ID_TOKEN_LIFE).timestamp()),
            "nbf": int(now.timestamp()),
            "iat": int(now.timestamp()),
            "jti": self.state.uuid(),
            "sid": session,
            "sig": secrets.token_hex(32),
        }
        return jwt.encode(claims, self.state.signing_secret, algorithm="HS256")

    def read_id_token(self, token: str, shop: str) -> dict[str, Any]:
        """The claims of an ID token of `shop`; raises Refused where it is forged, stale or another store's."""
        for secret in self.state.client_secrets:
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    secret,
                    algorithms=["HS256"],
                    audience=self.state.client_id,
                    options={"require": ["exp", "nbf", "iat", "sub"], "verify_exp": False, "verify_nbf": False},
                )
            except jwt.InvalidTokenError:
                continue
            if self._current(claims) and claims.get("dest") == f"https://{shop}.myshopify.com":
                return claims
        raise Refused("invalid_subject_token", "The subject token is invalid or has expired")

    def _current(self, claims: dict[str, Any]) -> bool:
        # The library would ask the machine's clock; the stand-in lives by the one it was given.
        now = self.state.now().timestamp()
        return bool(claims["nbf"] - 10 <= now < claims["exp"] + 10)

    def grant_offline(self, shop: str, scopes: frozenset[str], *, expiring: bool) -> dict[str, Any]:
        """A new offline token, as the token endpoint answers it; the pair that the store had is replaced."""
        self.retire(shop)
        if not expiring:
            kept = self._keep(Access(f"shpat_{secrets.token_hex(16)}", shop, scopes, None))
            return {"access_token": kept.token, "scope": ",".join(sorted(scopes))}
        return self._pair(shop, scopes, before=None)

    def grant_online(self, shop: str, scopes: frozenset[str]) -> dict[str, Any]:
        """A token of the staff member who has the page open."""
        ends = self.state.now() + ONLINE_LIFE
        kept = self._keep(Access(f"shpua_{secrets.token_hex(16)}", shop, scopes, ends, user=STAFF_ID))
        scope = ",".join(sorted(scopes))
        owner = {
            "id": STAFF_ID,
            "first_name": "Stand-in",
            "last_name": "Owner",
            "email": f"owner@{shop}.example.com",
            "account_owner": True,
            "locale": "en",
            "collaborator": False,
            "email_verified": True,
        }
        return {
            "access_token": kept.token,
            "scope": scope,
            "expires_in": int(ONLINE_LIFE.total_seconds()) - 1,
            "associated_user_scope": scope,
            "associated_user": owner,
        }

    def renew(self, shop: str, token: str) -> dict[str, Any]:
        """A new pair for a refresh token. Raises Refused for an unknown, retired or expired one."""
        known = self.refresh.get(token)
        if known is None or known.shop != shop:
            raise Refused("invalid_grant", "The refresh token is invalid")
        now = self.state.now()
        too_late = known.used_at is not None and now >= known.used_at + RETRY_LIFE
        if known.retired or too_late or now >= known.expires_at:
            raise Refused("invalid_request", "This request requires an active refresh_token", status=401)
        known.used_at = known.used_at or now
        if known.before is not None:
            known.before.retired = True
        self.access.pop(known.access.token, None)
        return self._pair(shop, known.access.scopes, before=known)

    def _pair(self, shop: str, scopes: frozenset[str], *, before: Refresh | None) -> dict[str, Any]:
        now = self.state.now()
        access = self._keep(Access(f"shpat_{secrets.token_hex(16)}", shop, scopes, now + ACCESS_LIFE))
        refresh = Refresh(f"shprt_{secrets.token_hex(16)}", shop, access, now + REFRESH_LIFE, before=before)
        self.refresh[refresh.token] = refresh
        return {
            "access_token": access.token,
            "scope": ",".join(sorted(scopes)),
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "refresh_token": refresh.token,
            "refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
        }

    def _keep(self, access: Access) -> Access:
        self.access[access.token] = access
        return access

    def good(self, token: str, shop: str) -> Access | None:
        """The access token, if it is this store's and has not expired."""
        found = self.access.get(token)
        if found is None or found.shop != shop:
            return None
        return found if found.expires_at is None or self.state.now() < found.expires_at else None

    def expire(self) -> None:
        """Every access token that expires at all has expired."""
        for one in self.access.values():
            if one.expires_at is not None:
                one.expires_at = self.state.now()

    def retire(self, shop: str) -> None:
        """The refresh tokens of a store are no longer good: a newer grant took their place."""
        for one in self.refresh.values():
            if one.shop == shop:
                one.retired = True

    def revoke(self, shop: str) -> None:
        """The app was uninstalled: every token of the store is gone at once."""
        self.access = {key: one for key, one in self.access.items() if one.shop != shop}
        self.refresh = {key: one for key, one in self.refresh.items() if one.shop != shop}
        self.codes = {key: one for key, one in self.codes.items() if one[0] != shop}

    def code(self, shop: str, scopes: frozenset[str], *, online: bool) -> str:
        """A single-use authorization code."""
        fresh = secrets.token_hex(16)
        self.codes[fresh] = (shop, scopes, online)
        return fresh

    def redeem(self, code: str, shop: str, *, expiring: bool) -> dict[str, Any]:
        """The token for an authorization code; raises Refused for a used or foreign one."""
        found = self.codes.pop(code, None)
        if found is None or found[0] != shop:
            raise Refused("invalid_request", "The authorization code was not found or was already used")
        return self.grant_online(shop, found[1]) if found[2] else self.grant_offline(shop, found[1], expiring=expiring)
