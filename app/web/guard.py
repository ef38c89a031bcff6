"""Who may come through which door: every route declares its guard, and a route without one stops the start.

The two guards that can be judged from the head of a request alone are judged here, before the view; the other two need the
raw body or the address and are judged by the view's first line.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, g, request
from werkzeug.wrappers import Response

from app.web import documents, visitors
from app.web.visitors import Desk

View = TypeVar("View", bound=Callable[..., Any])


class Guard(StrEnum):
    """`public`: anybody. `platform_token`: a verified member of a store's staff, by a Bearer token; where a page is opened as
    a document, by the token in its address. `platform_document`: the way to such a page. `webhook_signature`: a store.
    `signed_link`: whoever has it."""

    PUBLIC = "public"
    PLATFORM_TOKEN = "platform_token"  # noqa: S105 - the name of a guard.
    PLATFORM_DOCUMENT = "platform_document"
    WEBHOOK_SIGNATURE = "webhook_signature"
    SIGNED_LINK = "signed_link"


class UnguardedRouteError(Exception):
    """A route does not say who may come through it."""


def guarded(guard: Guard) -> Callable[[View], View]:
    """Declares who may come through this door."""

    def declare(view: View) -> View:
        setattr(view, "guard", guard)  # noqa: B010 - a function has no such attribute for the type checker.
        return view

    return declare


def guard_of(view: Callable[..., Any]) -> Guard | None:
    found = getattr(view, "guard", None)
    return found if isinstance(found, Guard) else None


def post_guards(flask_app: Flask) -> None:
    """Put the guards at the doors. Raises UnguardedRouteError naming the first route without one."""
    guards = {endpoint: guard_of(view) for endpoint, view in flask_app.view_functions.items()}
    for endpoint, guard in guards.items():
        if guard is None:
            raise UnguardedRouteError(endpoint)
    asking = frozenset(endpoint for endpoint, guard in guards.items() if guard is Guard.PLATFORM_TOKEN)

    @flask_app.before_request
    def ask_for_the_token() -> Response | None:
        if request.endpoint not in asking:
            return None
        found = documents.opened() if documents.is_document() else visitors.by_bearer(_header())
        if isinstance(found, Response):
            return found
        g.desk = found
        return None


def _header() -> str:
    return request.headers.get("Authorization", "")


def desk() -> Desk:
    """Whose admin is open: the verified visitor's store. Only behind `platform_token`."""
    found = g.desk
    if not isinstance(found, Desk):
        raise UnguardedRouteError(str(request.endpoint))
    return found
