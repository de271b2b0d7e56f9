"""The warehouse folder and the connections to it: a folder in, a DuckDB connection with the catalog `lake` out.

A warehouse is one folder, which may be moved as a whole:

    catalog.sqlite   DuckLake's catalog, in WAL mode so that analysts read while a load commits
    data/            Parquet, owned by DuckLake; nothing else may lie in it (the sweep of orphans would take it)
    staging/         chunks that wait for their batch, and what a query spills
    raw/             kept bytes, one zstd blob a content hash
    storage.json     only where the catalog is in PostgreSQL or the data on S3: names them (:mod:`warehouse.storage`)
    commit.lock, run.lock

The extensions come from wheels of this environment and are loaded by path: nothing is downloaded, and no home folder is
needed.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError, NoWarehouse, StorageRefused, WarehouseBroken, WarehouseNewer
from warehouse.locks import COMMIT_WAIT_SECONDS, commit_lock
from warehouse.storage import Storage, storage_of, told

if TYPE_CHECKING:
    import pyarrow as pa

# What every function of this package takes; the flows name the type without importing duckdb.
Connection = DuckDBPyConnection

_EXTRAS = {"postgres_scanner": "postgres", "httpfs": "s3"}  # extension: the extra of newslake that brings it
_MIGRATIONS = Path(__file__).parent / "migrations"
_MANY_ROWS = 5_000
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie in a warehouse folder."""

    folder: Path

    @property
    def catalog(self) -> Path:
        """The catalog, where it is SQLite."""
        return self.folder / "catalog.sqlite"

    @property
    def data(self) -> Path:
        """The Parquet files, where they are local."""
        said = self.storage
        return Path(said.data) if said.data and not said.is_s3 else self.folder / "data"

    @property
    def storage(self) -> Storage:
        """Where catalog and data are."""
        return storage_of(self.folder)

    @property
    def data_url(self) -> str:
        """Where the Parquet files are, wherever that is; ends in a slash."""
        said = self.storage
        return f"{said.data.rstrip('/')}/" if said.is_s3 else f"{self.data}/"

    def exists(self) -> bool:
        """Whether there is a catalog to ask; one in PostgreSQL may still turn out to be empty."""
        return self.catalog.exists() or self.storage.is_postgres

    @property
    def staging(self) -> Path:
        return self.folder / "staging"

    @property
    def raw(self) -> Path:
        return self.folder / "raw"


def connect(folder: Path, *, read_only: bool = False) -> DuckDBPyConnection:
    """A connection to the warehouse in ``folder``: catalog `lake` in use, session time zone UTC.

    Raises :class:`NoWarehouse` where none is there, :class:`WarehouseNewer` where a later version made it,
    :class:`WarehouseBroken` where its catalog cannot be read, :class:`StorageRefused` where its places can't be used.
    """
    layout = Layout(Path(folder).absolute())
    if not layout.exists():
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
    storage = layout.storage
    con = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # Names of tables are tables, never variables of Python. To look for such DuckDB calls Python in the middle
            # of a statement, and loses a Ctrl-C that arrives there.
            "python_enable_replacements": False,
            "allow_unsigned_extensions": True,  # while those of this environment are loaded
            "temp_directory": str(layout.staging / "spill"),  # folder_of reads the warehouse's folder from it
        }
    )
    # A signature vouches for a file that was downloaded. Theirs came in wheels, as DuckDB and this code did, and to
    # look at it took 0.1 s of the processor each, in every connection. From here on no file is loaded without one.
    for extension in _extensions(storage):
        con.execute(f"load {quoted(_extension_file(extension))}")
    con.execute("set allow_unsigned_extensions = false")
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")  # it goes to standard output, into whatever a pipe carries
    if not read_only:
        con.execute("set preserve_insertion_order = false")  # row groups that end by bytes ask for it
    if storage.is_s3:
        _allow_s3(con, storage)
    if storage.is_postgres:
        # Commits are made one at a time under the lock, so a conflict means that a committer died and its last commit
        # came through after all. To try again would commit what was audited against the lake without it.
        con.execute("set ducklake_max_retry_count = 0")
    attach_lake(con, layout, read_only=read_only)
    return con


