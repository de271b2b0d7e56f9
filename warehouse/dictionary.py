"""The data dictionary as Markdown: from the comments in a lake's catalog and the heads of the view files."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.statements import statement
from warehouse.views import models

_BEGIN = "<!-- dictionary -->"
_END = "<!-- end dictionary -->"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its DuckDB type and what it holds (empty where nobody said)."""

    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view: its name as one writes it in a query, what a row of it is, and its columns in order."""

    name: str
    is_view: bool
    grain: str
    columns: tuple[Column, ...]


def dictionary(con: DuckDBPyConnection) -> list[Relation]:
    """Every view of the lake, then every table, then the books of the pipeline; each group by name."""
    heads = {model.name: dict(model.columns) for model in models()}
    relations: dict[str, Relation] = {}
    for schema, name, is_view, grain, column, kind, text in con.execute(statement("dictionary/columns")).fetchall():
        shown = name if schema == "main" else f"{schema}.{name}"
        described = heads.get(name, {}).get(column, "") if is_view else text
        known = relations.get(shown, Relation(shown, is_view, grain, ()))
        relations[shown] = Relation(shown, is_view, grain, (*known.columns, Column(column, kind.lower(), described)))
    return list(relations.values())


def to_markdown(relations: list[Relation]) -> str:
    """The relations as Markdown sections with one table each."""
    return "\n".join(_section(relation) for relation in relations)


def _section(relation: Relation) -> str:
    lines = [
        f"### {'View' if relation.is_view else 'Table'} `{relation.name}`",
        "",
        relation.grain,
        "",
        "| column | type | holds |",
        "|---|---|---|",
        *(f"| `{c.name}` | {c.type} | {c.text.replace('|', chr(92) + '|')} |" for c in relation.columns),
        "",
    ]
    return "\n".join(lines)


def in_document(document: str, text: str) -> str:
    """``document`` with ``text`` between its dictionary marks. Raises ValueError where the marks are missing."""
    before, opening, rest = document.partition(_BEGIN)
    _, closing, after = rest.partition(_END)
    if not (opening and closing):
        raise ValueError(f"the document has no {_BEGIN} … {_END} to write between")
    return f"{before}{opening}\n{text}\n{closing}{after}"


def of_new_warehouse() -> str:
    """The dictionary of a warehouse as this version makes it."""
    from warehouse.migrate import prepare

    with tempfile.TemporaryDirectory() as folder:
        con = prepare(Path(folder) / "lake")
        try:
            return to_markdown(dictionary(con))
        finally:
            con.close()


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(in_document(file.read_text(encoding="utf-8"), of_new_warehouse()), encoding="utf-8")
