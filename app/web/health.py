"""Whether this process can do its work, and whether a worker does the house's work somewhere."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify

from app import pulse
from app.web.guard import Guard, guarded
from app.web.house import runtime

routes = Blueprint("health", __name__)
# Six beats may be missed, by a busy disk or a restart, before anybody is called.
SILENT = timedelta(minutes=1)


@routes.get("/healthz")
@guarded(Guard.PUBLIC)
def healthz() -> Response:
    """200 where both databases answer; an OperationalError becomes a 503 like everywhere."""
    with runtime().database.read() as session, runtime().database.read_inbox() as inbox:
        session.execute(sa.text("SELECT 1"))
        inbox.execute(sa.text("SELECT 1"))
    return jsonify(database="ok")


@routes.get("/healthz/worker")
@guarded(Guard.PUBLIC)
def worker() -> tuple[Response, int]:
    """200 where a worker said within a minute that it lives and none of its jobs hangs; else 503."""
    at = pulse.last_beat(runtime())
    is_alive = at is not None and runtime().clock.now() - at <= SILENT
    return jsonify(worker="ok" if is_alive else "silent"), 200 if is_alive else 503
