"""WordPress's REST errors."""

from typing import Any

from connectors.standins.woocommerce.model import Json


class RestError(Exception):
    """Ends a call with WordPress's error object; `more` joins `data` beside the status."""

    def __init__(self, code: str, message: str, *, status: int, more: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"code": code, "message": message, "data": {"status": status, **(more or {})}}


def unauthenticated(message: str) -> RestError:
    """The error of wrong keys and signatures."""
    return RestError("woocommerce_rest_authentication_error", message, status=401)


def invalid_param(name: str, message: str, *, code: str) -> RestError:
    """A parameter that the route does not take, said three times as WordPress does."""
    details: dict[str, Any] = {name: {"code": code, "message": message, "data": None}}
    more = {"params": {name: message}, "details": details}
    return RestError("rest_invalid_param", f"Invalid parameter(s): {name}", status=400, more=more)


def missing_param(name: str) -> RestError:
    """A parameter that the route cannot do without."""
    return RestError(
        "rest_missing_callback_param", f"Missing parameter(s): {name}", status=400, more={"params": [name]}
    )


def no_route() -> RestError:
    """Nothing is there."""
    return RestError("rest_no_route", "No route was found matching the URL and request method.", status=404)


def not_found(code: str, message: str = "Invalid ID.") -> RestError:
    """The route is there, the thing is not."""
    return RestError(code, message, status=404)


def no_trash(plural: str) -> RestError:
    """What can only be deleted for ever was to be trashed."""
    return RestError("woocommerce_rest_trash_not_supported", f"{plural} do not support trashing.", status=501)
