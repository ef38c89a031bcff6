"""A user as REST v3 shows it: no order counts, no consent; what plugins wrote is in meta_data, but hidden keys."""

from connectors.standins.woocommerce.model import ADDRESS, MANAGERS, Json, User
from connectors.standins.woocommerce.payloads.links import ALL, avatar, links, metas, moments
from connectors.standins.woocommerce.state import State


def customer(state: State, user: User) -> Json:
    """The body of GET customers/{id}."""
    allow = ALL[:-1] if user.role in MANAGERS else ALL
    return {
        "id": user.id,
        **moments(state, "date_created", at=user.created_at),
        **moments(state, "date_modified", at=user.modified_at),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": str(user.role),
        "username": user.username,
        "billing": {part: user.billing.get(part, "") for part in (*ADDRESS, "email", "phone")},
        "shipping": {part: user.shipping.get(part, "") for part in (*ADDRESS, "phone")},
        "is_paying_customer": user.is_paying,
        "avatar_url": avatar(user.email, 96),
        "meta_data": metas(user.meta, hidden=False),
        "_links": links(state, f"customers/{user.id}", collection="customers", allow=allow),
    }
