"""The shapes of WooCommerce REST v3, which webhooks share: written from captured answers of a real store."""
