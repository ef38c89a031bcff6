"""The stand-in's schema is Shopify's own, cut down: nothing in it is renamed, loosened or written by hand."""

from importlib.resources import files
from pathlib import Path

import pytest

from tests.connectors.standins.make_shopify_schema import cut, read_real

REAL = Path(__file__).parents[4] / "shared" / "data" / "shopify" / "admin_2026-10.json.gz"


@pytest.mark.shared
def test_the_schema_is_cut_out_of_the_real_one() -> None:
    kept = files("connectors.standins.shopify.graph").joinpath("schema.graphql").read_text()
    assert cut(read_real(REAL)) == kept
