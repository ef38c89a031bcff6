"""A page that says one thing in plain words, with at most one way on."""

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template


@dataclass(frozen=True, slots=True)
class Way:
    """Where a page leads on to."""

    label: str
    url: str


def notice(title: str, *sentences: str, status: int = 200, way: Way | None = None, **more: Any) -> Response:
    """The page. `more` reaches the template."""
    page = render_template("notice.html", title=title, sentences=sentences, way=way, **more)
    return Response(page, status=status)
