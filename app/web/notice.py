"""A page that says one thing in plain words, with at most one way on."""

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from app.web.place import say


@dataclass(frozen=True, slots=True)
class Way:
    """Where a page leads on to."""

    label: str
    url: str


def notice(title: str, *sentences: str, status: int = 200, way: Way | None = None, **more: Any) -> Response:
    """The page, said in the visitor's language where words are marked for translation. `more` reaches the template."""
    told = [say(one) for one in sentences if one]
    said = way and Way(say(way.label), way.url)
    page = render_template("notice.html", title=say(title), sentences=told, way=said, **more)
    return Response(page, status=status)
