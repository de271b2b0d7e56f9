"""Where results are written, and which packages the comparison needs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from benchmarks import measure
from benchmarks.install_peers import command
from benchmarks.peers import missing_peers, peers

ROOT = Path(__file__).parents[2]


def bench_group() -> list[str]:
    group = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["bench"]
    return [str(entry) for entry in group]


def test_every_published_section_has_its_place_in_the_readme() -> None:
    page = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    places = re.findall(r"<!-- (?!end )([\w ]+) -->", page)
    assert places == [
        "pipeline", "pipeline fast", "long run", "field", "growth", "extraction html", "extraction text",
        "extraction lines", "extraction speed", "texts", "false cuts", "tried", "startup", "monitors", "quality costs",
        "warehouse", "queries", "inbox", "warc", "upkeep", "soak",
    ]  # fmt: skip
    assert [place for place in places if page.count(f"<!-- end {place} -->") != 1] == []


def test_a_result_takes_the_place_between_its_markers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "README.md"
    page.write_text("Head\n<!-- false cuts -->\nold\n<!-- end false cuts -->\nTail\n", encoding="utf-8")
    monkeypatch.setattr(measure, "README", page)
    measure.publish("false cuts", "new", write=True)
    assert page.read_text(encoding="utf-8") == "Head\n<!-- false cuts -->\nnew\n<!-- end false cuts -->\nTail\n"
    with pytest.raises(SystemExit, match="lacks the markers <!-- speed -->"):
        measure.publish("speed", "new", write=True)


def test_the_group_names_the_packages_that_are_compared() -> None:
    names = {re.split(r"[\[>=<]", entry)[0] for entry in bench_group()}
    assert names == {"resiliparse", "readability-lxml", "newspaper4k"}
    assert names - set(missing_peers()) <= set(peers())
    assert {"trafilatura, with metadata", "trafilatura, favor_precision"} <= set(peers())


def test_what_installs_the_others_holds_everything_else_at_its_version(tmp_path: Path) -> None:
    said = command(tmp_path / "installed.txt")
    assert said[said.index("-c") + 1] == str(tmp_path / "installed.txt")
    assert said[-3:] == bench_group()
