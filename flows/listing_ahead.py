"""A listing that is begun while the process that wants it has much to import.

To list a million files takes about as long as Prefect takes to start, and on two cores both fit into that time: a child
lists, and hands its columns over in memory that both have. It is forked from a process that has no thread, no server
and no database yet, and does nothing but look at the inbox; where that cannot be, or the child ends before its time,
the flow lists for itself.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

from flows.listing import LISTING, Inbox
from flows.pickup import NoInbox, list_inbox, settled
from flows.places import Access, is_url, path_of


class ListingAhead:
    """One listing under way in a child."""

    def __init__(self, address: str, ignore: Sequence[str], warehouse: Path, settle_seconds: float) -> None:
        self.address = address
        context = multiprocessing.get_context("fork")
        self._columns = os.memfd_create("listing")  # no folder has to have room for it
        self._answer, sender = context.Pipe(duplex=False)
        given = address, tuple(ignore), warehouse, settle_seconds, self._columns, sender
        self._child = context.Process(target=_list, args=given, daemon=True)
        self._child.start()
        sender.close()

    @property
    def process_id(self) -> int:
        """The child's."""
        return self._child.pid or 0

    def result(self) -> Inbox | None:
        """What the child found, once; None where it ended without an answer. Raises :class:`NoInbox`."""
        with os.fdopen(self._columns, "rb") as file, self._answer:
            try:
                answer = self._answer.recv()
            except EOFError:
                return None
            finally:
                self._child.join()
            if isinstance(answer, NoInbox):
                raise answer
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # outlives the file; the columns keep it
        entries = pa.ipc.open_file(pa.py_buffer(mapped)).read_all()
        root, ignored, settling, example = answer
        return Inbox(root, entries, ignored, settling, example)


AHEAD: ContextVar[ListingAhead | None] = ContextVar("AHEAD", default=None)


def begin_listing(address: str, ignore: Sequence[str], warehouse: Path, settle_seconds: float) -> ListingAhead | None:
    """Have a folder of this machine listed from now on; None for another place, and where no process may be forked."""
    if sys.platform != "linux" or is_url(address) or not Path(path_of(address)).is_dir():
        return None
    return ListingAhead(address, ignore, warehouse, settle_seconds)


def listing_of(address: str, ignore: Sequence[str], access: Access, warehouse: Path, settle_seconds: float) -> Inbox:
    """The settled listing of an inbox: the one that was begun ahead, where it is of this one. Raises NoInbox."""
    ahead = AHEAD.get()
    if ahead is not None and ahead.address == address and (found := ahead.result()) is not None:
        return found
    return settled(list_inbox(address, ignore, access, warehouse), settle_seconds)


def _list(
    address: str, ignore: Sequence[str], warehouse: Path, settle_seconds: float, columns: int, answer: Connection
) -> None:
    """What the child does. Ctrl-C reaches it too: its parent ends it, who has words for that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        found = settled(list_inbox(address, ignore, Access(), warehouse), settle_seconds)
    except NoInbox as error:
        answer.send(error)
        return
    with open(columns, "wb", closefd=False) as file, pa.ipc.new_file(file, LISTING) as writer:
        writer.write_table(found.entries)
    answer.send((found.root, found.ignored, found.settling, found.settling_example))
