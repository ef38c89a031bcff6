"""Every door has a guard, and a guard that is missing stops the start."""

import pytest
from flask import Flask

from app.runtime import Runtime
from app.web import plug
from app.web.guard import Guard, UnguardedRouteError, guard_of, post_guards

# Whoever may come through without a proof of who they are: pages that tell nobody's data, and the doors that ask later.
OPEN = {"GET", "HEAD", "OPTIONS"}


def test_every_route_declares_its_guard(runtime: Runtime) -> None:
    app = plug(runtime)
    assert app.view_functions
    assert [endpoint for endpoint, view in app.view_functions.items() if not isinstance(guard_of(view), Guard)] == []


def test_a_route_without_a_guard_stops_the_start() -> None:
    app = Flask("open-house")
    app.add_url_rule("/open", "open", lambda: "come in")
    app.view_functions.pop("static", None)
    with pytest.raises(UnguardedRouteError, match="open"):
        post_guards(app)


def test_nothing_is_changed_through_a_public_door_that_we_did_not_name(runtime: Runtime) -> None:
    """A new public route that takes a POST is a decision: it is made here, by name."""
    app = plug(runtime)
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if guard_of(app.view_functions[rule.endpoint]) is Guard.PUBLIC and (rule.methods or set()) - OPEN
    }
    assert found == PUBLIC_POSTS


# Begins an installation: what is typed there is judged, and nothing is shown or changed before the store itself approves.
PUBLIC_POSTS: set[str] = {"woocommerce.begin"}
