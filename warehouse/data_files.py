"""The lake's Parquet files, as files: on this host or on S3. DuckLake writes them once and never changes one.

Paths are below the data folder, with slashes. What the lake reads through DuckDB is not this module's; it is for what
moves whole files: backup, restore, and the clearing away of what nothing refers to.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from warehouse.errors import LakeError
from warehouse.lake import Layout


class DataFiles(Protocol):
    """The files of one data folder."""

    def get(self, path: str, target: Path) -> None:
        """Copy a file to ``target``; FileNotFoundError where it is not there."""

    def put(self, source: Path, path: str) -> None:
        """Copy ``source`` into the data folder, whole or not at all."""

    def size(self, path: str) -> int | None:
        """Bytes of a file; None where it is not there."""

    def paths(self) -> Iterator[str]:
        """Every file in the data folder, in no order."""

    def remove(self, paths: Iterable[str]) -> None:
        """Delete files; one that is not there is passed over."""


def data_files(layout: Layout) -> DataFiles:
    """The data files of a warehouse, wherever its storage has them."""
    return _OnS3(layout) if layout.storage.is_s3 else _Local(layout.data)


class _Local:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._folder / path, target)

    def put(self, source: Path, path: str) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, partial)
        partial.replace(target)

    def size(self, path: str) -> int | None:
        try:
            return (self._folder / path).stat().st_size
        except FileNotFoundError:
            return None

    def paths(self) -> Iterator[str]:
        for found in self._folder.rglob("*"):
            if found.is_file():
                yield found.relative_to(self._folder).as_posix()

    def remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            (self._folder / path).unlink(missing_ok=True)


class _OnS3:
    def __init__(self, layout: Layout) -> None:
        try:
            from s3fs import S3FileSystem
        except ImportError as error:
            raise LakeError("Data on S3 need s3fs; `make environment EXTRAS=s3` adds it.") from error
        storage = layout.storage
        self._prefix = layout.data_url.removeprefix("s3://")
        client: dict[str, Any] = {"region_name": storage.s3_region}
        if storage.s3_endpoint:
            client["endpoint_url"] = storage.s3_endpoint
        self._bucket = S3FileSystem(
            key=os.environ.get("AWS_ACCESS_KEY_ID"),
            secret=os.environ.get("AWS_SECRET_ACCESS_KEY"),
            token=os.environ.get("AWS_SESSION_TOKEN"),
            client_kwargs=client,
            config_kwargs={"s3": {"addressing_style": "path" if storage.s3_url_style == "path" else "virtual"}},
            use_listings_cache=False,
            skip_instance_cache=True,
        )

    def get(self, path: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self._bucket.get_file(self._prefix + path, str(target))

    def put(self, source: Path, path: str) -> None:
        self._bucket.put_file(str(source), self._prefix + path)  # an object is there when it is whole

    def size(self, path: str) -> int | None:
        try:
            return int(self._bucket.info(self._prefix + path)["size"])
        except FileNotFoundError:
            return None

    def paths(self) -> Iterator[str]:
        for found in self._bucket.find(self._prefix):
            yield str(found).removeprefix(self._prefix)

    def remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            if self.size(path) is not None:
                self._bucket.rm_file(self._prefix + path)
