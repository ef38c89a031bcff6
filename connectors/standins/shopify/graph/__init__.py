"""The Admin GraphQL API of a stand-in store: a faithful subset of Shopify's schema 2026-10, run by graphql-core."""
