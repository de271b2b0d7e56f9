"""The command line as a stranger uses it: real processes, their output and their exit status."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest
from written_articles import article, write_articles

from transforms.compiled import loops

ROOT = Path(__file__).parents[2]
NEWSLAKE = [sys.executable, "-c", "from flows.cli import main; main()"]


def newslake(*words: str | Path, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NEWSLAKE, *map(str, words)],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "PREFECT_HOME"} | environ,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, prefect_server: str) -> Path:
    """A warehouse with three articles and one refused input."""
    folder = tmp_path_factory.mktemp("cli")
    write_articles(folder / "inbox", range(3))
    (folder / "inbox" / "empty.html").write_bytes(b"")
    run = newslake("run", folder / "inbox", "--warehouse", folder / "lake", "--json", "--strict", "--profile")
    assert run.returncode == 4, run.stderr
    said = json.loads(run.stdout)
    profile = {stage["stage"]: stage["bytes"] for stage in said["profile"]}
    assert profile["reading"] == sum(file.stat().st_size for file in (folder / "inbox").iterdir())
    assert profile["loading"] == profile["validating"] > 0
    assert list(profile)[-1] == "total"
    assert (said["picked_up"], said["loaded"], said["quarantined"], said["articles_new"]) == (4, 3, 1, 3)
    return folder / "lake"


def test_the_version_says_where_loops_are_not_compiled(tmp_path: Path) -> None:
    for package in ("flows", "transforms"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.so", "*.pyd"))
    told = newslake("--version", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"newslake {version('newslake')}, loops in Python\n"
    here = newslake("--version", cwd=ROOT)
    assert here.stdout == f"newslake {version('newslake')}, loops {loops()}\n"


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A real HTTP receiver on loopback: its json:// address and what it got."""
    got: list[dict[str, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://user:hush-hush@127.0.0.1:{server.server_port}/token-abc", got
    server.shutdown()


def test_rubbish_is_called_binary_by_the_child_that_reads_it(tmp_path: Path) -> None:
    (tmp_path / "rubbish.html").write_bytes(random.Random(7).randbytes(3_000))
    said = newslake("extract", tmp_path / "rubbish.html", "--json")
    assert json.loads(said.stdout)["error"]["reason"] == "binary"


def test_a_path_that_is_no_file_to_read_costs_extract_itself_only(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry stops until Monday.\n\nThe harbour office expects a thaw by then.\n")
    (tmp_path / "b.txt").symlink_to(tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "c.txt")
    said = newslake("extract", *(tmp_path / name for name in ("a.txt", "b.txt", "c.txt")), "--json")
    assert said.returncode == 0
    found = {record["path"]: record.get("error") for record in map(json.loads, said.stdout.splitlines())}
    assert found == {
        str(tmp_path / "a.txt"): None,
        str(tmp_path / "b.txt"): {
            "reason": "unreadable",
            "detail": f"{tmp_path / 'b.txt'}: No such file or directory; name an existing folder of article files",
        },
        str(tmp_path / "c.txt"): {
            "reason": "unreadable",
            "detail": f"{tmp_path / 'c.txt'}: neither a folder nor a file; name a folder of article files",
        },
    }
    assert newslake("extract", tmp_path / "a.txt", tmp_path / "nothing.txt").returncode == 2


@pytest.mark.parametrize("arguments", ["--help", "sources --help", "sources merge -h", "quarantine list --help", "rnu"])
def test_a_command_that_is_made_alone_says_what_it_says_among_all(arguments: str) -> None:
    """Only what is asked for is made; the list of commands, and what is said of a name that none has, know all."""
    among_all = "from flows.cli import app; app(prog_name='-c')"
    said = subprocess.run(
        [sys.executable, "-c", among_all, *arguments.split()], capture_output=True, text=True, check=False
    )
    alone = newslake(*arguments.split())
    assert (alone.returncode, alone.stdout, alone.stderr) == (said.returncode, said.stdout, said.stderr)
    assert alone.stdout + alone.stderr


def test_help_names_every_command() -> None:
    said = newslake("--help")
    assert said.returncode == 0
    assert all(name in said.stdout for name in ("run", "extract", "sql", "status", "explain", "audit", "serve"))


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("status", "--json"),
        ("quarantine", "list"),
        ("sql", "select range, 'a row of many' as says from range(100000)"),
        ("search", "harbour"),
    ],
)
def test_a_reader_who_leaves_before_the_end_is_no_failure(lake: Path, words: tuple[str, ...]) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    command = [*NEWSLAKE, *words, "--warehouse", str(lake)]
    done = subprocess.run(command, stdout=ours, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_failure_is_one_though_its_reader_has_left(lake: Path) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    command = [*NEWSLAKE, "audit", "--run", "99", "--warehouse", str(lake)]
    done = subprocess.run(command, stdout=ours, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    os.close(ours)
    assert done.returncode == 1, done.stderr


def test_a_question_is_answered_as_csv_in_a_pipe_and_as_json_lines_on_request(lake: Path) -> None:
    question = "select title, authors, published_date from article order by title limit 1"
    assert newslake("sql", question, "--warehouse", lake).stdout.splitlines() == [
        "title,authors,published_date",
        'Council of district 0 votes on its harbour,"[""Ina Halvorsen""]",2026-03-01',
    ]
    assert json.loads(newslake("sql", question, "--warehouse", lake, "--format", "json").stdout) == {
        "title": "Council of district 0 votes on its harbour",
        "authors": ["Ina Halvorsen"],
        "published_date": "2026-03-01",
    }


def test_a_question_may_begin_with_a_comment(lake: Path) -> None:
    said = newslake("sql", "-- how many?\nselect count(*) as n from article", "--format", "json", "--warehouse", lake)
    assert (said.returncode, said.stdout) == (0, '{"n": 3}\n'), said.stderr
    assert newslake("sql", "--nonsense", "--warehouse", lake).returncode == 2


def test_words_are_found_and_the_index_is_made_on_the_way(lake: Path) -> None:
    said = newslake("search", "harbour", "votes", "--limit", "2", "--warehouse", lake, "--json")
    hits = [json.loads(line) for line in said.stdout.splitlines()]
    assert [hit["title"] for hit in hits] == [f"Council of district {n} votes on its harbour" for n in (0, 1)]
    assert (lake / "search" / "manifest.json").is_file()
    assert "2 of 3; --limit shows more" in newslake("search", "harbour", "--limit", "2", "--warehouse", lake).stdout
    assert "the search index holds 3 readings" in newslake("search", "--update", "--warehouse", lake).stdout
    assert "nothing found" in newslake("search", "harbour", "-council", "--warehouse", lake).stdout
    assert newslake("search", "--warehouse", lake).returncode == 2


def test_views_are_exported(lake: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    said = newslake("export", tmp_path / "out", "--view", "article", "--dbt", "--warehouse", lake)
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[1].split() == ["view", "rows", "files"]
    assert pq.read_table(tmp_path / "out" / "current" / "article").num_rows == 3
    unknown = newslake("export", tmp_path / "out", "--view", "artcle", "--warehouse", lake)
    assert (unknown.returncode, "There is no view 'artcle'" in unknown.stderr) == (1, True)


def test_rows_come_as_parquet_into_a_file(lake: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    command = [*NEWSLAKE, "sql", "select * from article", "--warehouse", str(lake), "--format", "parquet"]
    file = tmp_path / "article.parquet"
    with file.open("wb") as out:
        subprocess.run(command, stdout=out, check=True)
    assert pq.read_table(file).num_rows == 3


def test_a_shell_without_a_terminal_reads_statements_from_its_input(lake: Path) -> None:
    said = subprocess.run(
        [*NEWSLAKE, "sql", "--warehouse", str(lake)],
        input="-- how many?\nselect count(*) as n from article;\nselect 2 as two",
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["n", "3", "two", "2"]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from article",
        "copy (select 1) to 'out.csv'",
        "from '/etc/passwd'",
        "select 1; select 2",
        "attach 'x.db'",
    ],
)
def test_what_is_no_question_to_the_lake_is_refused(lake: Path, statement: str) -> None:
    said = newslake("sql", statement, "--warehouse", lake)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("newslake: ")


def test_a_warehouse_without_articles_says_how_to_load_some(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    run = newslake("run", tmp_path / "inbox", "--warehouse", tmp_path / "lake")
    assert (run.returncode, run.stdout) == (0, "Run 1: there is no file to read in the inbox.\n")
    said = newslake("sql", "select count(*) as articles from article", "--warehouse", tmp_path / "lake")
    assert (said.returncode, said.stdout) == (0, "articles\n0\n")
    assert said.stderr == (
        f"newslake: The warehouse in {tmp_path / 'lake'} holds no article yet. "
        "`newslake run INBOX` loads a folder of them.\n"
    )


def test_no_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    said = newslake("sql", "select 1", "--warehouse", tmp_path / "none")
    assert said.returncode == 1
    assert "There is no warehouse in" in said.stderr
    assert "`newslake run INBOX` makes one and loads it" in said.stderr


def test_status_tells_runs_and_states(lake: Path) -> None:
    said = json.loads(newslake("status", "--warehouse", lake, "--json").stdout)
    assert said["states"] == {"loaded": 3, "quarantined": 1}
    assert said["totals"]["articles"] == 3
    assert "inputs by state" in newslake("status", "--warehouse", lake).stdout


def test_explain_tells_where_an_article_came_from_and_what_was_cut(lake: Path) -> None:
    said = json.loads(newslake("explain", "1", "--warehouse", lake, "--json").stdout)
    assert said["readings"][0]["input_key"] == "0000.html"
    assert said["readings"][0]["origins"]["title"] == "declared"
    assert [span["rule_id"] for span in said["removed"]] == ["blocks.navigation", "blocks.footer"]
    assert "© The Quay Gazette. All rights reserved." in newslake("explain", "1", "--warehouse", lake).stdout


def test_explaining_an_article_that_is_not_there_says_where_ids_stand(lake: Path) -> None:
    said = newslake("explain", "999", "--warehouse", lake)
    assert said.returncode == 1
    assert "There is no article 999" in said.stderr


def test_a_sound_warehouse_is_audited_clean(lake: Path) -> None:
    said = newslake("audit", "--warehouse", lake)
    assert (said.returncode, said.stdout.startswith("audit clean")) == (0, True)


def test_an_audit_that_finds_a_difference_says_so_and_exits_with_1(lake: Path, tmp_path: Path) -> None:
    import shutil

    from warehouse.lake import connect, transaction

    broken = tmp_path / "broken"
    shutil.copytree(lake, broken)
    con = connect(broken)
    with transaction(con, "a test"):
        con.execute("delete from ops.input where input_key = 'empty.html'")
    con.close()
    said = newslake("audit", "--warehouse", broken)
    assert said.returncode == 1
    assert "quarantine" in said.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "gone"], "gone: No such file or directory; name an existing folder"),
        (["run", ".", "--settings", "gone.toml"], "gone.toml: no such settings file"),
        (["sql", "select 1", "--format", "xml"], "Invalid value for '--format'"),
        (["explain", "x"], "Invalid value for 'ARTICLE_ID'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(tmp_path: Path, words: list[str], said: str) -> None:
    found = newslake(*words, cwd=tmp_path)
    assert found.returncode == 2
    assert said in " ".join(found.stderr.split())


def test_a_wrong_setting_exits_with_2_and_names_it(tmp_path: Path) -> None:
    found = newslake("status", cwd=tmp_path, NEWSLAKE_BATCH__MAX_ROWS="many")
    assert found.returncode == 2
    assert "NEWSLAKE_BATCH__MAX_ROWS: batch.max_rows: Expected `int`" in found.stderr


@pytest.mark.parametrize("words", [["extract", "."], ["run", ".", "--warehouse", "lake"]])
def test_a_folder_of_site_rules_that_is_not_there_exits_with_2_and_is_named(tmp_path: Path, words: list[str]) -> None:
    found = newslake(*words, cwd=tmp_path, NEWSLAKE_EXTRACTION__SITE_RULES="lost_rules")
    assert found.returncode == 2
    assert f"extraction.site_rules: {tmp_path}/lost_rules: No such file or directory" in found.stderr
    assert not (tmp_path / "lake").exists()


def test_site_rules_shows_the_lines_that_have_no_effect(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    rule = "body: //main\nbodyy: //article\nstrip: //div[\nnext_page_link: //a\n"
    (tmp_path / "rules" / "bay.example.txt").write_text(rule, encoding="utf-8")
    named = {"cwd": tmp_path, "NEWSLAKE_EXTRACTION__SITE_RULES": "rules"}
    all_of_them = newslake("site-rules", **named)
    assert all_of_them.returncode == 0, all_of_them.stderr
    assert all_of_them.stdout.splitlines()[0] == "rule files: 1, lines applied: 1, ignored: 1"
    assert "rules/bay.example.txt:2  bodyy: //article  unknown directive 'bodyy'" in all_of_them.stdout
    assert "needs the network" not in all_of_them.stdout
    assert "ignored: needs the network" in newslake("site-rules", "www.bay.example", "--ignored", **named).stdout
    said = json.loads(newslake("site-rules", "--json", **named).stdout)
    assert (said["files"], [line["line"] for line in said["lines"]], said["missed"]) == (1, [2, 3, 4], [])


def test_site_rules_without_a_folder_or_a_rule_says_what_to_do(tmp_path: Path) -> None:
    none = newslake("site-rules", cwd=tmp_path)
    assert none.returncode == 2
    assert "set extraction.site_rules" in none.stderr
    (tmp_path / "rules").mkdir()
    unknown = newslake("site-rules", "bay.example", cwd=tmp_path, NEWSLAKE_EXTRACTION__SITE_RULES="rules")
    assert unknown.returncode == 1
    assert "its file would be bay.example.txt" in unknown.stderr


def test_a_run_with_a_mistyped_inbox_leaves_nothing_behind(tmp_path: Path) -> None:
    refused = newslake("run", tmp_path / "inbx", "--warehouse", tmp_path / "lake", PREFECT_API_URL="")
    assert (refused.returncode, f"{tmp_path / 'inbx'}: No such file or directory" in refused.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_extract_shows_cards_and_gives_json_with_all_keys(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(article(1), encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    cards = newslake("extract", tmp_path / "a.html")
    assert "Council of district 1 votes on its harbour" in cards.stdout
    one, other = (json.loads(line) for line in newslake("extract", tmp_path, "--json").stdout.splitlines())
    assert list(one) == [
        *["path", "kind", "title", "kicker", "summary", "highlights", "authors", "published_date", "published_at"],
        *["published_precision", "published_origin", "modified_at", "url", "source", "section", "categories"],
        *["language", "is_translated", "headings", "items", "body", "removed"],
    ]
    assert one["published_at"] == "2026-03-02T08:15:00+01:00"
    assert (Path(other["path"]).name, other["error"]["reason"]) == ("b.txt", "empty")


def test_extract_tells_files_of_one_name_apart_by_the_paths_as_they_were_given(tmp_path: Path) -> None:
    for folder in ("bay", "quay"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.html").write_text(article(1), encoding="utf-8")
        (tmp_path / folder / "empty.txt").write_bytes(b"")
    given = ["bay/a.html", "quay/a.html", "bay/empty.txt", "./quay/empty.txt"]
    said = newslake("extract", *given, "--json", cwd=tmp_path)
    assert [json.loads(line)["path"] for line in said.stdout.splitlines()] == given
    cards = newslake("extract", *given, cwd=tmp_path).stdout.splitlines()
    assert [line for line in cards if line in given] == given
    address = (tmp_path / "bay" / "a.html").as_uri()
    said = newslake("extract", address, "--json")
    assert json.loads(said.stdout)["path"] == str(tmp_path / "bay" / "a.html")


def test_the_seeds_come_out_as_expected(seeds: Path, tmp_path: Path) -> None:
    found = newslake("extract", seeds, "--json")
    file = tmp_path / "extracted.jsonl"
    file.write_text(found.stdout, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, str(seeds / "check.py"), str(file)], capture_output=True, text=True, check=False
    )
    assert checked.stdout == "0 differences\n"


def test_what_is_no_number_is_null_in_json(lake: Path) -> None:
    question = "select 'nan'::double as a, 'inf'::double as b, [1.5, '-inf'::double] as c, {'d': 'nan'::float} as d"
    said = newslake("sql", question, "--warehouse", lake, "--format", "json").stdout
    assert said == '{"a": null, "b": null, "c": [1.5, null], "d": {"d": null}}\n'


def test_a_run_whose_rejected_share_passes_its_bound_sends_one_message(
    tmp_path: Path, receiver: tuple[str, list[dict[str, str]]], prefect_server: str
) -> None:
    url, got = receiver
    write_articles(tmp_path / "inbox", range(1))
    for name in ("a.html", "b.html", "c.txt"):
        (tmp_path / "inbox" / name).write_bytes(b"\x00" * len(name) + name.encode())
    run = newslake(
        "run", tmp_path / "inbox", "--warehouse", tmp_path / "lake", NEWSLAKE_ALERTS__CHANNELS=json.dumps([url])
    )
    assert run.returncode == 0, run.stderr
    assert len(got) == 1
    assert "too much was rejected" in got[0]["title"]
    assert "3 of 4 inputs could not be loaded (75.0%; the bound is 20.0%)" in got[0]["message"]
    everything = run.stdout + run.stderr + json.dumps(got)
    recorded = newslake("sql", "from ops.alert", "--warehouse", tmp_path / "lake").stdout
    assert "json://127.0.0.1" in recorded
    assert not any(secret in everything + recorded for secret in ("hush-hush", "token-abc"))


def test_a_run_that_fails_sends_one_message_and_exits_with_1(
    tmp_path: Path, receiver: tuple[str, list[dict[str, str]]], prefect_server: str
) -> None:
    from warehouse.lake import connect, transaction

    url, got = receiver
    lake = tmp_path / "lake"
    write_articles(tmp_path / "inbox", range(1))
    run = newslake("run", tmp_path / "inbox", "--warehouse", lake, "--profile")
    assert run.returncode == 0
    assert [line.split()[0] for line in run.stdout.splitlines()[-9:]] == [
        "stage", "listing", "opening", "comparing", "reading", "validating", "loading", "learning", "total"
    ]  # fmt: skip
    con = connect(lake)
    with transaction(con, "a test"):
        con.execute(
            "insert into dim_author select author_id, 'Somebody Else', author_kind from dim_author where author_id > 0"
        )
    con.close()
    (tmp_path / "inbox" / "0000.html").write_text(article(0, words="market"), encoding="utf-8")
    run = newslake("run", tmp_path / "inbox", "--warehouse", lake, NEWSLAKE_ALERTS__CHANNELS=json.dumps([url]))
    assert run.returncode == 1
    assert "The batch was rolled back" in run.stderr
    assert "Traceback" not in run.stderr
    assert [message["title"] for message in got] == ["newslake run 2: failed"]


def test_a_run_that_is_terminated_drops_its_batch_and_says_so(tmp_path: Path, prefect_server: str) -> None:
    import signal
    import time

    write_articles(tmp_path / "inbox", range(2))
    (tmp_path / "inbox" / "slow.html").write_text("<article>" + "<p>One paragraph of very many.</p>" * 100_000)
    lake = tmp_path / "lake"
    run = subprocess.Popen(
        [*NEWSLAKE, "run", str(tmp_path / "inbox"), "--warehouse", str(lake)], stderr=subprocess.PIPE, text=True
    )
    for _ in range(600):
        if any((lake / "staging").glob("run-*")):
            break
        time.sleep(0.1)
    time.sleep(2)
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 143, said
    assert "terminated" in said
    states = newslake("sql", "select state, loaded from ops.run", "--warehouse", lake).stdout.split()
    assert states == ["state,loaded", "interrupted,0"]
    assert newslake("audit", "--warehouse", lake).returncode == 0


def test_with_json_for_a_log_every_line_on_standard_error_is_an_object_and_results_are_as_ever(
    tmp_path: Path, prefect_server: str
) -> None:
    write_articles(tmp_path / "inbox", range(1))
    run = newslake("run", tmp_path / "inbox", "--warehouse", tmp_path / "lake", "--json", NEWSLAKE_LOG="json")
    assert run.returncode == 0, run.stderr
    said = [json.loads(line) for line in run.stderr.splitlines()]
    assert {line["level"] for line in said} == {"info"}
    assert said[0]["message"].startswith(f"newslake run: inbox {tmp_path / 'inbox'}, warehouse ")
    stages = [line["stage"] for line in said if line["message"] == "stage"]
    assert [stage for stage in stages if stage in ("listing", "validating", "loading")] == [
        "listing", "validating", "loading"
    ]  # fmt: skip
    assert [line["files"] for line in said if line["message"] == "reading begins"] == [1]
    assert json.loads(run.stdout)["loaded"] == 1

    refused = newslake("run", tmp_path / "nowhere", "--warehouse", tmp_path / "lake", NEWSLAKE_LOG="json")
    assert refused.returncode == 2
    [line] = refused.stderr.splitlines()
    assert json.loads(line)["level"] == "error"
    assert str(tmp_path / "nowhere") in json.loads(line)["message"]

    unknown = newslake("run", "--no-such-option", NEWSLAKE_LOG="json")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert (
        "No such option: --no-such-option" in [json.loads(line)["message"] for line in unknown.stderr.splitlines()][-1]
    )

    mistaken = newslake("status", "--warehouse", tmp_path / "lake", NEWSLAKE_LOG="loud")
    assert mistaken.returncode == 2
    assert "NEWSLAKE_LOG: log: Invalid enum value 'loud', expected one of json, text" in mistaken.stderr
