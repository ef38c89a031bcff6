"""What happens to the people of a stand-in store."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.standins.shopify.actions.wants import CustomerWants
from connectors.standins.shopify.payloads import people
from connectors.standins.shopify.records import Address, Consent, Customer, Metafield

if TYPE_CHECKING:
    from connectors.standins.shopify.news import News
    from connectors.standins.shopify.shop import Shop

# Shopify's standard definition for a birthday; of type `date`, YYYY-MM-DD.
BIRTHDAY = ("facts", "birth_date")
CHANGEABLE = {"first_name", "last_name", "phone", "note", "locale", "email", "verified_email", "state"}


def create(shop: "Shop", wants: CustomerWants) -> Customer:
    """customers/create, and the consent topic where there is consent."""
    with shop.news() as news:
        email = (wants.get("email") or "").lower() or None
        if email in shop.by_email:
            raise ValueError("Email has already been taken")
        one = made(shop, wants, at=news.at)
        news.say("customers/create", lambda: people.customer(shop, one))
        consent = wants.get("consent") or ("SUBSCRIBED" if wants.get("accepts_marketing") else None)
        if consent and one.email:
            change_email_consent(news, one, state=consent, level="SINGLE_OPT_IN")
        return one


def made(shop: "Shop", wants: CustomerWants, *, at: datetime) -> Customer:
    """A customer record in the store, without a word to anybody."""
    email = (wants.get("email") or "").lower() or None
    one = Customer(
        id=shop.state.number(),
        created_at=at,
        updated_at=at,
        email=email,
        phone=wants.get("phone"),
        first_name=wants.get("first_name"),
        last_name=wants.get("last_name"),
        locale=wants.get("locale", "en"),
        state=wants.get("state", "DISABLED"),
        note=wants.get("note"),
        tags=sorted(wants.get("tags", ())),
    )
    shop.customers[one.id] = one
    if email:
        shop.by_email[email] = one
    if wants.get("address"):
        one.addresses.append(placed(shop, wants["address"], person=one))
    if wants.get("birthday"):
        put_metafield(shop, one, name=BIRTHDAY, value=wants["birthday"], at=at)
    return one


def placed(shop: "Shop", said: Mapping[str, str], *, person: Customer | None = None) -> Address:
    """An address of the store's, named after the person unless it says a name itself."""
    names = {"first_name": person.first_name, "last_name": person.last_name} if person else {}
    return Address(id=shop.state.number(), **{**names, **said})


def update(shop: "Shop", one: Customer, *, changes: Mapping[str, Any]) -> None:
    """customers/update. Raises ValueError for a field that is not a plain one."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"no such plain field: {sorted(unknown)}")
    with shop.news() as news:
        if "email" in changes:
            _move(shop, one, email=changes["email"])
        for name in set(changes) - {"email"}:
            setattr(one, name, changes[name])
        touch(news, one)


def _move(shop: "Shop", one: Customer, *, email: str | None) -> None:
    fresh = (email or "").lower() or None
    if fresh and shop.by_email.get(fresh, one) is not one:
        raise ValueError("Email has already been taken")
    if one.email:
        shop.by_email.pop(one.email, None)
    one.email = fresh
    if fresh:
        shop.by_email[fresh] = one


def touch(news: "News", one: Customer) -> None:
    """Say customers/update about the customer as they are at the end of this action."""
    one.updated_at = news.at
    news.say("customers/update", lambda: people.customer(news.shop, one))


def delete(shop: "Shop", one: Customer) -> None:
    """customers/delete; their orders stay, without them."""
    with shop.news() as news:
        _remove(shop, one)
        for order in one.orders:
            order.customer, order.updated_at = None, news.at
        news.say("customers/delete", lambda: people.deleted(one))


def _remove(shop: "Shop", one: Customer) -> None:
    shop.customers.pop(one.id, None)
    if one.email and shop.by_email.get(one.email) is one:
        del shop.by_email[one.email]


def merge(shop: "Shop", kept: Customer, *, gone: Customer) -> None:
    """customers/merge, customers/delete of the one that is gone, customers/update of the other."""
    with shop.news() as news:
        _remove(shop, gone)
        for order in gone.orders:
            order.customer, order.updated_at = kept, news.at
        kept.orders.extend(gone.orders)
        kept.tags = sorted({*kept.tags, *gone.tags})
        news.say("customers/merge", lambda: people.merged(kept, gone))
        news.say("customers/delete", lambda: people.deleted(gone))
        touch(news, kept)


def change_email_consent(
    news: "News", one: Customer, *, state: str, level: str | None, at: datetime | None = None
) -> None:
    """A new e-mail consent as part of a larger action."""
    one.email_consent = Consent(state=state, opt_in_level=level, updated_at=at or news.at)
    one.updated_at = news.at
    news.say("customers_email_marketing_consent/update", lambda: people.email_consent(news.shop, one))


def set_email_consent(shop: "Shop", one: Customer, *, state: str, level: str | None, at: datetime | None) -> None:
    """The consent topic and customers/update."""
    with shop.news() as news:
        change_email_consent(news, one, state=state, level=level, at=at)
        touch(news, one)


def set_sms_consent(shop: "Shop", one: Customer, *, state: str, level: str | None) -> None:
    """The consent topic of text messages and customers/update."""
    with shop.news() as news:
        one.sms_consent = Consent(state=state, opt_in_level=level, updated_at=news.at)
        news.say("customers_marketing_consent/update", lambda: people.sms_consent(shop, one))
        touch(news, one)


def change_tags(shop: "Shop", one: Customer, *, add: Iterable[str], remove: Iterable[str]) -> None:
    """Tags are trimmed, told apart without regard to case, and sorted."""
    with shop.news() as news:
        known = {tag.lower() for tag in one.tags}
        fresh = [tag.strip() for tag in add if tag.strip() and tag.strip().lower() not in known]
        unwanted = {tag.strip().lower() for tag in remove}
        gone = [tag for tag in one.tags if tag.lower() in unwanted]
        one.tags = sorted({*one.tags, *fresh} - {*gone})
        if fresh:
            news.say("customer.tags_added", lambda: people.tags(one, fresh, at=news.at))
        if gone:
            news.say("customer.tags_removed", lambda: people.tags(one, gone, at=news.at))
        if fresh or gone:
            touch(news, one)


def set_metafield(shop: "Shop", owner: Any, *, name: tuple[str, str], value: str) -> Metafield:
    """A metafield on a customer is an update of the customer."""
    with shop.news() as news:
        found = put_metafield(shop, owner, name=name, value=value, at=news.at)
        if isinstance(owner, Customer):
            touch(news, owner)
        return found


def put_metafield(shop: "Shop", owner: Any, *, name: tuple[str, str], value: str, at: datetime) -> Metafield:
    """Write the metafield (namespace, key) without a word to anybody; an old one keeps its id."""
    found: Metafield | None = owner.metafields.get(name)
    if found is None:
        found = Metafield(
            id=shop.state.number(),
            created_at=at,
            updated_at=at,
            owner=owner,
            namespace=name[0],
            key=name[1],
            type="date" if name == BIRTHDAY else "single_line_text_field",
            value=value,
        )
        owner.metafields[name] = found
    found.value, found.updated_at = value, at
    return found
