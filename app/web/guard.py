"""Who may come through which door: every route declares its guard, and a route without one stops the start.

The two guards that can be judged from the head of a request alone are judged here, before the view; the other two need the
raw body or the address and are judged by the view's first line.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from app.model import May
from app.pipeline import by_hand
from app.translations import marked
from app.web import documents, visitors
from app.web.house import runtime
from app.web.visitors import Desk

View = TypeVar("View", bound=Callable[..., Any])
NOT_YOURS = {
    May.LOOK: marked("You may not look at this."),
    May.WORK: marked("You may look here and change nothing. Ask whoever runs Perennial for your store."),
    May.RUN: marked("This is for those who run Perennial for your store. Ask one of them."),
}


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


def guarded(guard: Guard, *, needs: May | None = None) -> Callable[[View], View]:
    """Declares who may come through this door, and behind `platform_token` what they must be allowed: by default everybody
    of the staff may look, and whoever may work may change something."""

    def declare(view: View) -> View:
        setattr(view, "guard", guard)  # noqa: B010 - a function has no such attribute for the type checker.
        setattr(view, "needs", needs)  # noqa: B010 - as above.
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
        _ask_for_the_right(found)
        return None


def _ask_for_the_right(visited: Desk) -> None:
    """What changes something, or is marked as needing more, is for those who may. Raises Forbidden."""
    needs = getattr(current_app.view_functions.get(str(request.endpoint)), "needs", None)
    needed = needs or (May.LOOK if request.method in ("GET", "HEAD") else May.WORK)
    is_opening = documents.is_document()
    if needed is May.LOOK and not is_opening:
        return
    house = runtime()
    hand = by_hand.Hand(visited.store_id, visited.visitor.user_id, house.clock.now())
    if is_opening:
        with house.database.write() as session:
            by_hand.came(session, hand)
    with house.database.read() as session:
        right = by_hand.right_of(session, hand)
    if not by_hand.allows(right, needed):
        raise Forbidden(NOT_YOURS[needed])


def _header() -> str:
    return request.headers.get("Authorization", "")


def desk() -> Desk:
    """Whose admin is open: the verified visitor's store. Only behind `platform_token`."""
    found = g.desk
    if not isinstance(found, Desk):
        raise UnguardedRouteError(str(request.endpoint))
    return found
