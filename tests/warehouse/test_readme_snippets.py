"""What the README says about connecting is run as it stands there, in order, in one folder; and its questions are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

from lake_builder import Inbox, Lake, an_article

from transforms.article import Origin, Precision, Published
from warehouse.read_only import query

ROOT = Path(__file__).parents[2]

# DuckDB's shell is no Python package: this takes its place, with the same two options.
SHELL = """#!{python}
import sys, duckdb
con = duckdb.connect()
con.execute(open(sys.argv[sys.argv.index("-init") + 1]).read())
print(con.sql(sys.argv[sys.argv.index("-c") + 1]))
"""


def snippets() -> list[tuple[str, str]]:
    """Language and text of every block of the section, but the one that needs a group of users."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Connecting\n")[2].partition("\n## ")[0]
    found = re.findall(r"```(python|sh)\n(.*?)```", section, re.DOTALL)
    return [(language, text) for language, text in found if "chgrp" not in text]


def test_every_question_that_the_readme_puts_to_newslake_sql_is_answered(lake: Lake) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    questions = re.findall(r'newslake sql (?:[^"`\n]|\\\n)*"([^"]+)"', readme)
    assert len(questions) == 4
    for question in questions:
        with query(lake.con, question) as result:
            assert result.fetchall() == []


def test_every_snippet_of_the_readme_runs(lake: Lake, tmp_path: Path) -> None:
    published = Published(date(2026, 3, 1), Precision.DAY, Origin.DECLARED)
    lake.load(
        Inbox().add("a.txt", an_article("Storm. Gusts reached ninety.", source="quay.example", published=published))
    )
    lake.con.close()
    here = tmp_path / "here"
    (here / ".cache" / "demo").mkdir(parents=True)
    lake.folder.rename(here / ".cache" / "demo" / "warehouse")
    (here / ".venv").symlink_to(sys.prefix)
    (here / "bin").mkdir()
    (here / "bin" / "duckdb").write_text(SHELL.format(python=sys.executable))
    (here / "bin" / "duckdb").chmod(0o755)
    path = f"{here / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    said = []
    for language, text in snippets():
        command = [sys.executable, "-c", text] if language == "python" else ["sh", "-ec", text]
        done = subprocess.run(
            command, cwd=here, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stderr}"
        said.append(done.stdout)
    assert len(said) == 8
    assert ["quay.example" in answer for answer in said[:2]] == [True, True]
    assert "set timezone = 'UTC';" in (here / "attach.sql").read_text()  # and both DuckDB and ibis take it
    assert "quay.example" in said[3]  # polars over the lake
    assert "2026-03" in said[5]  # polars over the export
    assert "2026-03-01" in said[6]  # DuckDB over the export
    assert (here / "dbt" / "models" / "newslake.yml").read_text().startswith("version: 2\nsources:\n- name: newslake\n")
