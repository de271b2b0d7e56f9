"""What can go wrong with a warehouse, as one small tree; every message says what to do next.

LakeError
├── NoWarehouse       there is no warehouse in the folder
├── WarehouseNewer    a later version of newslake made it
├── WarehouseBroken   its catalog cannot be read
├── WarehouseBusy     another process holds the lock
├── StorageRefused    the places of catalog and data that the settings name can't be used
├── BackupRefused     a backup cannot be made, or is none that could be restored
├── ForgetRefused     there is nothing of that name to forget, or it cannot be forgotten now
├── LoadRefused       a batch failed an audit inside its transaction; nothing of it was kept
├── SourceRefused     a decision about news sources that cannot be taken
└── QueryRefused      a statement that the read-only SQL surface does not run
    └── QueryStopped  it ran longer, or needed more memory, than allowed
"""

from __future__ import annotations


def is_interruption(error: BaseException) -> bool:
    """Whether somebody pressed Ctrl-C: within a statement DuckDB makes a RuntimeError of that, with it as the cause."""
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__, KeyboardInterrupt)


class LakeError(Exception):
    """Any failure of the warehouse that a user can act upon."""


class NoWarehouse(LakeError):
    """The folder holds no warehouse."""


class WarehouseNewer(LakeError):
    """The warehouse has migrations that this version does not know."""


class WarehouseBroken(LakeError):
    """The catalog cannot be read."""


class WarehouseBusy(LakeError):
    """Another process holds the lock for longer than the caller would wait."""


class StorageRefused(LakeError):
    """The places of catalog and data cannot be used, or are not those of this warehouse."""


class BackupRefused(LakeError):
    """A backup cannot be made there, or what is there cannot be restored."""


class ForgetRefused(LakeError):
    """What is to be forgotten is not there, or the files that held it cannot be cleared."""


class LoadRefused(LakeError):
    """A batch contradicts what must hold in the lake; its transaction was rolled back."""


class SourceRefused(LakeError):
    """A source that is not there or not clear, or a decision about sources that contradicts what is there."""


class QueryRefused(LakeError):
    """A statement that is not one read-only query of the lake."""


class QueryStopped(QueryRefused):
    """A query that passed its time or memory limit."""
