"""The process that children are forked from. Started before much is imported here, it imports on another core."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver


def prepare_children(engine: str) -> None:
    """Start it for ``engine``, so that it imports the readers once, for all children; where it runs, do nothing."""
    engines = [] if engine == "fast" else ["trafilatura"]
    multiprocessing.get_context("forkserver").set_forkserver_preload(["flows.preloaded", *engines])
    forkserver.ensure_running()
