"""Where children come from: a process that has imported what they need, and is forked for each."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from multiprocessing import forkserver
from multiprocessing.context import BaseContext, ForkServerContext, ForkServerProcess
from multiprocessing.popen_forkserver import Popen
from multiprocessing.process import BaseProcess


def prepare_children(engine: str | None = None) -> None:
    """Start the server that children are forked from, so that it imports the readers once, for all of them; where it
    runs, do nothing. It is started before much is imported here, and imports on another core.

    With ``engine`` what that needs as well: trafilatura, which a child imports itself where it was not told, and an
    accurate one needs for a page in ten only.
    """
    engines = [] if engine in (None, "fast") else ["trafilatura"]
    multiprocessing.get_context("forkserver").set_forkserver_preload(["flows.preloaded", *engines])
    forkserver.ensure_running()


_starting = threading.Lock()  # children are started by several threads


class _Child(ForkServerProcess):
    """A child that does not run the script again that its run was called from.

    multiprocessing has every child do that, for functions that the script may define: those that newslake's children
    are asked for are in modules. A script that calls a flow without asking first whether it is ``__main__`` would call
    it in each child, none of which would ever be ready; the command line would be imported for nothing.
    """

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Popen:  # noqa: N802 - the name that multiprocessing asks for
        script = vars(sys.modules["__main__"])
        names = ("__file__", "__spec__")
        with _starting:
            said: dict[str, object] = {name: script[name] for name in names if name in script}
            script.update(dict.fromkeys(said))
            try:
                return Popen(process_obj)
            finally:
                script.update(said)


class _Children(ForkServerContext):
    Process = _Child


def children_of_server(engine: str | None = None) -> ForkServerContext:
    """Children of the server, which runs from now on."""
    prepare_children(engine)
    return _Children()


def children_of_this_process(engine: str | None = None) -> BaseContext:
    """Children of this process as it is, for a command that has a few files to read: it would wait for the server.

    Only where that is safe: it must have no server, no database and no threads but those that start the children. On
    other systems than Linux, whose libraries do not outlive a fork, they are the server's.
    """
    return multiprocessing.get_context("fork") if sys.platform == "linux" else children_of_server(engine)
