"""Ingest: the same end in any order, and every trap that the platforms set."""
