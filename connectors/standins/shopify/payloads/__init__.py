"""The REST-shaped bodies of the webhooks, written after Shopify's own examples of 2026-07."""
