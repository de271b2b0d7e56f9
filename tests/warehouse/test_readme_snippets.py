"""What the README says about connecting is run as it stands there, in order, in one folder; and its questions are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
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


# What one account does to a warehouse. Python starts as root, in whose home it may lie, and changes accounts then.
AS_ACCOUNT = """
import os, sys
from pathlib import Path
from warehouse.lake import connect

account, group, folder, *statements = sys.argv[1:]
os.setgroups([int(group)])
os.setgid(int(account))
os.setuid(int(account))
os.umask(0o027)
lake = connect(Path(folder), read_only=len(statements) == 1)
for statement in statements:
    found = lake.execute(statement).fetchall()
print(found)
"""
GROUP, LOADER, READER = 61000, 61001, 61002


def snippets() -> list[tuple[str, str]]:
    """Language and text of every block of the section, but the one that needs a group of users."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Connecting\n")[2].partition("\n## ")[0]
    found = re.findall(r"```(python|sh)\n(.*?)```", section, re.DOTALL)
    return [(language, text) for language, text in found if "chgrp" not in text]


def test_every_question_that_the_readme_puts_to_newslake_sql_is_answered(lake: Lake) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    questions = re.findall(r'newslake sql (?:[^"`\n]|\\\n)*"([^"]+)"', readme)
    assert len(questions) == 3
    for question in questions:
        with query(lake.con, question) as result:
            assert result.fetchall() == []


@pytest.fixture
def shared_folder(empty_warehouse: Path) -> Iterator[Path]:
    """A folder that every account can reach, with a warehouse that only the loader's may read."""
    with tempfile.TemporaryDirectory(prefix="newslake-accounts-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(empty_warehouse, folder / "lake")
        for path in (folder / "lake", *(folder / "lake").rglob("*")):
            os.chown(path, LOADER, LOADER)
            path.chmod(0o750 if path.is_dir() else 0o640)
        yield folder


@pytest.mark.skipif(os.geteuid() != 0, reason="to be two accounts takes root")
def test_a_reader_of_another_account_reads_and_the_loader_still_loads(shared_folder: Path) -> None:
    def does(account: int, *statements: str) -> str:
        command = [sys.executable, "-c", AS_ACCOUNT, str(account), str(GROUP), str(shared_folder / "lake"), *statements]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (lines,) = (text for text in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "chgrp" in text)
    subprocess.run(
        ["sh", "-ec", lines.replace("newsreaders", str(GROUP))],
        cwd=shared_folder,
        user=LOADER,
        group=LOADER,
        extra_groups=[GROUP],
        check=True,
    )
    assert does(READER, "select count(*) from ops.run") == "[(1,)]"
    does(LOADER, "create table later as select 1 as one", "insert into later values (2)")
    assert does(READER, "select sum(one) from later") == "[(3,)]"
    does(LOADER, "insert into later values (3)", "select 1")
    assert does(READER, "select sum(one) from later") == "[(6,)]"


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
