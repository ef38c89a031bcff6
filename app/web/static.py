"""Stylesheets, scripts and pictures of our own; a name with today's fingerprint may be kept for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

from app.web.guard import Guard, guarded

FOLDER = Path(__file__).parents[1] / "static"
YEAR, MINUTES = "public, max-age=31536000, immutable", "public, max-age=300"

routes = Blueprint("static", __name__)


@routes.get("/static/<path:name>")
@guarded(Guard.PUBLIC)
def static_file(name: str) -> Response:
    response = send_from_directory(FOLDER, name)
    response.headers["Cache-Control"] = YEAR if request.args.get("v") == fingerprint(name) else MINUTES
    return response


def url(name: str) -> str:
    """Where a file of ours is, with the fingerprint of what is in it now."""
    return f"/static/{name}?v={fingerprint(name)}"


@cache
def fingerprint(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
