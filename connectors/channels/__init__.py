"""The channels, a file each, found by their names."""
