"""Serve one stand-in store until told to stop: `python -m connectors.standins shopify --port 5101`.

The app that it knows is the one of the environment (APP_URL, SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET); with
STANDIN_CONTROL_KEY it may be told over HTTP to misbehave.
"""

import argparse
import os
import signal
import threading

from connectors.standins import history, serve
from connectors.standins.serve import Serving
from connectors.standins.shopify import create_standin as create_shopify
from connectors.standins.woocommerce import create_standin as create_woocommerce
from connectors.standins.woocommerce.machine import now

SHOP = "corner-store"
WEBHOOK_SECONDS = 0.5


def shopify(port: int) -> Serving:
    """A Shopify with one store that has a past."""
    stand_in = create_shopify(
        app_url=_setting("APP_URL", "http://localhost:5000"),
        client_id=_setting("SHOPIFY_CLIENT_ID", "perennial-demo"),
        client_secret=_setting("SHOPIFY_CLIENT_SECRET", "stand-in-secret").split(",")[0],
        now=now,
        history=history.load(until=now()),
        control_key=os.environ.get("STANDIN_CONTROL_KEY"),
        public_url=f"http://127.0.0.1:{port}",
    )
    stand_in.add_shop(SHOP, with_history=True, title="Corner Store")
    stand_in.webhooks.start_pump(pause_seconds=WEBHOOK_SECONDS)
    return serve(stand_in.wsgi, port)


def woocommerce(port: int) -> Serving:
    """A WooCommerce store with a past, and with the companion plugin."""
    stand_in = create_woocommerce(
        url=f"http://127.0.0.1:{port}",
        zone="Europe/London",
        now=now,
        with_history=True,
        control_key=os.environ.get("STANDIN_CONTROL_KEY"),
        plugin_app_url=_setting("APP_URL", "http://localhost:5000"),
    )
    stand_in.webhooks.start_pump(every=WEBHOOK_SECONDS)
    return serve(stand_in.wsgi, port)


def _setting(name: str, default: str) -> str:
    return os.environ.get(name) or default


STORES = {"shopify": shopify, "woocommerce": woocommerce}


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m connectors.standins", description="A store to try the app against."
    )
    parser.add_argument("platform", choices=sorted(STORES))
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with STORES[given.platform](given.port):
        told.wait()


if __name__ == "__main__":
    main()
