"""Kept bytes beside the lake: a batch's raw bytes in, one zstd file a content out (`keep_raw = "all"`)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pyarrow as pa


def keep_blobs(folder: Path, staged: pa.Table) -> None:
    """Write each row's kept bytes to ``folder``/ab/HASH.zst where they are not there yet; whole files only."""
    light = staged.select(["content_hash", "raw"])
    for batch in light.to_batches(max_chunksize=256):
        for content_hash, raw in zip(batch.column(0).to_pylist(), batch.column(1), strict=True):
            if content_hash is None or not raw.is_valid:
                continue
            path = folder / content_hash[:2] / f"{content_hash}.zst"
            with suppress(FileNotFoundError):
                os.utime(path)  # upkeep removes blobs of contents that no committed batch has, once they are old
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.{os.getpid()}")
            partial.write_bytes(raw.as_py())
            partial.replace(path)
