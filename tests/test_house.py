"""The rules of the house, held by reading the tree: which folder may import what, what a file must and may not hold.

What goes in is every file that git would carry; nothing of newslake is imported but in a process of its own.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("transforms", "expectations", "warehouse", "flows")
THIS = "tests/test_house.py"

# What each folder may import of the others, and the one folder that may import a library.
MAY_IMPORT = {
    "transforms": {"transforms"},
    "expectations": {"expectations", "transforms"},
    "warehouse": {"warehouse", "transforms"},
    "flows": {"flows", "expectations", "warehouse", "transforms"},
}
OWNER = {"prefect": "flows", "great_expectations": "expectations", "duckdb": "warehouse"}

HEAVY = ("prefect", "great_expectations", "pandas", "trafilatura", "duckdb", "pyarrow", "apprise", "lxml", "numpy")

LINES = 430  # "about 400": a file that grows past it has two jobs


@cache
def tracked() -> tuple[str, ...]:
    """Every file that is in the repository or would come in with the next ``git add``."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(sorted(name for name in set(listed.stdout.split("\0")) - {""} if (ROOT / name).is_file()))


def python_files(*folders: str) -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and name.split("/")[0] in folders]


def text_files() -> Iterator[tuple[str, str]]:
    """Everything written by hand: samples and test data are inputs, locks are generated."""
    for name in tracked():
        if name == THIS or name.startswith(("samples/", "tests/golden/")) or "/data/" in name:
            continue
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            pytest.fail(f"{name} is not UTF-8")


def imports(name: str) -> Iterator[tuple[int, str]]:
    """(line, module) of every import in the file, also those inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: relative import; name the module in full"
            yield node.lineno, node.module or ""


def test_imports_between_the_folders_run_one_way() -> None:
    wrong = [
        f"{name}:{line} imports {module}"
        for name in python_files(*PACKAGES)
        for line, module in imports(name)
        if module.split(".")[0] in PACKAGES and module.split(".")[0] not in MAY_IMPORT[name.split("/")[0]]
    ]
    assert wrong == []


def test_each_of_the_three_engines_is_imported_by_its_own_folder_only() -> None:
    wrong = [
        f"{name}:{line} imports {module}; only {OWNER[module.split('.')[0]]} may"
        for name in python_files(*PACKAGES)
        for line, module in imports(name)
        if OWNER.get(module.split(".")[0], name.split("/")[0]) != name.split("/")[0]
    ]
    assert wrong == []


def test_transforms_read_no_clock() -> None:
    clock = re.compile(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(|\btime\.time\(")
    wrong = [
        f"{name}:{number}"
        for name in python_files("transforms")
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if clock.search(line)
    ]
    assert wrong == []


def loaded_by(statement: str) -> set[str]:
    """Which of the heavy libraries a fresh interpreter has loaded after the statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout.splitlines()[-1])) & set(HEAVY)


def test_the_command_line_loads_no_heavy_library_before_a_command_needs_it() -> None:
    assert loaded_by("import flows.cli") == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_as_such_loads_nothing_heavy(package: str) -> None:
    assert loaded_by(f"import {package}") == set()


def test_every_module_says_what_it_is_for() -> None:
    wrong = [
        name
        for name in python_files(*PACKAGES, "benchmarks")
        if not ast.get_docstring(ast.parse((ROOT / name).read_text(encoding="utf-8")))
    ]
    assert wrong == []


def test_every_sql_file_says_what_it_is_for() -> None:
    wrong = [name for name, text in text_files() if name.endswith(".sql") and not text.startswith("-- ")]
    assert wrong == []


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base", "core", "tools", "lib"}
    parts = {
        (name, part.removesuffix(".py")) for name in python_files(*PACKAGES, "benchmarks") for part in name.split("/")
    }
    assert [name for name, part in sorted(parts) if part in vague] == []


def test_no_file_outgrows_its_job() -> None:
    wrong = [
        f"{name}: {lines} lines"
        for name in [*python_files(*PACKAGES, "benchmarks"), *(n for n in tracked() if n.endswith(".sql"))]
        if (lines := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > LINES
    ]
    assert wrong == []


def test_a_silenced_check_says_why() -> None:
    """``# noqa: S301 - why`` and ``# type: ignore[arg-type]`` pass; a bare one hides more than it was meant to."""
    noqa = re.compile(r"# noqa(?!: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* - \S)")
    ignore = re.compile(r"# type: ignore(?!\[[\w, -]+\])")
    wrong = [
        f"{name}:{number}: {line.strip()}"
        for name in python_files(*PACKAGES, "benchmarks", "tests")
        if name != THIS
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if noqa.search(line) or ignore.search(line)
    ]
    assert wrong == []


PLACES = re.compile(
    r"pypi\.org|pythonhosted\.org|(?<!no-emit-)index-url|extra-index|find-links"  # registries
    r"|(?<![\w.])/(?:work|root|Users|home/\w+)/"  # somebody's machine
)


def test_no_file_names_a_registry_or_somebody_s_machine() -> None:
    wrong = [
        f"{name}:{number}: {found[0]}"
        for name, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := PLACES.search(line))
    ]
    assert wrong == []


def test_there_is_nothing_left_of_a_merge_or_a_debugger() -> None:
    left = re.compile(r"^(?:<{7} |>{7} |={7}$)|\bbreakpoint\(\)|\bpdb\.set_trace\(", re.MULTILINE)
    assert [name for name, text in text_files() if left.search(text)] == []


def pinned(lock: str) -> dict[str, set[str]]:
    """Name → the versions that a lock pins (several where Python versions or systems differ)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9._-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", line):
            found.setdefault(match[1], set()).add(match[2])
    return found


def test_the_development_lock_holds_everything_of_the_other_at_the_same_version() -> None:
    run, development = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert len(run) > 100
    assert {name: versions for name, versions in run.items() if development.get(name) != versions} == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_of_a_lock_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_broken_pair_is_held_back() -> None:
    """fastapi 0.151 and sqlalchemy 2.1 break Prefect silently; see pyproject.toml."""
    versions = pinned("requirements.lock")
    assert {int(v.split(".")[1]) < 151 for v in versions["fastapi"]} == {True}
    assert {v.split(".")[:2] == ["2", "0"] for v in versions["sqlalchemy"]} == {True}
    assert versions["duckdb"] == versions["duckdb-extension-ducklake"] == versions["duckdb-extension-sqlite-scanner"]


def test_every_upper_bound_in_the_project_file_says_why() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert dependencies is not None
    block_reason = False
    unexplained = []
    for line in dependencies[1].splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            block_reason = line.lstrip().startswith("#")
        elif re.search(r"[<=]\d|==", line) and not block_reason and not re.search(r",\s*#\s*\S", line):
            unexplained.append(line.strip())
    assert unexplained == []
