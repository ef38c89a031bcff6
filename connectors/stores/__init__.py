"""The store platforms, a folder each, found by their names."""
