"""wc/v3/customers: users with the role customer unless role=all is asked for; no date filter of any kind."""

from connectors.standins.woocommerce.actions.customers import NewCustomer
from connectors.standins.woocommerce.model import Json, Role, User
from connectors.standins.woocommerce.payloads import customers as shapes
from connectors.standins.woocommerce.payloads.links import href
from connectors.standins.woocommerce.rest import changes, paging
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import (
    RestError,
    invalid_param,
    missing_param,
    no_trash,
    not_found,
)
from connectors.standins.woocommerce.rest.query import EMAIL
from connectors.standins.woocommerce.store import Store

ROLES = ("all", *(role.value for role in Role))
_SORTS = {
    "id": lambda one: one.id,
    "include": lambda one: one.id,
    "name": lambda one: one.username.lower(),
    "registered_date": lambda one: one.created_at,
}


def plug(door: Door) -> None:
    """Opens the routes of customers."""
    routes = CustomerRoutes(door.store)
    door.add("wc/v3/customers", list=routes.index, create=routes.create)
    door.add("wc/v3/customers/<int:id>", get=routes.one, update=routes.update, delete=routes.delete)


class CustomerRoutes:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def index(self, call: Call) -> Answer:
        """GET customers."""
        role = call.params.choice("role", ROLES, default="customer")
        email, search = call.params.email("email"), (call.params.text("search") or "").lower()
        found = [
            one
            for one in paging.chosen(call, list(self._state.users.values()))
            if role in {"all", one.role}
            and (email is None or one.email.lower() == email.lower())
            and any(search in word.lower() for word in (one.email, one.username, one.first_name, one.last_name))
        ]
        found = paging.ordered(call, found, keys=_SORTS, default="name", order="asc")
        return paging.page(call, found, show=self._show, state=self._state, path="customers")

    def _show(self, user: User) -> Json:
        return shapes.customer(self._state, user)

    def _find(self, call: Call) -> User:
        user = self._state.users.get(call.ids["id"])
        if user is None:
            raise not_found("woocommerce_rest_invalid_id", "Invalid resource ID.")
        return user

    def one(self, call: Call) -> Answer:
        """GET customers/{id}."""
        return Answer(self._show(self._find(call)))

    def create(self, call: Call) -> Answer:
        """POST customers."""
        body = call.body
        if not body.get("email"):
            raise missing_param("email")
        email = str(body["email"])
        if not EMAIL.fullmatch(email):
            raise invalid_param("email", "Invalid email address.", code="rest_invalid_email")
        try:
            user = self._store.customers.create(NewCustomer(email))
        except ValueError:
            message = f"An account is already registered with {email}. Please log in or use a different email address."
            raise RestError("registration-error-email-exists", message, status=400) from None
        self._write(user, body)
        return Answer(self._show(user), 201, (("Location", href(self._state, f"customers/{user.id}")),))

    def update(self, call: Call) -> Answer:
        """PUT customers/{id}."""
        user = self._find(call)
        self._write(user, call.body)
        self._store.customers.changed(user)
        return Answer(self._show(user))

    def _write(self, user: User, body: Json) -> None:
        user.first_name = str(body.get("first_name", user.first_name))
        user.last_name = str(body.get("last_name", user.last_name))
        user.email = str(body.get("email", user.email))
        user.billing.update(changes.address(body, "billing"))
        user.shipping.update(changes.address(body, "shipping"))
        changes.write_metas(self._state, user.meta, given=body.get("meta_data"))

    def delete(self, call: Call) -> Answer:
        """DELETE customers/{id}?force=true."""
        user = self._find(call)
        if not call.params.flag("force"):
            raise no_trash("Customers")
        shown = self._show(user)
        self._store.customers.delete(user)
        return Answer(shown)
