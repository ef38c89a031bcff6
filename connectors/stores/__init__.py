"""The store platforms, a folder each, found by their names."""

import importlib
import pkgutil

from connectors.base import StoreConnector, StoreSettings


def load(settings: StoreSettings) -> dict[str, StoreConnector]:
    """Every platform's connector by its name; each folder offers `connect(settings)`."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)
    return {name: importlib.import_module(f"{__name__}.{name}").connect(settings) for name in names}
