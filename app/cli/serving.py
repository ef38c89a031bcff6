"""How the app is served: one set of options for README's command, the demo and the figures."""

import sys

# A group commit is as large as there are calls at once, and a thread that waits for the disk costs nothing.
THREADS = 32
OPTIONS = ("--interface", "wsgi", "--factory", "--blocking-threads", str(THREADS), "--no-ws")


def command(target: str, *, port: int) -> tuple[str, ...]:
    """The command line that serves `target` (module:factory) on this machine alone."""
    return (sys.executable, "-m", "granian", *OPTIONS, "--host", "127.0.0.1", "--port", str(port), target)
