"""What `newslake sql` writes of values that CSV, JSON or a terminal has no form for."""

from __future__ import annotations

import io
import json
import sys

import duckdb
import pytest

from flows.cli import app
from flows.result_formats import print_rows
from warehouse.errors import QueryRefused

ODD = (
    "select histogram(day) as by_day from (values (date '2026-03-01'), (date '2026-03-01'), (date '2026-03-02')) t(day)"
)
NESTED = (
    "select map {[1, 2]: {'a': date '2026-01-01'}} as m, [map {{'k': 1}: 'x'}, null] as l, "
    "{'s': map {date '2026-01-01': 2.50}, 'n': null} as s, map {map {1: 2}: 3} as mm, map {true: 'é \"x\"'} as b"
)


def written(capsys: pytest.CaptureFixture[str], sql: str, output: str) -> str:
    print_rows(duckdb.connect().execute(sql), output)
    return capsys.readouterr().out


def test_a_map_has_texts_for_keys_whatever_its_keys_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, ODD, "json") == '{"by_day": {"2026-03-01": 2, "2026-03-02": 1}}\n'
    assert written(capsys, ODD, "csv") == 'by_day\n"{""2026-03-01"": 2, ""2026-03-02"": 1}"\n'
    assert json.loads(written(capsys, NESTED, "json")) == {
        "m": {"[1, 2]": {"a": "2026-01-01"}},
        "l": [{'{"k": 1}': "x"}, None],
        "s": {"s": {"2026-01-01": 2.5}, "n": None},
        "mm": {'{"1": 2}': 3},
        "b": {"true": 'é "x"'},
    }


def test_a_decimal_has_all_of_its_digits_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    sql = "select 12345678901234567890.123456789 as d, [1.50::decimal(5, 2)] as l, 1e20::double as f, null as z"
    assert written(capsys, sql, "json") == (
        '{"d": 12345678901234567890.123456789, "l": [1.50], "f": 1e+20, "z": null}\n'
    )


def test_bytes_are_hexadecimal_in_every_format_of_text(capsys: pytest.CaptureFixture[str]) -> None:
    sql = r"select '\xAA\x00b'::blob as b, ['\xFF'::blob] as l"
    assert written(capsys, sql, "json") == '{"b": "aa0062", "l": ["ff"]}\n'
    assert written(capsys, sql, "csv") == 'b,l\naa0062,"[""ff""]"\n'
    assert written(capsys, sql, "table").split() == ["b", "l", "aa0062", "ff"]


def test_structs_and_maps_are_readable_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    sql = "select {'day': date '2026-01-01', 'of': [1, 2]} as s, map {'a': null} as m"
    assert written(capsys, sql, "table").splitlines()[1].rstrip() == "{day: 2026-01-01, of: 1, 2}  {a: }"


@pytest.mark.parametrize("output", ["json", "parquet"])
def test_two_columns_of_one_name_are_refused_where_names_tell_them_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    sql = "select 1 as path, 'x' as path, 2 as other"
    assert written(capsys, sql, "csv") == "path,path,other\n1,x,2\n"
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(QueryRefused, match=r"^Two columns are called path; name them with AS\.$"):
        print_rows(duckdb.connect().execute(sql), output)
    assert sys.stdout.buffer.getvalue() == b""  # type: ignore[attr-defined]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e300"])
def test_a_time_in_which_nothing_can_be_answered_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["newslake", "sql", "select 1", f"--timeout={seconds}"])
    with pytest.raises(SystemExit) as left:
        app()
    assert left.value.code == 2
    assert capsys.readouterr().err == (
        f"newslake: --timeout {float(seconds):g}: give the seconds that a query may take, more than 0, such as 30\n"
    )
