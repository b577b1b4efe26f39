"""The command ``basilar``."""

from __future__ import annotations

import signal
import sys

from ._basilar import run


def main() -> int:
    """Runs the program with this process's arguments; gives its exit code."""
    # Python would only note Ctrl-C down until the program comes back; the program ends at once, as it does by itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run(["basilar", *sys.argv[1:]])
