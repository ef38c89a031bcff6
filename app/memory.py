"""How a process that lives long looks for dead circles: not among what lives as long as itself, and not at every turn."""

import gc

# What the house makes by the thousand are plain values, which go by themselves. Python's own 700 would have every page of an
# import searched dozens of times over, for a quarter of its time.
NEW, YOUNG, OLD = 50_000, 20, 20


def settle() -> None:
    """Call once, when the process has everything that it works with: modules, mappers, workflows, templates."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW, YOUNG, OLD)
