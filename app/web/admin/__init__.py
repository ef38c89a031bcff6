"""The pages of the embedded admin, one file each, found by their names: `routes`, and a `TAB` where the page has one."""

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from flask import Blueprint

FIRST = "/admin/home"


@dataclass(frozen=True, slots=True)
class Tab:
    """A page's place in the navigation. `label` is marked for translation, `mark` names its picture in admin/marks.html;
    it is the current one wherever an address begins with `root`."""

    label: str
    mark: str
    path: str
    order: int

    @property
    def root(self) -> str:
        return "/".join(self.path.split("/")[:3])


@cache
def rooms() -> tuple[Blueprint, ...]:
    return tuple(routes for _, routes, _ in _pages())


@cache
def tabs() -> tuple[Tab, ...]:
    """The navigation, in its order. A page that is not there has no link."""
    return tuple(sorted((tab for _, _, tab in _pages() if tab is not None), key=lambda tab: tab.order))


@cache
def _pages() -> tuple[tuple[str, Blueprint, Tab | None], ...]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = [(name, import_module(f"{__name__}.{name}")) for name in names]
    return tuple(
        (name, module.routes, getattr(module, "TAB", None)) for name, module in modules if hasattr(module, "routes")
    )
