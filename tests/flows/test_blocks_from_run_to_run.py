"""What one run learns of a site serves from the next run on, whatever the order of the files and whoever was killed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from killing import Killer, Moment, Outcome
from lake_content import content

from flows.command_inspect import explain_article
from warehouse.audit import audit
from warehouse.lake import connect, transaction

pytestmark = pytest.mark.usefixtures("prefect_server")

FOOTER = "The Quay Gazette is printed on the pier and read on both sides of the sound."
QUOTE = "“We have moored here for forty years and will moor here for forty more,” the harbour master said."


def paragraph(number: int, part: int) -> str:
    return (
        f"On pier {number} the crew of boat {number}-{part} landed {number * 31 + part} crates before the tide turned, "
        f"and {number + part} of them went to the smokehouse in lane {number * 7 + part}."
    )


def record(number: int) -> dict[str, str]:
    """An article of an invented outlet; the third and the ninth quote the harbour master in the same words."""
    said = [QUOTE] if number in (3, 9, 15) else []
    return {
        "title": f"Landings on pier {number}",
        "url": f"https://quay-gazette.example/news/{number}",
        "date": f"2026-03-{number % 27 + 1:02}",
        "text": "\n".join([paragraph(number, 0), *said, paragraph(number, 1), paragraph(number, 2), FOOTER]),
    }


def write(inbox: Path, numbers: range, *, name: str = "{:02}.json") -> None:
    inbox.mkdir(exist_ok=True)
    for number in numbers:
        file = inbox / name.format(number)
        file.write_text(json.dumps(record(number)), encoding="utf-8")
        os.utime(file, (1_770_000_000 + number, 1_770_000_000 + number))


def settings_of(lake: Path, batch: int) -> Path:
    file = lake.with_suffix(".toml")
    file.write_text(f"[batch]\nmax_rows = {batch}\nchunk_files = {min(batch, 512)}\n")
    return file


def run(inbox: Path, lake: Path, batch: int = 1000) -> None:
    from flows.ingest import ingest

    ingest(inbox=str(inbox), warehouse=str(lake), settings_file=str(settings_of(lake, batch)))


def ask(lake: Path, query: str) -> list[tuple[object, ...]]:
    con = connect(lake, read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


BODIES = (
    "select contains(body, 'printed on the pier'), contains(body, 'forty years'), count(*) from article group by all"
)


def test_the_second_run_cuts_the_footer_that_the_first_one_learned_and_keeps_the_quote(
    tmp_path: Path, lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox"
    write(inbox, range(12))
    run(inbox, lake)
    assert sorted(ask(lake, BODIES)) == [(True, False, 10), (True, True, 2)]
    assert ask(lake, "select distinct block_set_version from fact_article") == [(0,)]
    write(inbox, range(12, 17))
    run(inbox, lake)
    assert sorted(ask(lake, BODIES)) == [(False, False, 4), (False, True, 1), (True, False, 10), (True, True, 2)]
    assert ask(lake, "select block_set_version, count(*) from fact_article group by 1 order by 1") == [(0, 12), (1, 5)]
    assert ask(lake, "select role, text, count(*) from removed_text where rule_id = 'site.block' group by all") == [
        ("boilerplate", FOOTER, 5)
    ]
    assert ask(lake, "select run_id, version, learned from ops.block_learning order by 1") == [(1, 1, 1), (2, 1, 0)]
    assert audit(connect(lake, read_only=True)) == []
    assert ask(lake, "select source, text, place, is_in_force, articles, share, cut_from from site_boilerplate") == [
        ("quay-gazette.example", FOOTER, "tail", True, 17, 1.0, 5)
    ]
    (article_id,) = ask(lake, "select article_id from article where url like '%/16'")[0]
    assert explain_article(lake, int(str(article_id)), as_json=False) == 0
    assert "site.block, on 17 of the site's last 17 articles" in capsys.readouterr().out


def test_names_and_order_of_the_files_change_nothing_of_what_is_learned(tmp_path: Path, empty_lake: Path) -> None:
    found = []
    for name in ("{:02}.json", "z{0}-shuffled.json"):
        inbox, lake = tmp_path / f"inbox{len(found)}", tmp_path / f"lake{len(found)}"
        shutil.copytree(empty_lake, lake)
        write(inbox, range(12), name=name)
        run(inbox, lake, batch=3 if found else 1000)
        write(inbox, range(12, 17), name=name)
        run(inbox, lake, batch=2 if found else 1000)
        of_lake = content(lake)
        found.append({name: of_lake[name] for name in ("site blocks", "block learning", "site templates", "removed")})
    assert len(found[0]["site blocks"]) == 1
    assert found[0] == found[1]


@pytest.mark.timeout(900)
def test_runs_that_are_killed_and_run_again_learn_what_undisturbed_ones_learn(
    tmp_path: Path, empty_lake: Path, commands: Killer
) -> None:
    inbox, whole, killed = tmp_path / "inbox", tmp_path / "whole", tmp_path / "killed"
    for lake in (whole, killed):
        shutil.copytree(empty_lake, lake)

    def command(lake: Path, at: Moment | None = None) -> Outcome:
        return commands.run("run", inbox, "--warehouse", lake, "--settings", settings_of(lake, 4), at=at)

    for numbers, batches in ((range(12), 1), (range(12, 22), 4)):
        write(inbox, numbers)
        undisturbed = command(whole)
        assert undisturbed.status == 0, undisturbed.said
        # Two thirds of the statements: a batch or two are in the lake, and nothing is learned yet.
        assert command(killed, Moment(2 * undisturbed.statements // 3, 0.0)).killed
        assert ask(killed, "select count(*) from ops.batch")[0][0] >= batches  # type: ignore[operator]
        again = command(killed)
        assert again.status == 0, again.said
    assert content(killed) == content(whole)
    assert ask(whole, "select count(*) from fact_article where block_set_version = 1") == [(10,)]


def test_what_a_killed_run_left_unlearned_the_next_one_learns_though_nothing_is_new(tmp_path: Path, lake: Path) -> None:
    inbox = tmp_path / "inbox"
    write(inbox, range(12))
    run(inbox, lake)
    wanted = content(lake)
    con = connect(lake)
    with transaction(con, "as if killed after the last batch"):
        for table in ("site_block", "ops.block_learning", "ops.site_template"):
            con.execute(f"delete from {table}")
    con.close()
    assert content(lake) != wanted
    run(inbox, lake)
    assert content(lake) == wanted
    snapshot = ask(lake, "select count(*) from ops.block_learning")
    run(inbox, lake)
    assert ask(lake, "select count(*) from ops.block_learning") == snapshot == [(1,)]