def attach_lake(con: DuckDBPyConnection, layout: Layout, *, read_only: bool, at: str | None = None) -> None:
    """Attach the catalog of ``layout`` as `lake`; ``at`` is an option of DuckLake that names a snapshot.

    Raises :class:`WarehouseBroken`, :class:`NoWarehouse` where PostgreSQL holds no catalog yet, and
    :class:`StorageRefused` where the data folder's name is a pattern.
    """
    storage = layout.storage
    if _PATTERN.search(layout.data_url):
        con.close()
        raise StorageRefused(
            f"{layout.data_url}: DuckDB takes *, ? and [ in a folder's name for a pattern, and upkeep would take the "
            "files of other folders for leftovers of this one. Rename the folder, or name another"
        )
    options = [
        f"data_path {quoted(layout.data_url)}",
        *(["read_only"] if read_only else []),
        *([at] if at else []),
    ]
    if storage.is_postgres:
        target = f"ducklake:postgres:{storage.connection}"
    else:
        target = f"ducklake:sqlite:{layout.catalog}"
        # The catalog stores the absolute path of the data, by which a moved folder would not be found. In PostgreSQL it
        # is not overridden: two folders that name it must name the same data, and DuckLake refuses what differs.
        options += ["override_data_path true", "meta_journal_mode 'WAL'", "meta_busy_timeout 5000"]
    try:
        con.execute(f"attach {quoted(target)} as lake ({', '.join(options)})")
    except duckdb.Error as error:
        if at is not None:
            raise  # what is wrong may be the moment that was asked for: the caller says so
        con.close()
        if read_only and "Existing DuckLake at metadata catalog" in str(error):
            raise NoWarehouse(
                f"{told(storage.catalog)} holds no warehouse yet. `newslake run INBOX` makes one and loads it."
            ) from error
        raise WarehouseBroken(_why_not_attached(layout, str(error))) from error
    con.execute("use lake")


def folder_of(con: DuckDBPyConnection) -> Path:
    """The warehouse folder that a connection of :func:`connect` belongs to."""
    # Named with its schema: looked for in the lake first, the function costs a read of the catalog, 4 ms for 0.1.
    row = con.execute("select system.main.current_setting('temp_directory')").fetchone()
    if row is None or Path(str(row[0])).name != "spill":
        raise LakeError("This connection has no lake attached; open it with warehouse.lake.connect.")
    return Path(str(row[0])).parents[1]


def expect_rows(con: DuckDBPyConnection, rows: int) -> None:
    """Give the connection all cores where a statement is about to meet many rows.

    :func:`warehouse.migrate.prepare` leaves it one thread in a small warehouse: handing small statements out costs more
    than it saves (a run of three files into an empty warehouse took two thirds of the CPU time with one thread).
    """
    if rows >= _MANY_ROWS:
        con.execute("reset threads")


@contextmanager
def one_thread(con: DuckDBPyConnection) -> Iterator[None]:
    """One thread for what writes wide rows: loading and merging.

    Two threads took nearly twice the processor time for them (a batch of 50,000 articles 5.6 seconds for 3.2, merging a
    million 62 for 29), were no sooner done while others used the cores, and hold a row group each. A run reads its
    pages on the other cores meanwhile.
    """
    (threads,) = con.execute("select system.main.current_setting('threads')").fetchall()[0]
    con.execute("set threads = 1")
    try:
        yield
    finally:
        con.execute(f"set threads = {int(threads)}")


@contextmanager
def transaction(
    con: DuckDBPyConnection, message: str, *, wait_seconds: float = COMMIT_WAIT_SECONDS
) -> Iterator[DuckDBPyConnection]:
    """One transaction under the commit lock; ``message`` is kept with its snapshot. Any exception rolls it back.

    Raises :class:`warehouse.errors.WarehouseBusy` where the lock is not free in time.
    """
    with commit_lock(folder_of(con), wait_seconds=wait_seconds) as still_held:
        con.execute("begin")
        try:
            yield con
            con.execute("call lake.set_commit_message('newslake', ?)", [message])
            still_held()
            con.execute("commit")
        except BaseException:
            _roll_back(con)
            raise


