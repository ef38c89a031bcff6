"""The workflows, a file each, found by their names; a file that holds none is an error, never skipped."""

import importlib
import pkgutil
from dataclasses import replace

from workflows.language import Workflow

LANGUAGE = "language"


def load() -> dict[str, Workflow]:
    """Every workflow by its name, in alphabetical order. Raises TypeError where a file offers no WORKFLOW."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name != LANGUAGE)
    return {name: _one(name) for name in names}


def _one(name: str) -> Workflow:
    module = importlib.import_module(f"{__name__}.{name}")
    found = getattr(module, "WORKFLOW", None)
    if not isinstance(found, Workflow):
        raise TypeError(f"workflows/{name}.py offers no WORKFLOW")
    return replace(found, name=name)
