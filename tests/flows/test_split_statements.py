"""A text of several statements falls into those that DuckDB's own parser finds in it."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.split_statements import Statement, is_finished, split_statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1", ["select 1"]),
        ("select 1; select 2;", ["select 1", "select 2"]),
        ("select 'one;\ntwo;\n' as x;\nselect 2;\n", ["select 'one;\ntwo;\n' as x", "select 2"]),
        ("select 'it''s;' as x; select 2", ["select 'it''s;' as x", "select 2"]),
        (r"select '\'; select e'\';'", [r"select '\'", r"select e'\';'"]),
        ('select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', "select 2"]),
        ("select $$a;b$$, $x$;$$;$x$; select 2", ["select $$a;b$$, $x$;$$;$x$", "select 2"]),
        ("select 1 -- one;\n+ 1; select 2", ["select 1 -- one;\n+ 1", "select 2"]),
        ("select 1 /* a; /* b; */ c; */ + 1;", ["select 1 /* a; /* b; */ c; */ + 1"]),
        ("-- first;\nselect 1; -- the end;\n", ["-- first;\nselect 1"]),
        ("select 'never closed; select 2;", ["select 'never closed; select 2;"]),
        ("select 1; /* never closed;", ["select 1", "/* never closed;"]),
        (" ; ;; -- nothing\n /* at; all */ ;", []),
        ("", []),
    ],
)
def test_semicolons_end_statements_but_not_within_strings_names_and_comments(text: str, statements: list[str]) -> None:
    assert [statement.text.strip() for statement in split_statements(text)] == statements


def test_a_statement_knows_the_line_of_its_first_word() -> None:
    assert split_statements("-- a\nselect 1;\n\n/* b\n*/ select 2")[0] == Statement("-- a\nselect 1", 2)
    assert [statement.line for statement in split_statements("-- a\nselect 1;\n\n/* b\n*/ select 2")] == [2, 5]


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("select 1;", True),
        ("select 1; -- that was it", True),
        (";", True),
        ("select 1", False),
        ("select 'one;", False),
        ("select 1 -- one;", False),
        ("select 1; /* more;", False),
        ("select 1; select 2", False),
        ("-- nothing yet", False),
    ],
)
def test_a_text_is_finished_by_a_semicolon_that_ends_a_statement(text: str, finished: bool) -> None:
    assert is_finished(text) is finished


PIECES = [
    *["select ", "1", ",", " as x", ";", ";", "\n", " ", "'", "''", '"', "e'", "\\", "$$", "$a$", "--", "/*", "*/"],
    *["é", "a$b", "'one;'", '"two;"', "$$three;$$", "-- four;\n", "/* five; */", "e'\\';'"],
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=1500, deadline=None)
def test_what_duckdb_can_parse_falls_into_as_many_statements_as_duckdb_finds(text: str) -> None:
    try:
        parsed = duckdb.extract_statements(text)
    except duckdb.Error:
        return
    assert len(split_statements(text)) == len(parsed)
