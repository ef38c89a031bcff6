"""A command as a person types it: `command("stores")` answers with what it printed."""

from collections.abc import Callable

import click.testing
import pytest
from flask import Flask

from app import cli
from app.runtime import Runtime
from app.web.house import move_in

Command = Callable[..., click.testing.Result]


@pytest.fixture
def command(runtime: Runtime) -> Command:
    flask_app = Flask("app")
    move_in(flask_app, runtime)
    cli.register(flask_app)
    return lambda *words: flask_app.test_cli_runner().invoke(args=list(words))
