"""Whether this process can do its work: both databases answer."""

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify

from app.web.guard import Guard, guarded
from app.web.house import runtime

routes = Blueprint("health", __name__)


@routes.get("/healthz")
@guarded(Guard.PUBLIC)
def healthz() -> Response:
    """200 where both databases answer; an OperationalError becomes a 503 like everywhere."""
    with runtime().database.read() as session, runtime().database.read_inbox() as inbox:
        session.execute(sa.text("SELECT 1"))
        inbox.execute(sa.text("SELECT 1"))
    return jsonify(database="ok")
