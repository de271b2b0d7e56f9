"""The warehouse folder and the connections to it: a folder in, a DuckDB connection with the catalog `lake` out.

A warehouse is one folder, which may be moved as a whole:

    catalog.sqlite   DuckLake's catalog, in WAL mode so that analysts read while a load commits
    data/            Parquet, owned by DuckLake; nothing else may lie in it (the sweep of orphans would take it)
    staging/         chunks that wait for their batch, and what a query spills
    raw/             kept bytes, one zstd blob a content hash
    commit.lock, run.lock

The two extensions come from wheels of this environment and are loaded by path: nothing is downloaded, and no home
folder is needed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError, NoWarehouse, WarehouseBroken, WarehouseNewer
from warehouse.locks import COMMIT_WAIT_SECONDS, commit_lock

# What every function of this package takes; the flows name the type without importing duckdb.
Connection = DuckDBPyConnection

_EXTENSIONS = ("ducklake", "sqlite_scanner")
_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie in a warehouse folder."""

    folder: Path

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.sqlite"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def staging(self) -> Path:
        return self.folder / "staging"

    @property
    def raw(self) -> Path:
        return self.folder / "raw"


def connect(folder: Path, *, read_only: bool = False) -> DuckDBPyConnection:
    """A connection to the warehouse in ``folder``: catalog `lake` in use, session time zone UTC.

    Raises :class:`NoWarehouse` where none is there, :class:`WarehouseNewer` where a later version made it,
    :class:`WarehouseBroken` where its catalog cannot be read.
    """
    layout = Layout(Path(folder).absolute())
    if not layout.catalog.exists():
        raise NoWarehouse(f"There is no warehouse in {layout.folder}. `newslake run INBOX` makes one and loads it.")
    con = attach(layout, read_only=read_only)
    version = applied_version(con)
    if version is None:
        con.close()
        raise NoWarehouse(
            f"The warehouse in {layout.folder} was never set up to its end. `newslake run INBOX` does so and loads it."
        )
    refuse_newer(con, layout, version)
    return con


def refuse_newer(con: DuckDBPyConnection, layout: Layout, version: int) -> None:
    """Close ``con`` and raise :class:`WarehouseNewer` where ``version`` is one that this newslake does not know."""
    known = known_version()
    if version > known:
        con.close()
        raise WarehouseNewer(
            f"The warehouse in {layout.folder} has schema version {version}, and this newslake knows up to {known}; "
            "nothing was read or changed. Use the newslake that wrote it, or a later one."
        )


def attach(layout: Layout, *, read_only: bool = False) -> DuckDBPyConnection:
    """A connection with the catalog of ``layout`` attached, of whatever version; makes an empty one if need be."""
    con = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": str(layout.staging / "spill"),
        }
    )
    for extension in _EXTENSIONS:
        con.execute(f"load {quoted(_extension_file(extension))}")
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")  # it goes to standard output, into whatever a pipe carries
    options = [
        f"data_path {quoted(layout.data)}",
        "override_data_path true",  # the catalog stores an absolute path, which a moved folder would not be found by
        "meta_journal_mode 'WAL'",
        "meta_busy_timeout 5000",
        *(["read_only"] if read_only else []),
    ]
    try:
        con.execute(f"attach {quoted(f'ducklake:sqlite:{layout.catalog}')} as lake ({', '.join(options)})")
    except duckdb.Error as error:
        con.close()
        raise WarehouseBroken(_why_not_attached(layout, str(error))) from error
    con.execute("use lake")
    return con


def folder_of(con: DuckDBPyConnection) -> Path:
    """The warehouse folder that a connection of :func:`connect` belongs to."""
    row = con.execute("select path from duckdb_databases() where database_name = 'lake'").fetchone()
    if row is None:
        raise LakeError("This connection has no lake attached; open it with warehouse.lake.connect.")
    return Path(str(row[0]).removeprefix("sqlite:")).parent


@contextmanager
def transaction(
    con: DuckDBPyConnection, message: str, *, wait_seconds: float = COMMIT_WAIT_SECONDS
) -> Iterator[DuckDBPyConnection]:
    """One transaction under the commit lock; ``message`` is kept with its snapshot. Any exception rolls it back.

    Raises :class:`warehouse.errors.WarehouseBusy` where the lock is not free in time.
    """
    with commit_lock(folder_of(con), wait_seconds=wait_seconds):
        con.execute("begin")
        try:
            yield con
            con.execute("call lake.set_commit_message('newslake', ?)", [message])
            con.execute("commit")
        except BaseException:
            _roll_back(con)
            raise


def applied_version(con: DuckDBPyConnection) -> int | None:
    """The newest migration in the lake; None before the first."""
    try:
        row = con.execute("select max(version) from ops.migration").fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else row[0]


def known_version() -> int:
    """The newest migration that this version of newslake brings."""
    return max(int(path.name[:4]) for path in _MIGRATIONS.glob("[0-9]*.sql"))


def _roll_back(con: DuckDBPyConnection) -> None:
    try:
        con.execute("rollback")
    except duckdb.Error:
        # Already rolled back by the failed commit; the caller's exception is the one that matters.
        return


def _extension_file(name: str) -> Path:
    package = f"duckdb_extension_{name}"
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.submodule_search_locations:
        file = Path(spec.submodule_search_locations[0], "extensions", f"v{duckdb.__version__}")
        file /= f"{name}.duckdb_extension"
        if file.exists():
            return file
    raise LakeError(
        f"The DuckDB extension {name} for version {duckdb.__version__} is not in this environment; "
        "install newslake's locked requirements again."
    )


def _why_not_attached(layout: Layout, error: str) -> str:
    if "readonly database" in error or "unable to open" in error:
        return (
            f"The catalog {layout.catalog} cannot be opened ({error}). A SQLite catalog in WAL mode asks every reader "
            "for write permission on its folder; ask the warehouse's owner for it, or for an export."
        )
    return f"The catalog {layout.catalog} cannot be read: {error}. Restore the warehouse folder from a copy."


def quoted(value: Path | str) -> str:
    """A text as an SQL literal. (A bound parameter makes duckdb import pandas, numpy and pyarrow: half a second.)"""
    return "'" + str(value).replace("'", "''") + "'"
