"""What the connector asks of Shopify is the same in its code, in shopify.app.toml and in the real Admin schema."""

import ast
import gzip
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import shopify
from graphql import GraphQLSchema, build_client_schema, parse, validate

from connectors.stores.shopify import classic, queries, webhooks

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "connectors/stores/shopify"
SCHEMA = ROOT.parent / "shared/data/shopify/admin_2026-10.json.gz"


@pytest.fixture(scope="module")
def toml() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "shopify.app.toml").read_text())


def test_the_apps_settings_ask_for_the_same_scopes(toml: dict[str, Any]) -> None:
    assert toml["access_scopes"]["scopes"].split(",") == sorted(webhooks.SCOPES)
    assert toml["access_scopes"]["optional_scopes"] == sorted(webhooks.OPTIONAL_SCOPES)


def test_the_apps_settings_ask_for_the_same_topics(toml: dict[str, Any]) -> None:
    kinds = {"topics": webhooks.SUBSCRIBED, "compliance_topics": webhooks.COMPLIANCE_TOPICS}
    for name, wanted in kinds.items():
        (found,) = [one[name] for one in toml["webhooks"]["subscriptions"] if name in one]
        assert found == sorted(wanted)
    assert {one["uri"] for one in toml["webhooks"]["subscriptions"]} == {"/webhooks/shopify"}
    assert toml["webhooks"]["api_version"] == "2026-10"


def test_the_apps_settings_lead_a_storefronts_calls_to_our_door(toml: dict[str, Any]) -> None:
    way = toml["app_proxy"]
    assert way == {"url": f"{toml['application_url']}/storefront/shopify", "prefix": "apps", "subpath": "perennial"}
    blocks = (FOLDER / "extensions/perennial-storefront/blocks").glob("*.liquid")
    door = re.compile(rf'"/{way["prefix"]}/{way["subpath"]}/([a-z.]+)')
    called = [set(door.findall(block.read_text())) for block in blocks]
    assert all(called)
    assert set.union(*called) == {"interest", "key", "worker.js", "device"}


def test_one_file_imports_the_older_library_and_opens_no_session() -> None:
    importing = [path for path in ROOT.glob("[acw]*/**/*.py") if "shopify" in _imported(path)]
    assert importing == [FOLDER / "classic.py"]
    called = {node.attr for node in ast.walk(ast.parse(importing[0].read_text())) if isinstance(node, ast.Attribute)}
    assert not called & {"activate_session", "clear_session", "setup", "temp", "Session", "request_token", "site"}


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {one.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for one in node.names}
    return plain | {
        (node.module or "").partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and not node.level
    }


def test_a_signature_leaves_nothing_behind_in_the_older_librarys_globals() -> None:
    classic.signature_of({"shop": "a.myshopify.com", "timestamp": "1"}, "hush")
    assert shopify.Session.secret is None
    assert shopify.ShopifyResource.site is None


def test_a_version_makes_a_path() -> None:
    assert classic.graphql_path("2026-10") == "/admin/api/2026-10/graphql.json"
    for odd in ("", "latest", "../2026-10", "2026-10/x"):
        with pytest.raises(ValueError, match="not a version"):
            classic.graphql_path(odd)


DOCUMENTS = {name: value for name, value in vars(queries).items() if name.isupper() and not name.startswith("_")}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    found = json.loads(gzip.decompress(SCHEMA.read_bytes()))
    # The real schema breaks a rule that the library is strict about (a deprecated field of an interface).
    return build_client_schema(found.get("data", found), assume_valid=True)


@pytest.mark.shared
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_real_schema_takes_every_document(schema: GraphQLSchema, name: str) -> None:
    document = parse(DOCUMENTS[name] % "" if name in BULK else DOCUMENTS[name])
    assert validate(schema, document) == []


BULK = ("BULK_CUSTOMERS", "BULK_PRODUCTS", "BULK_ORDERS")


@pytest.mark.parametrize("name", BULK)
def test_bulk_documents_keep_shopifys_rules(name: str) -> None:
    """At most two levels of connections, by edges and node, every node with its id, well under the longest text."""
    text = DOCUMENTS[name] % "(query: \"updated_at:>='2026-11-01T00:00:00Z'\")"
    assert parse(text)
    assert " nodes " not in text
    assert text.count("edges") <= 2
    assert text.count("edges") == text.count("node {")
    assert len(text) < 65_535
    assert "mutation" not in text


@pytest.mark.shared
@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_that_we_ask_for_is_deprecated(schema: GraphQLSchema, name: str) -> None:
    from graphql import NoDeprecatedCustomRule

    document = parse(DOCUMENTS[name] % "" if name in BULK else DOCUMENTS[name])
    assert validate(schema, document, [NoDeprecatedCustomRule]) == []
