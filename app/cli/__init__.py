"""The commands: `flask --app app <command>`. They parse, call one thing of the house and print what it says."""

from flask import Flask

from app.cli import bounces, demo, language, measuring, plugin, running, stores


def register(flask_app: Flask) -> None:
    """Plug every command into the app."""
    for room in (running, stores, bounces, language, measuring, plugin, demo):
        for command in room.COMMANDS:
            flask_app.cli.add_command(command)
