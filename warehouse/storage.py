"""Where a warehouse keeps its catalog and its data: in its own folder, or in PostgreSQL and on S3.

A warehouse is always a folder (staged rows, kept bytes, locks). Where catalog or data lie elsewhere, the folder holds
``storage.json``, which names the places, so that whoever has the folder finds them without further settings. It holds
no secret: PostgreSQL's password comes from PGPASSWORD or a password file, the keys of S3 from the environment.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from warehouse.errors import StorageRefused

FILE_NAME = "storage.json"
SQLITE = "sqlite"
_POSTGRES = "postgres:"
_S3 = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!./-]*)?")
_PASSWORD = re.compile(r"(?:^|[\s?&])(?:ssl)?password\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Storage:
    """Catalog (``sqlite`` or ``postgres:CONNECTION``) and data (empty: the folder's own `data`; else another local
    folder's absolute path, or ``s3://BUCKET/PREFIX``).

    CONNECTION is what PostgreSQL's own clients take, without a password: ``host=db.example dbname=news user=loader``.
    ``s3_endpoint`` is ``https://HOST[:PORT]`` (or http) of a server that is not Amazon's; ``s3_url_style`` path or
    vhost. Raises :class:`StorageRefused` where a value can't be used; its message repeats no value that may hold a
    secret.
    """

    catalog: str = SQLITE
    data: str = ""
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_url_style: str = "vhost"

    def __post_init__(self) -> None:
        if self.catalog != SQLITE and not self.catalog.startswith(_POSTGRES):
            raise StorageRefused(
                "storage.catalog is neither sqlite nor postgres:CONNECTION, such as "
                "postgres:host=db.example dbname=news user=loader"
            )
        if _PASSWORD.search(self.connection) or _holds_password(self.connection):
            raise StorageRefused(
                "storage.catalog holds a password; take it out and put it into the environment (PGPASSWORD) or into "
                "PostgreSQL's password file (~/.pgpass). Nothing was written or connected"
            )
        if "://" in self.data and not _S3.fullmatch(self.data):
            raise StorageRefused("storage.data is neither empty, a folder nor s3://BUCKET/PREFIX")
        if self.data and "://" not in self.data and not Path(self.data).is_absolute():
            raise StorageRefused(f"storage.data is a relative path, {self.data}; only settings may hold one")
        if self.s3_endpoint:
            parts = urlsplit(self.s3_endpoint)
            if (
                parts.scheme not in ("http", "https")
                or not parts.hostname
                or parts.path.strip("/")
                or "@" in parts.netloc
            ):
                raise StorageRefused("storage.s3_endpoint is not http(s)://HOST[:PORT] without user and path")
        if self.s3_url_style not in ("path", "vhost"):
            raise StorageRefused("storage.s3_url_style is neither path nor vhost")

    @property
    def is_postgres(self) -> bool:
        return self.catalog.startswith(_POSTGRES)

    @property
    def is_s3(self) -> bool:
        return self.data.startswith("s3://")

    @property
    def connection(self) -> str:
        """What PostgreSQL's clients are given; empty with SQLite."""
        return self.catalog.removeprefix(_POSTGRES).strip() if self.is_postgres else ""


def storage_of(folder: Path) -> Storage:
    """Where the warehouse in ``folder`` keeps its catalog and data.

    Raises :class:`StorageRefused` where its storage.json can't be used.
    """
    file = folder / FILE_NAME
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Storage()
    except (OSError, ValueError) as error:
        raise StorageRefused(f"{file} cannot be read ({error}); put it back as newslake wrote it") from error
    try:
        return Storage(**said)
    except TypeError as error:
        raise StorageRefused(f"{file} does not name catalog and data; put it back as newslake wrote it") from error


def bind(folder: Path, storage: Storage) -> Storage:
    """Tie ``folder`` to the places that the settings name; the places in force.

    Settings that name none leave it to the folder. A folder that has none yet gets its storage.json. Raises
    :class:`StorageRefused` where the folder's warehouse lies elsewhere: two settings files that took turns on one
    folder would each fill a catalog of its own.
    """
    known = storage_of(folder)
    if storage in (Storage(), known):
        return known
    begun = (folder / FILE_NAME).exists() or (folder / "catalog.sqlite").exists()
    if begun and (known.catalog, known.data) != (storage.catalog, storage.data):
        raise StorageRefused(
            f"the warehouse in {folder} keeps its catalog in {told(known.catalog)} and its data in "
            f"{known.data or 'its folder'}, the settings name {told(storage.catalog)} and "
            f"{storage.data or 'the folder'}; take [storage] out, name another folder, or, where the server itself has "
            f"moved, change {folder / FILE_NAME}"
        )
    write(folder, storage)
    return storage


def write(folder: Path, storage: Storage) -> None:
    """Write storage.json, whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{FILE_NAME}.{os.getpid()}"
        partial.write_text(json.dumps(asdict(storage), indent=1) + "\n", encoding="utf-8")
        partial.replace(folder / FILE_NAME)
    except OSError as error:
        raise StorageRefused(f"{folder / FILE_NAME} cannot be written: {error.strerror}") from error


def told(catalog: str) -> str:
    """The catalog in words; there is no password in it, but a connection can hold more than a message needs."""
    return "SQLite" if catalog == SQLITE else catalog


def _holds_password(connection: str) -> bool:
    """Whether an address (postgresql://user:password@host/name) holds one."""
    if "://" not in connection:
        return False
    try:
        return urlsplit(connection).password is not None
    except ValueError:
        return True  # not an address at all; better refused than repeated
