"""The errors of the Admin API, with the codes and sentences that were recorded from the real one."""

from typing import Any

from graphql import GraphQLError


def coded(message: str, code: str, **more: Any) -> GraphQLError:
    """A top-level error with extensions.code."""
    return GraphQLError(message, extensions={"code": code, **more})


def denied(field: str, access: str) -> GraphQLError:
    """The token may not see this field; it arrives beside partial data."""
    needed = f"`{access}` access scope."
    return coded(
        f"Access denied for {field} field. Required access: {needed}",
        "ACCESS_DENIED",
        documentation="https://shopify.dev/api/usage/access-scopes",
        requiredAccess=needed,
    )


def invalid_id(given: str) -> GraphQLError:
    """A global id that is none, or of the wrong type."""
    return coded("invalid id", "RESOURCE_NOT_FOUND", value=given)


def bad_request(message: str) -> GraphQLError:
    """The arguments make no sense together."""
    return coded(message, "BAD_REQUEST")


def unbuilt(what: str) -> GraphQLError:
    """The real API has this and the stand-in has not; better said than answered wrongly."""
    return coded(f"The stand-in store does not know {what}", "STAND_IN_GAP")


def user_error(message: str, *, field: list[str] | None, code: str | None = None, **more: Any) -> dict[str, Any]:
    """One entry of a mutation's userErrors."""
    return {"message": message, "field": field, "code": code, **more}
