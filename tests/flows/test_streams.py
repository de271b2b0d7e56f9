"""The command's streams, arguments and signals as a shell may leave them: closed, in another charset, interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

NEWSLAKE = [sys.executable, "-c", "from flows.cli import main; main()"]


def newslake(
    *words: str | bytes | Path, given: bytes = b"", closed: str = "", **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """A command with ``given`` on its standard input; ``closed`` are redirections of the shell, such as ``>&-``."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *NEWSLAKE, *words],
        input=given,
        env=os.environ | environ,
        capture_output=True,
        timeout=240,
        check=False,
    )


def hint(lake: Path) -> bytes:
    """What is said beside an answer of a warehouse without an article."""
    said = f"newslake: The warehouse in {lake} holds no article yet. `newslake run INBOX` loads a folder of them.\n"
    return said.encode()


STATEMENTS = """\
select 'one;
two;' as "a;b"; -- and;
select 2 as two; select 3 as three;
selec 4;

select $$five;$$ as five"""


def test_statements_of_standard_input_end_where_sql_ends_them_and_a_wrong_one_is_named(lake: Path) -> None:
    said = newslake("sql", "--format", "json", "--warehouse", lake, given=STATEMENTS.encode())
    assert said.stdout.decode().splitlines() == [
        '{"a;b": "one;\\ntwo;"}', '{"two": 2}', '{"three": 3}', '{"five": "five;"}'
    ]  # fmt: skip
    assert said.stderr.startswith(b"newslake: statement 4, line 4: The SQL cannot be read: Parser Error")
    assert said.returncode == 1
    alone = newslake("sql", "--warehouse", lake, given=b"\xef\xbb\xbfselec 4")
    assert alone.stderr.startswith(b"newslake: The SQL cannot be read: Parser Error")


def test_what_is_not_utf8_is_refused_in_a_sentence(lake: Path) -> None:
    said = newslake("sql", "--warehouse", lake, given=b"select 1 as one;\nselect '\xff' as x;")
    assert (said.returncode, said.stdout) == (1, b"")
    assert said.stderr == (
        b"newslake: what came on standard input is not UTF-8: invalid start byte in byte 26; nothing was run\n"
    )
    said = newslake("sql", b"select '\xff' as x", "--warehouse", lake)
    assert (said.returncode, said.stdout) == (1, b"")
    assert said.stderr == b"newslake: The SQL holds bytes that are not UTF-8 (character 9); write it in UTF-8.\n"
    said = newslake("sql", "select 1", "--at", b"\xff", "--warehouse", lake)
    assert (said.returncode, said.stderr) == (
        2, b"newslake: the argument \\udcff is not UTF-8; nothing further was done\n"
    )  # fmt: skip


@pytest.mark.parametrize("charset", ["latin-1", "ascii", "cp932"])
def test_answers_are_utf8_whatever_the_locale_says(lake: Path, charset: str) -> None:
    said = newslake("sql", "select '東京 é' as place", "--warehouse", lake, PYTHONIOENCODING=charset)
    assert (said.returncode, said.stdout.decode(), said.stderr) == (0, "place\n東京 é\n", hint(lake))
    said = newslake("sql", "--warehouse", lake, given="select '東京 é' as x".encode(), PYTHONIOENCODING=charset)
    assert said.stdout.decode() == "x\n東京 é\n"
    said = newslake("sql", "select * from 東京", "--warehouse", lake, PYTHONIOENCODING=charset)
    assert said.stderr.decode().startswith("newslake: '東京' is no table")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", [("status",), ("sql",)])
def test_a_stream_that_the_caller_closed_is_no_failure(lake: Path, words: tuple[str, ...], closed: str) -> None:
    said = newslake(*words, "--warehouse", lake, given=b"select 1 as one", closed=closed)
    assert (said.returncode, said.stderr) == (0, hint(lake) if words == ("sql",) and "2>&-" not in closed else b"")


def test_a_file_that_is_opened_never_takes_the_number_of_a_closed_stream() -> None:
    code = (
        "from flows.streams import prepare_streams; prepare_streams(); import os, subprocess, sys; "
        "assert os.open('/', os.O_RDONLY) > 2; print('lost'); sys.stdin.read(); "
        "sys.exit(subprocess.run([sys.executable, '-c', 'print(1)']).returncode)"
    )
    done = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", code], check=False)
    assert done.returncode == 0


INTERRUPTED = [
    (["run", "."], "interrupted; the batch in hand was dropped, what was committed before stays"),
    (["upkeep"], "interrupted; the step in hand was dropped, what was done before stays"),
    (["status"], "interrupted"),
]


def ended(code: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A command with ``code`` run before it, in a process that Ctrl-C reaches."""
    return subprocess.run(
        [sys.executable, "-c", f"{code}from flows.cli import main; main()", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.parametrize(("words", "said"), INTERRUPTED)
def test_ctrl_c_says_what_becomes_of_the_work_as_a_termination_does(lake: Path, words: list[str], said: str) -> None:
    stop = (
        "import os, signal, flows.command_run, flows.command_upkeep, flows.command_inspect\n"
        "def stop(*_, **__): os.kill(os.getpid(), signal.SIGINT); signal.pause()\n"
        "flows.command_run.run_once = flows.command_upkeep.keep_up_once = flows.command_inspect.show_status = stop\n"
    )
    done = ended(stop, *words, "--warehouse", lake)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"newslake: {said}\n")


@pytest.mark.parametrize(("words", "said"), INTERRUPTED)
def test_ctrl_c_within_a_statement_is_no_failure(lake: Path, words: list[str], said: str) -> None:
    stop = (
        "import os, signal, threading, duckdb, warehouse.migrate, flows.command_upkeep, flows.command_inspect\n"
        "def stop(*_, **__):\n"
        "    con = duckdb.connect(config={'python_enable_replacements': False, 'threads': 1})\n"
        "    threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()\n"
        "    con.execute('select sum(i % 7) from range(1_000_000_000_000) as numbers(i)').fetchall()\n"
        "warehouse.migrate.prepare = flows.command_upkeep.keep_warehouse = flows.command_inspect.show_status = stop\n"
    )
    done = ended(stop, *words, "--warehouse", lake)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.splitlines()[-1] == f"newslake: {said}"


def test_with_json_for_a_log_what_a_library_or_the_interpreter_writes_is_an_object_a_line_too() -> None:
    program = (
        "from flows.streams import flush, prepare_streams; prepare_streams(); import sys, warnings; "
        "print('\\x1b[33m(raylet)\\x1b[0m A worker', 'died', file=sys.stderr); warnings.warn('of its own accord'); "
        "sys.stderr.write('not ended'); flush(); 1 / 0"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"NEWSLAKE_LOG": "json"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [json.loads(line) for line in said.stderr.splitlines()]
    assert {line["level"] for line in lines} == {"warning"}
    assert [line["message"] for line in lines[:3]] == [
        "(raylet) A worker died", "<string>:1: UserWarning: of its own accord", "not ended"
    ]  # fmt: skip
    assert lines[-1]["message"] == "ZeroDivisionError: division by zero"
