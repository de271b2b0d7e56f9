"""Rows on their way through staging: as they were, in their order, and never much more of them than a batch."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from flows.chunks import batches, staged_pieces, staged_rows
from flows.places import Access
from flows.settings import Batch
from flows.staging import written
from transforms.staged import SCHEMA

_ROW_BYTES = 400_000


def _group(first: int, count: int) -> pa.Table:
    """Rows as a child hands them over, in a table of their own."""
    return pa.Table.from_pylist(
        [
            {"input_key": f"page-{number:03d}", "raw": b"r" * 1000, "body": "b" * _ROW_BYTES}
            for number in range(first, first + count)
        ],
        SCHEMA,
    )


def _keys(tables: list[pa.Table]) -> list[str]:
    return [key for table in tables for key in table["input_key"].to_pylist()]


def test_rows_that_wait_in_a_file_are_there_when_the_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "chunk.arrows"
    written(str(path), [_group(0, 3), _group(3, 2)], Access())

    found = staged_rows(str(path))

    assert not path.exists()
    assert found.equals(pa.concat_tables([_group(0, 3), _group(3, 2)]))


def test_a_chunk_that_passes_a_batch_comes_in_pieces_of_32_mb_and_makes_batches_within_their_bounds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chunk.arrows"
    rows, size = written(str(path), (_group(first, 20) for first in range(0, 240, 20)), Access())
    bounds = Batch(max_mb=60)
    assert (rows, size > bounds.max_mb * 2**20) == (240, True)

    pieces = list(staged_pieces(str(path), size, bounds))

    assert [piece.num_rows for piece in pieces] == [80, 80, 80]
    assert _keys(pieces) == [f"page-{number:03d}" for number in range(240)]
    assert not path.exists()

    made = list(batches(pieces, bounds))
    assert [batch.num_rows for batch in made] == [80, 80, 80]  # two pieces would be 61 MB
    assert [batch["body"].num_chunks for batch in made] == [1, 1, 1]
    assert _keys(made) == _keys(pieces)


def test_the_raw_bytes_of_a_piece_do_not_hold_the_rest_of_what_was_read_with_them(tmp_path: Path) -> None:
    path = tmp_path / "chunk.arrows"
    _, size = written(str(path), (_group(first, 20) for first in range(0, 240, 20)), Access())
    before = pa.total_allocated_bytes()
    piece = next(iter(staged_pieces(str(path), size, Batch(max_mb=60))))
    whole, raw = piece.nbytes, piece["raw"]
    del piece
    assert whole > 20 * 2**20
    assert pa.total_allocated_bytes() - before < raw.nbytes + 2**20


def test_a_batch_ends_where_a_table_ends_or_where_its_rows_are_as_many_as_allowed() -> None:
    tables = [_group(0, 3), _group(3, 3), _group(6, 5)]
    assert [batch.num_rows for batch in batches(iter(tables), Batch(max_rows=4))] == [3, 3, 4, 1]
    assert [batch.num_rows for batch in batches(iter(tables), Batch(max_rows=6))] == [6, 5]


def test_a_batch_keeps_the_columns_that_are_put_beside_the_staged_ones() -> None:
    """A replay's rows know which input of the lake they read again."""
    (made,) = batches([_group(0, 2).add_column(0, "input_id", pa.array([7, 8]))], Batch())
    assert made.column_names == ["input_id", *SCHEMA.names]
    assert made["input_id"].to_pylist() == [7, 8]
