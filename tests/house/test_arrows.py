"""The arrow rule: `app` may import the other two rooms; they import neither `app` nor each other."""

import sys
from itertools import combinations

import pytest

from tests.house.sources import ROOMS, ROOT, is_below, sources

OUTSIDE_OF_A_DECISION = (
    "app.clock",
    "app.config",
    "app.db",
    "app.model",
    "app.pipeline",
    "app.runtime",
    "app.web",
    "flask",
    "requests",
    "sqlalchemy",
    "structlog",
)
STATIONS = ("inbox", "ingest", "enroll", "advance", "deliver", "receipts")


def _strangers(folder: str, *forbidden: str, inside: str = "") -> list[str]:
    """Each import below `folder` that leads to a forbidden package, as "file imports name"."""
    return [
        f"{source.path} imports {name}"
        for source in sources(folder)
        for name in source.imports()
        if is_below(name, *forbidden) and not (inside and is_below(name, inside))
    ]


def test_connectors_import_neither_the_house_nor_the_workflows() -> None:
    assert _strangers("connectors", "app", "workflows", "migrations", "tests") == []


def test_workflows_import_neither_the_house_nor_the_connectors() -> None:
    assert _strangers("workflows", "app", "connectors", "migrations", "tests") == []


def test_the_house_imports_no_test() -> None:
    assert _strangers("app", "tests") == []


def test_a_workflow_imports_the_language_and_nothing_else() -> None:
    found = [
        f"{source.path} imports {name}"
        for source in sources("workflows")
        for name in source.imports()
        if source.path.count("/") == 1 and not source.path.endswith("__init__.py")
        if not is_below(name, "workflows.language")
    ]
    assert found == []


def test_the_language_is_made_of_the_standard_library_alone() -> None:
    found = [
        f"{source.path} imports {name}"
        for source in sources("workflows/language")
        for name in source.imports()
        if name.split(".")[0] not in sys.stdlib_module_names and not is_below(name, "workflows.language")
    ]
    assert found == []


def test_a_stand_in_knows_nothing_of_our_client() -> None:
    assert _strangers("connectors/standins", "connectors", "woocommerce", "shopify", inside="connectors.standins") == []


def test_nothing_in_production_imports_a_stand_in() -> None:
    found = [
        f"{source.path} imports {name}"
        for source in sources(*ROOMS)
        for name in source.imports()
        if is_below(name, "connectors.standins") and not source.path.startswith(("connectors/standins/", "app/cli"))
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["app/policy", "app/insight"])
def test_a_decision_sees_no_database_no_clock_and_no_request(folder: str) -> None:
    if not (ROOT / folder).is_dir():
        pytest.skip(f"there is no {folder} yet")
    assert _strangers(folder, *OUTSIDE_OF_A_DECISION) == []


def test_the_order_s_way_knows_no_flask() -> None:
    assert _strangers("app/pipeline", "flask", "werkzeug", "app.web") == []
    assert _strangers("app/model", "flask", "werkzeug", "app.web", "app.pipeline") == []


def test_no_station_calls_back_to_an_earlier_one() -> None:
    earlier = {f"app.pipeline.{late}": f"app.pipeline.{early}" for early, late in combinations(STATIONS, 2)}
    assert len(earlier) == len(STATIONS) - 1
    found = [
        f"{source.path} imports {name}"
        for source in sources("app/pipeline")
        for name in source.imports()
        for place, station in enumerate(STATIONS)
        if is_below(_module(source.path), f"app.pipeline.{station}")
        if is_below(name, *(f"app.pipeline.{early}" for early in STATIONS[:place]))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("package", "file"),
    [("shopify", "connectors/stores/shopify/"), ("woocommerce", "connectors/stores/woocommerce/")],
)
def test_one_file_alone_imports_the_platform_s_own_package(package: str, file: str) -> None:
    """The package shopifyapi keeps its session in globals; whoever imports it must be easy to watch."""
    found = {source.path for source in sources(*ROOMS) if any(is_below(name, package) for name in source.imports())}
    assert len(found) == 1, found
    assert found.pop().startswith(file)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
