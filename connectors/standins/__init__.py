"""A Shopify and a WooCommerce store to try the app against with no account; they know nothing of the house."""

from connectors.standins.serve import Serving, serve

__all__ = ["Serving", "serve"]
