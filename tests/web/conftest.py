"""The whole app as a browser or a store meets it, over both databases, on a clock that stands still."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import Config
from app.runtime import Runtime
from tests.web.visiting import APP_SECRET, House, plugged, shopify_store, woocommerce_store


@pytest.fixture
def config(config: Config) -> Config:
    """With a secret as long as Shopify's own."""
    return replace(config, shopify_client_secret=(APP_SECRET,))


@pytest.fixture
def web(runtime: Runtime) -> Flask:
    return plugged(runtime)


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    """A browser without cookies of ours."""
    return web.test_client()


@pytest.fixture(params=["shopify", "woocommerce"])
def store(request: pytest.FixtureRequest, runtime: Runtime) -> House:
    """A store that is connected; every test that asks for it runs for both platforms."""
    return shopify_store(runtime) if request.param == "shopify" else woocommerce_store(runtime)


@pytest.fixture
def corner(runtime: Runtime) -> House:
    """A store of Shopify."""
    return shopify_store(runtime)


@pytest.fixture
def tea(runtime: Runtime) -> House:
    """A store of WooCommerce."""
    return woocommerce_store(runtime)
