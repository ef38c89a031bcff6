"""Every figure beside its goal and its limit: `python -m tests.benchmarks [SHARE]`, SHARE being how much of the full size, 0.05
by default; 1 is what the goals speak of. What a figure is and how it is measured stands in its own file:

    python -m tests.benchmarks.steps [STEPS]        20,000 steps: claim, decide, advance, outbox
    python -m tests.benchmarks.ticks [MOST]         1,000,000 waiting, none due and 1,000 due
    python -m tests.benchmarks.sends [MESSAGES]     100,000 messages through a mail server
    python -m tests.benchmarks.orders [ORDERS]      10,000 orders from webhook to mail server
    python -m tests.benchmarks.imports [ORDERS]     100,000 orders of a first import
    python -m tests.benchmarks.rendering            messages written out a second
    python -m tests.benchmarks.reminders [LINES]    1,000,000 lines that reminders are made of
    python -m tests.benchmarks.pages [CUSTOMERS] [ORDERS] [FOLDER]    each page of a store with 1,000,000 orders
    python -m tests.benchmarks.predictions          the predictions beside baselines (needs ../shared)
    python -m tests.soak.kills [KILLS] [MESSAGES]   25 times kill -9 over 20,000 messages
    python -m tests.benchmarks.webhooks             deliveries kept beside the bare handler, where it is there

Each runs in a process of its own, so that none pays for another's memory. The exit code tells whether all were met.
"""

import importlib.util
import subprocess
import sys
import time

from tests.benchmarks.figures import say

SHARE = 0.05
# The full size of what takes one; None takes none.
SIZES: dict[str, int | None] = {
    "tests.benchmarks.steps": 20_000,
    "tests.benchmarks.ticks": 1_000_000,
    "tests.benchmarks.sends": 100_000,
    "tests.benchmarks.orders": 10_000,
    "tests.benchmarks.imports": 100_000,
    "tests.benchmarks.reminders": 1_000_000,
    "tests.benchmarks.rendering": None,
    "tests.benchmarks.webhooks": None,
}
SOAK, KILLS, SENDS = "tests.soak.kills", 25, 20_000
SMALLEST = 500


def main(share: float) -> bool:
    """Run them all; whether each said that it is met."""
    runs = {name: [] if size is None else [_sized(size, share)] for name, size in SIZES.items()}
    runs[SOAK] = [str(max(round(KILLS * share), 2)), _sized(SENDS, share)]
    missed = [name for name, given in runs.items() if importlib.util.find_spec(name) and not _run(name, given)]
    say(f"\n{len(missed)} of {len(runs)} say that a goal is missed: {', '.join(missed) or 'none'}")
    return not missed


def _sized(size: int, share: float) -> str:
    return str(max(round(size * share), SMALLEST))


def _run(name: str, given: list[str]) -> bool:
    say(f"\n== python -m {' '.join([name, *given])}")
    begun = time.monotonic()
    code = subprocess.run([sys.executable, "-m", name, *given], check=False).returncode
    say(f"  ({time.monotonic() - begun:.0f} s)")
    return code == 0


if __name__ == "__main__":
    sys.exit(not main(float(sys.argv[1]) if len(sys.argv) > 1 else SHARE))
