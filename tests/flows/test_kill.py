"""kill -9 at moments of a seed, then one more run: the lake equals an undisturbed one (N3), and no file is left over.

`make test-kill` asks for 200 moments; a short form is in every run. KILL_SEED gives other moments. A command that
changes the lake is a row of COMMANDS: killed anywhere, it leaves the lake as before or as after; done again it is done.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from killing import Killer, moments
from lake_content import content
from written_articles import article, write_articles

from warehouse.audit import audit
from warehouse.lake import connect
from warehouse.migrate import prepare
from warehouse.upkeep import keep_up, orphans

MOMENTS = int(os.environ.get("KILL_MOMENTS", "1"))
PAGES = 20 if MOMENTS == 1 else 100
SETTINGS = f"""
keep_raw = "all"
[batch]
max_rows = {PAGES * 2 // 5}
chunk_files = {PAGES // 5}
[[feeds]]
name = "wire"
pattern = "zzz-wire/*"
gates = {{ min_rows = 5 }}
[upkeep]
keep_snapshots_days = 0
keep_unused_hours = 0
"""
SEED = int(os.environ.get("KILL_SEED", "20261122"))
PARTS = max(1, MOMENTS // 50)  # tests of their own, so that two processes share the long form

Content = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of articles, its settings, and a lake into which they were loaded undisturbed."""

    inbox: Path
    settings: Path
    whole: Path
    statements: int
    seconds: float


@pytest.fixture(scope="module")
def place(commands: Killer, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("place")
    inbox, settings, whole = folder / "inbox", folder / "newslake.toml", folder / "whole"
    write_articles(inbox, range(PAGES))
    (inbox / "zz-empty.html").write_bytes(b"")
    (inbox / "zz-copy.html").write_bytes((inbox / "0000.html").read_bytes())
    a_broken_feed(inbox, 10)
    settings.write_text(SETTINGS)
    done = commands.run("run", inbox, "--warehouse", whole, "--settings", settings)
    found = content(whole)
    assert (done.status, len(found["articles"]), len(found["held"])) == (3, PAGES, 10)
    return Place(inbox, settings, whole, done.statements, done.seconds)


@pytest.mark.timeout(3600 * 6)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_run_killed_at_moments_of_a_seed_and_run_again_equals_an_undisturbed_one(
    commands: Killer, place: Place, tmp_path: Path, part: int
) -> None:
    wanted = content(place.whole)
    numbered = enumerate(moments(MOMENTS, place.statements, place.seconds, SEED))
    for number, moment in islice(numbered, part, None, PARTS):
        told = f"seed {SEED}, moment {number}: {moment}"
        lake = tmp_path / f"killed-{number}"
        run = ("run", place.inbox, "--warehouse", lake, "--settings", place.settings)
        assert not commands.run(*run, at=moment).hung, told
        prepare(lake).close()
        assert batches_are_whole(lake), told
        again = commands.run(*run)
        assert again.status in (0, 3), (told, again.said)  # what is held may have been held before it was killed
        assert content(lake) == wanted, told
        assert_nothing_is_left_over(lake, told)
        assert content(lake) == wanted, told
        shutil.rmtree(lake)


def a_broken_feed(inbox: Path, pages: int) -> None:
    """Error pages for a feed that a gate holds, over two batches."""
    (inbox / "zzz-wire").mkdir(parents=True)
    for number in range(pages):
        page = f"<html><head><title>404 Not Found</title></head><body><p>No page {number} here.</p></body></html>"
        (inbox / "zzz-wire" / f"{number:02}.html").write_text(page, encoding="utf-8")


def batches_are_whole(lake: Path) -> bool:
    """Whether what is loaded is a whole number of batches, in the order of their keys."""
    con = connect(lake, read_only=True)
    (readings, said) = con.execute(
        "select (select count(*) from fact_article), (select coalesce(sum(articles_new), 0)::bigint from ops.batch)"
    ).fetchall()[0]
    differences = [difference for difference in audit(con) if difference.check != "runs"]
    con.close()
    return readings == said and differences == []


def assert_nothing_is_left_over(lake: Path, told: str) -> None:
    """After an upkeep: no file of the data folder, of staging or of the kept bytes that nothing knows."""
    con = prepare(lake)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    keep_up(con, now=soon, keep_since=soon, unused_since=soon, merge_below=64 * 2**20)
    assert orphans(con, unused_since=soon) == [], told
    assert audit(con, unused_since=soon + timedelta(hours=1)) == [], told
    kept = {path.stem for path in (lake / "raw").rglob("*") if path.is_file()}
    known = {row[0] for row in con.execute("select content_hash from ops.input").fetchall()}
    con.close()
    assert kept <= known, told
    assert [path for path in (lake / "staging").rglob("*") if path.is_file()] == [], told


def nothing(commands: Killer, place: Place, lake: Path) -> None:
    """Before a command that needs nothing but a lake."""


def a_backup_and_a_run_since(commands: Killer, place: Place, lake: Path) -> None:
    """A backup beside the lake, which then gets a further article."""
    backup = commands.run("backup", lake.parent / "backups", "--warehouse", lake, "--settings", place.settings)
    assert backup.status == 0, backup.said
    another_source(commands, place, lake)


def another_source(commands: Killer, place: Place, lake: Path) -> None:
    """An article of a second source."""
    further = lake.parent / "further"
    further.mkdir()
    page = article(900).replace("quay-gazette.example", "quay-weekly.example").replace("Quay Gazette", "Quay Weekly")
    (further / "0900.html").write_text(page, encoding="utf-8")
    run = commands.run("run", further, "--warehouse", lake, "--settings", place.settings)
    assert run.status == 0, run.said


def a_rule_for_the_site(commands: Killer, place: Place, lake: Path) -> None:
    """Settings of its own beside the lake, with a rule by which its articles are read otherwise."""
    rules = lake.parent / "rules"
    rules.mkdir()
    (rules / "quay-gazette.example.txt").write_text("body: //article\nstrip: //article/p[2]\n", encoding="utf-8")
    (lake.parent / "newslake.toml").write_text(
        SETTINGS.replace("[batch]", '[extraction]\nsite_rules = "rules"\n[batch]'), encoding="utf-8"
    )


def a_held_feed(commands: Killer, place: Place, lake: Path) -> None:
    """A second run that holds six pages, a batch of them."""
    a_broken_feed(lake.parent / "further", 6)
    for page in (lake.parent / "further" / "zzz-wire").iterdir():
        page.write_text(page.read_text(encoding="utf-8").replace("here", "there"), encoding="utf-8")
        page.rename(page.with_name(f"further-{page.name}"))
    run = commands.run("run", lake.parent / "further", "--warehouse", lake, "--settings", place.settings)
    assert run.status == 3, run.said


def a_source_merged(commands: Killer, place: Place, lake: Path) -> None:
    """Two sources, of which one stands for the other."""
    another_source(commands, place, lake)
    merge = commands.run(*MERGE, "--warehouse", lake, "--settings", place.settings)
    assert merge.status == 0, merge.said


def a_page_that_a_rule_refused(commands: Killer, place: Place, lake: Path) -> None:
    """An article that a rule kept out which the settings have no more."""
    strict = lake.parent / "strict.toml"
    rules = (f"article.body.{name}" for name in ("length", "length_of_short_kinds"))
    changes = (f'[[rule_changes]]\nrule = "{rule}"\narguments = {{ min_value = 100_000 }}\n' for rule in rules)
    strict.write_text(SETTINGS + "".join(changes), encoding="utf-8")
    write_articles(lake.parent / "further", range(900, 901))
    run = commands.run("run", lake.parent / "further", "--warehouse", lake, "--settings", strict)
    assert "1 picked up = 1 quarantined" in run.said, run.said


MERGE = ("sources", "merge", "quay-weekly.example", "quay-gazette.example", "--reason", "one paper")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that changes the lake in one commit: its words (BACKUPS is a place), and what makes work for it."""

    name: str
    words: tuple[str, ...]
    before: Callable[[Killer, Place, Path], None] = nothing


COMMANDS = [
    Command("upkeep", ("upkeep",)),
    Command("restore", ("restore", "BACKUPS", "--replace"), a_backup_and_a_run_since),
    Command("sources merge", MERGE, another_source),
    Command("sources split", ("sources", "split", "quay-weekly.example", "--reason", "two papers"), a_source_merged),
    Command("sources alias", ("sources", "alias", "quay-gazette.example", "The Old Gazette")),
    Command("forget", ("forget", "--source", "quay-weekly.example", "--reason", "asked", "--yes"), another_source),
    Command("watch", ("watch",)),
    Command("quarantine discard", ("quarantine", "discard", str(PAGES + 2), "--reason", "nothing in it")),
    Command("quarantine replay", ("quarantine", "replay", "--all"), a_page_that_a_rule_refused),
    Command("run accept", ("run", "--accept", "2", "--reason", "it is like this"), a_held_feed),
    Command("run discard", ("run", "--discard", "2", "--reason", "error pages"), a_held_feed),
    Command("replay", ("replay", "--article", "1"), a_rule_for_the_site),
]


LEARNED = ("block learning", "site templates", "site blocks")


def told_by(found: Content) -> Content:
    """What a command changes in one commit. What a run learns of its sites has a commit of its own behind it: of one
    that was killed between the two, the next run learns it."""
    return {name: rows for name, rows in found.items() if name not in LEARNED}


def learned_by(found: Content) -> Content:
    """What runs have learned."""
    return {name: found[name] for name in LEARNED}


@pytest.mark.timeout(3600 * 6)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_that_is_killed_leaves_the_lake_as_before_or_as_after(
    commands: Killer, place: Place, tmp_path: Path, command: Command
) -> None:
    template = tmp_path / "template"
    shutil.copytree(place.whole, template)
    command.before(commands, place, template)

    def words(lake: Path) -> list[str | Path]:
        given = [tmp_path / "backups" if word == "BACKUPS" else word for word in command.words]
        own = tmp_path / "newslake.toml"
        return [*given, "--warehouse", lake, "--settings", own if own.exists() else place.settings]

    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(template, undisturbed)
    done = commands.run(*words(undisturbed))
    assert done.status == 0, done.said
    untouched, whole = content(template), content(undisturbed)
    before, after = told_by(untouched), told_by(whole)
    learned = (learned_by(untouched), learned_by(whole))
    assert (before == after) == (command.name == "upkeep"), "the command has nothing to do, and nothing is tested"
    for number, moment in enumerate(moments(max(1, MOMENTS // len(COMMANDS)), done.statements, done.seconds, SEED)):
        told = f"{command.name}, seed {SEED}, moment {number}: {moment}"
        lake = tmp_path / f"killed-{number}"
        shutil.copytree(template, lake)
        assert not commands.run(*words(lake), at=moment).hung, told
        prepare(lake).close()
        found = content(lake)
        assert told_by(found) in (before, after), told
        assert learned_by(found) in learned, told
        if told_by(found) == before:
            again = commands.run(*words(lake))
            assert again.status == 0, (told, again.said)
            assert content(lake) == whole, told
        assert_nothing_is_left_over(lake, told)
        shutil.rmtree(lake)
