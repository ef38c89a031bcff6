"""Accounts: signing up, changing, saying yes or no to the newsletter, leaving."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from connectors.standins.woocommerce.model import Json, Role, User
from connectors.standins.woocommerce.state import State
from connectors.standins.woocommerce.webhooks import Webhooks

CONSENT_KEY = "perennial_email_consent"
BIRTHDAY_KEY = "perennial_birthday"
WORDING = "Yes, e-mail me news and offers. I can stop at any time."


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """What is known of somebody who signs up. `consent` is the companion plugin's value, see `consent_value`."""

    email: str
    first_name: str = ""
    last_name: str = ""
    password: str = ""
    role: Role = Role.CUSTOMER
    country: str = ""
    consent: Json | None = None
    birthday: date | None = None
    at: datetime | None = None


def consent_value(*, subscribed: bool, at: datetime, source: str) -> Json:
    """What the companion plugin keeps under perennial_email_consent; source is checkout, account or form."""
    return {
        "state": "subscribed" if subscribed else "unsubscribed",
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": source,
        "wording": WORDING,
    }


class Customers:
    """Changes of users. Every change says what a real store says: webhooks, or silence."""

    def __init__(self, state: State, hooks: Webhooks) -> None:
        self._state = state
        self._hooks = hooks

    def add(self, new: NewCustomer) -> User:
        """Makes the account and tells nobody. Raises ValueError when the address has one already."""
        if self._state.user_by_email(new.email) is not None:
            raise ValueError("An account is already registered with this address.")
        at = new.at or self._state.now()
        user = User(
            id=self._state.next_id("user"),
            email=new.email,
            username=self._username(new.email),
            password=new.password or secrets.token_hex(8),
            role=new.role,
            created_at=at,
            modified_at=at,
            first_name=new.first_name,
            last_name=new.last_name,
        )
        if new.country:
            user.billing = {"country": new.country, "first_name": new.first_name, "last_name": new.last_name}
        self._state.write_meta(user.meta, CONSENT_KEY, value=new.consent)
        self._state.write_meta(user.meta, BIRTHDAY_KEY, value=new.birthday.isoformat() if new.birthday else None)
        self._state.users[user.id] = user
        return user

    def create(self, new: NewCustomer) -> User:
        """Makes the account: customer.created, then customer.updated."""
        user = self.add(new)
        self._hooks.happened("customer.created", user.id)
        self._hooks.happened("customer.updated", user.id)
        return user

    def changed(self, user: User) -> None:
        """After a change through WooCommerce itself: date_modified moves, customer.updated."""
        user.modified_at = self._state.now()
        self._hooks.happened("customer.updated", user.id)

    def paid(self, customer_id: int) -> None:
        """A first paid order makes a paying customer."""
        user = self._state.users.get(customer_id)
        if user is not None and not user.is_paying:
            user.is_paying = True
            self.changed(user)

    def set_consent(self, user: User, *, subscribed: bool, source: str) -> None:
        """The companion plugin notes a yes or a no and sends customer.updated."""
        value = consent_value(subscribed=subscribed, at=self._state.now(), source=source)
        self._state.write_meta(user.meta, CONSENT_KEY, value=value)
        self.changed(user)

    def set_birthday(self, user: User, birthday: date | None) -> None:
        """The companion plugin notes a birthday and sends customer.updated."""
        self._state.write_meta(user.meta, BIRTHDAY_KEY, value=birthday.isoformat() if birthday else None)
        self.changed(user)

    def set_meta(self, user: User, key: str, *, value: Any) -> None:
        """update_user_meta() by some plugin: no webhook, date_modified stays."""
        self._state.write_meta(user.meta, key, value=value)

    def delete(self, user: User) -> None:
        """Removes the account: customer.deleted. Its orders become guests' orders and its keys vanish, silently."""
        del self._state.users[user.id]
        for order in self._state.orders.values():
            if order.customer_id == user.id:
                order.customer_id = 0
        for key in [key for key in self._state.keys.values() if key.user_id == user.id]:
            del self._state.keys[key.id]
        self._hooks.happened("customer.deleted", user.id)

    def _username(self, email: str) -> str:
        wanted = email.split("@", 1)[0].lower()
        taken = {user.username for user in self._state.users.values()}
        return wanted if wanted not in taken else f"{wanted}-{self._state.next_id('username')}"
