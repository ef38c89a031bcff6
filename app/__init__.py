"""Perennial: the house between the stores that tell us what happened and the customers we write to."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config
    from app.runtime import Runtime


def create_app(config: "Config | None" = None, runtime: "Runtime | None" = None) -> "Flask":
    """The web: pages, errors and commands plugged into Flask. Without `runtime` it is assembled from the settings.

    Everything is imported here and not above, so that a leaf of the house may be imported without the whole of it.
    """
    from app.cli import register
    from app.config import Config
    from app.runtime import assemble
    from app.web import plug

    flask_app = plug(runtime or assemble(config or Config.from_environment()))
    register(flask_app)
    return flask_app


def served() -> "Flask":
    """The same for a server: what lives as long as its process is no longer searched for what is dead, which would now and
    then keep every webhook waiting for a fifth of a second."""
    from app import memory

    flask_app = create_app()
    memory.settle()
    return flask_app
