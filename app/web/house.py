"""The house as a view sees it: the runtime that the app was made with."""

from typing import Any

from flask import Flask, current_app

from app.runtime import Runtime

KEY = "runtime"


def move_in(flask_app: Flask, runtime: Runtime) -> None:
    flask_app.extensions[KEY] = runtime


def runtime() -> Runtime:
    """The runtime of the app that answers this request. Raises KeyError outside of our own app."""
    return runtime_of(current_app)


def runtime_of(flask_app: Flask) -> Runtime:
    """The same outside of a request."""
    found: Any = flask_app.extensions[KEY]
    if not isinstance(found, Runtime):
        raise KeyError(KEY)
    return found
