"""Small files, small functions: a house whose rooms can be taken in at a glance."""

import ast
from collections.abc import Iterator
from statistics import quantiles

import pytest

from tests.house.sources import ROOMS, sources

FILE_LINES = 300
VIEW_LINES = 15
ROUTES = {"route", "get", "post", "put", "delete", "patch"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_file_has_more_than_300_lines() -> None:
    counts = {source.path: len(source.text.splitlines()) for source in sources(*ROOMS, "migrations", "tests")}
    steps = {path for path in counts if path.startswith(("migrations/main/", "migrations/inbox/"))}
    assert {path: count for path, count in counts.items() if count > FILE_LINES and path not in steps} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_half_the_functions_have_under_10_lines_and_nine_in_ten_under_35(room: str) -> None:
    lengths = [_length(function) for source in sources(room) for function in source.functions()]
    tenths = quantiles(lengths, n=10)
    assert tenths[4] < 10, f"half the functions of {room} should have under 10 lines"
    assert tenths[8] < 35, f"nine in ten functions of {room} should have under 35 lines"


def test_a_view_has_at_most_15_lines() -> None:
    long = {
        f"{source.path}:{view.lineno} {view.name}": _length(view)
        for source in sources("app/web")
        for view in _views(source.functions())
        if _length(view) > VIEW_LINES
    }
    assert long == {}


def test_views_are_found() -> None:
    assert list(_views(function for source in sources("app/web") for function in source.functions()))


def _views(functions: Iterator[Function]) -> Iterator[Function]:
    """The functions that answer a request: those under a decorator like `@pages.get("/...")`."""
    for function in functions:
        called = (one.func for one in function.decorator_list if isinstance(one, ast.Call))
        if any(isinstance(one, ast.Attribute) and one.attr in ROUTES for one in called):
            yield function


def _length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring: what it says for itself is never too much."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring
