"""The data dictionary as Markdown: from the comments in a lake's catalog and the heads of the view files."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from warehouse.statements import statement
from warehouse.views import models


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
