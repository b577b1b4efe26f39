"""The command ``basilar``."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys

from ._basilar import run


def main() -> int:
    """Runs the program with this process's arguments; gives its exit code."""
    # Python would only note Ctrl-C down until the program comes back; the program ends at once, as it does by itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The networks of the estimators are a package of this Python, which need not be the one that a shell finds.
    package = importlib.util.find_spec("speechmos")
    if package is not None and package.submodule_search_locations:
        os.environ.setdefault("BASILAR_NETWORKS", package.submodule_search_locations[0])
    return run(["basilar", *sys.argv[1:]])
