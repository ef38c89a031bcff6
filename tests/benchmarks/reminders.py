"""When a store's products are needed again: `python -m tests.benchmarks.reminders [LINES]`, 1,000,000 lines by default."""

import sys
import time

import numpy as np

from app.insight.replenish import replenishment
from tests.benchmarks.figures import beside, figure
from tests.insight.crowd import crowd

SECONDS = 30


def main(count: int) -> bool:
    """One core: the whole estimate beside a bare sort of the same lines."""
    lines = crowd(count)
    begun = time.process_time()
    replenishment(lines, as_of=730.0)
    took = time.process_time() - begun
    begun = time.process_time()
    np.lexsort((lines.day, lines.product, lines.customer))
    sort = time.process_time() - begun
    met = figure("lines of a past that reminders are made of", count / took, goal=1_000_000 / SECONDS)
    beside("a sort of the same lines alone", count / sort, of=count / took)
    return met


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
