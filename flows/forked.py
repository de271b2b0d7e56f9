"""The process that children are forked from. Started before much is imported here, it imports on another core."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver


def prepare_children(engine: str | None = None) -> None:
    """Start it, so that it imports the readers once, for all children; where it runs, do nothing.

    With ``engine`` what that needs as well: trafilatura, which a child imports itself where it was not told, and an
    accurate one needs for a page in ten only.
    """
    engines = [] if engine in (None, "fast") else ["trafilatura"]
    multiprocessing.get_context("forkserver").set_forkserver_preload(["flows.preloaded", *engines])
    forkserver.ensure_running()