@contextmanager
def one_look(con: DuckDBPyConnection) -> Iterator[None]:
    """One transaction for several statements that make no snapshot of the lake.

    Together they read from the catalog once which one is the newest, 2 ms, where each would.
    """
    con.execute("begin")
    try:
        yield
        con.execute("commit")
    except BaseException:
        _roll_back(con)
        raise


def register(con: DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    """Give Arrow tables names that statements know them by. DuckDB makes a view of each, and looks into the lake three
    times for its parts."""
    with one_look(con):
        for name, table in tables.items():
            con.register(name, table)


def unregister(con: DuckDBPyConnection, names: Iterable[str]) -> None:
    """Take the names back."""
    with one_look(con):
        for name in names:
            con.unregister(name)


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
    """End a transaction that failed."""
    try:
        con.execute("rollback")
    except duckdb.Error:
        # Already rolled back by the failed commit; the caller's exception is the one that matters.
        return


def _extensions(storage: Storage) -> list[str]:
    catalog = "postgres_scanner" if storage.is_postgres else "sqlite_scanner"
    return ["ducklake", catalog, *(["httpfs"] if storage.is_s3 else [])]


def _extension_file(name: str) -> Path:
    package = f"duckdb_extension_{name}"
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.submodule_search_locations:
        file = Path(spec.submodule_search_locations[0], "extensions", f"v{duckdb.__version__}")
        file /= f"{name}.duckdb_extension"
        if file.exists():
            return file
    extra = _EXTRAS.get(name)
    raise LakeError(
        f"The DuckDB extension {name} for version {duckdb.__version__} is not in this environment; "
        + (f"`make environment EXTRAS={extra}` adds it." if extra else "install newslake's locked requirements again.")
    )


def _allow_s3(con: DuckDBPyConnection, storage: Storage) -> None:
    """Give ``con`` the keys of the environment, for the warehouse's own prefix and nothing else."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    if not key or not secret:
        con.close()
        raise StorageRefused(
            f"The data lie in {storage.data}, and the environment holds no keys for it: set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where they are temporary)."
        )
    said = {"key_id": key, "secret": secret, "session_token": os.environ.get("AWS_SESSION_TOKEN", "")}
    said |= {"region": storage.s3_region, "url_style": storage.s3_url_style}
    if storage.s3_endpoint:
        said["endpoint"] = urlsplit(storage.s3_endpoint).netloc
    options = [f"{name} {quoted(value)}" for name, value in said.items() if value]
    options += [f"scope {quoted(storage.data.rstrip('/') + '/')}"]
    options += ["use_ssl false"] if storage.s3_endpoint.startswith("http://") else []
    try:
        con.execute(f"create secret lake_data (type s3, {', '.join(options)})")
    except duckdb.Error:
        con.close()
        # DuckDB's message repeats the statement, keys and all.
        raise StorageRefused(f"DuckDB does not take the keys of the environment for {storage.data}.") from None


def _why_not_attached(layout: Layout, error: str) -> str:
    storage = layout.storage
    elsewhere = re.search(r'does not match existing data path in the catalog "(.+?)"', error)
    if elsewhere:
        return (
            f"The catalog in {told(storage.catalog)} has its data in {elsewhere[1]}, not in {layout.data_url}: "
            f"name that place as storage.data, in the settings or in {layout.folder / 'storage.json'}."
        )
    if storage.is_postgres:
        return (
            f"The catalog in {told(storage.catalog)} cannot be used: {error.strip()}. Look whether the server runs, "
            f"and whether {layout.folder / 'storage.json'}, PGPASSWORD and the role's grants are right."
        )
    if "readonly database" in error or "unable to open" in error:
        return (
            f"The catalog {layout.catalog} cannot be opened ({error}). A SQLite catalog in WAL mode asks every reader "
            "for write permission on its folder; ask the warehouse's owner for it, or for an export."
        )
    return f"The catalog {layout.catalog} cannot be read: {error}. Restore the warehouse folder from a copy."


def quoted(value: Path | str) -> str:
    """A text as an SQL literal. (A bound parameter makes duckdb import pandas, numpy and pyarrow: half a second.)"""
    return "'" + str(value).replace("'", "''") + "'"
