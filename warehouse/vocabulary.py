"""The words that a query of this lake is made of: its relations with their columns, functions, keywords."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from warehouse.dictionary import Relation, dictionary


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``relations`` by the names that one writes, views first; ``functions`` and ``keywords`` in lower case, sorted."""

    relations: dict[str, Relation]
    functions: tuple[str, ...]
    keywords: tuple[str, ...]


def vocabulary(con: DuckDBPyConnection) -> Vocabulary:
    """The words of the lake that ``con`` reads; functions are those whose names are plain words."""
    functions = con.execute(
        "select distinct lower(function_name) from duckdb_functions() "
        "where function_type in ('scalar', 'aggregate', 'macro') "
        "and regexp_full_match(function_name, '[a-z][a-z0-9_]*') and not starts_with(function_name, 'icu_collate_') "
        "order by all"
    ).fetchall()
    keywords = con.execute("select distinct lower(keyword_name) from duckdb_keywords() order by all").fetchall()
    return Vocabulary(
        {relation.name: relation for relation in dictionary(con)},
        tuple(name for (name,) in functions),
        tuple(name for (name,) in keywords),
    )
