"""The README names every command and option, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from flows.cli import app
from warehouse.dictionary import in_document, of_new_warehouse

ROOT = Path(__file__).parents[1]
_TOP = typer.main.get_command(app).commands  # type: ignore[attr-defined]
COMMANDS = {
    words: command
    for name, top in _TOP.items()
    for words, command in [(name, top), *((f"{name} {word}", c) for word, c in getattr(top, "commands", {}).items())]
}


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_readme_names_each_command_with_its_options(readme: str, name: str) -> None:
    assert re.search(rf"`{name}\b|newslake {name}\b", readme), f"README.md does not name the command {name}"
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("--")}
    assert sorted(option for option in options - {"--help"} if not re.search(rf"{option}\b", readme)) == []


def test_every_link_of_the_readme_into_the_tree_leads_somewhere(readme: str) -> None:
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", readme)
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_test_that_the_readme_names_is_there(readme: str) -> None:
    """N1–N8 stand in the README with the test that proves each: `tests/…py::test_name`."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", readme)
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file() or (test and f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_the_dictionary_in_the_readme_is_that_of_the_catalog(readme: str) -> None:
    """`make dictionary` writes it anew."""
    assert in_document(readme, of_new_warehouse()) == readme
