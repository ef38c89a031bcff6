"""The Jinja that texts are written in: data only, nothing can be called, and no attribute of Python is ever reached."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined

from app.render import clean


class Dialect(Environment):
    """`a.b` looks into plain dicts and nowhere else, so that `order.items` is the list and `x.__class__` is nothing."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.undefined(obj=obj, name=argument)


def _default(value: Any, instead: str = "") -> Any:
    return value or instead


def _take(value: list[Any], count: int) -> list[Any]:
    return value[:count]


def _part(value: Any) -> str:
    return quote(str(value).strip("\u2068\u2069"), safe="")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "default": _default,
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "capitalize": lambda value: str(value).capitalize(),
    "length": len,
    "take": _take,
}
# Put in by us around what stands in a link; not for texts.
_OURS: Mapping[str, Callable[..., Any]] = {"link": clean.url, "part": _part}


def dialect(*, escapes: bool) -> Dialect:
    """An environment for plain words, or one that escapes every value for HTML."""
    made = Dialect(autoescape=escapes, undefined=StrictUndefined, keep_trailing_newline=True, cache_size=0)
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update({**FILTERS, **_OURS})
    return made


PLAIN = dialect(escapes=False)
HTML = dialect(escapes=True)
