"""How long the disk alone takes: `python -m tests.benchmarks.flushing FOLDER` appends and flushes until told to stop.

A call that is durably kept before it is answered waits for one flush at least, and for the one before where another is under
way; so this is the limit of any door, on the same disk and in the same seconds.
"""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# What a group of calls appends to SQLite's log of writes, and how often it is asked: too seldom to be in anybody's way.
BLOCK = bytes(16_384)
EVERY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Disk:
    """This program in a process of its own, with pipes for what it reads and writes."""

    process: "subprocess.Popen[str]"

    def begin(self) -> None:
        self._say()

    def end(self) -> dict[str, float]:
        """`p50` and `p99` of the flushes since `begin`, in milliseconds."""
        self._say()
        assert self.process.stdout is not None
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found

    def _say(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


def main(folder: Path) -> None:
    """Each line that is read begins a measurement or ends one; what was found is answered to the second, in milliseconds."""
    for _ in sys.stdin:
        over, took = threading.Event(), list[float]()
        hand = threading.Thread(target=_flush, args=(folder / "flushed", over, took))
        hand.start()
        sys.stdin.readline()
        over.set()
        hand.join()
        took.sort()
        found = {"p50": took[len(took) // 2], "p99": took[len(took) * 99 // 100]}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def _flush(path: Path, over: threading.Event, took: list[float]) -> None:
    with path.open("wb", buffering=0) as file:
        while not over.wait(EVERY_SECONDS):
            file.write(BLOCK)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
