"""The shell of `newslake sql`, in a real pseudo-terminal, and what it completes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from flows import shell
from flows.shell import SqlCompleter
from warehouse.lake import Connection, connect
from warehouse.migrate import prepare
from warehouse.read_only import open_read_only
from warehouse.vocabulary import vocabulary

_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shell") / "lake"
    prepare(folder).close()
    return folder


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell that starts the tests in the background ignores it for them


class Terminal:
    """`newslake sql` in a pseudo-terminal of 40 lines of 120 columns."""

    def __init__(self, lake: Path, **environ: str) -> None:
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in {"HOME", "XDG_STATE_HOME", "NO_COLOR"}}
        command = [sys.executable, "-c", "from flows.cli import main; main()", "sql", "--warehouse", str(lake)]
        self.process = subprocess.Popen(
            command,
            stdin=side,
            stdout=side,
            stderr=side,
            env=kept | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"} | environ,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one system call, and the test has no threads
        )
        os.close(side)
        self.said = ""
        self.until("newslake>")

    def type(self, keys: str) -> None:
        os.write(self.main, keys.encode())

    def shows(self, text: str, seconds: float = 1) -> bool:
        """Whether ``text`` stands in what was not looked for yet, or comes in time."""
        begun = time.monotonic()
        while text not in self.said:
            ready, _, _ = select.select([self.main], [], [], 0.2)
            if ready:
                try:
                    self.said += _CONTROLS.sub("", os.read(self.main, 65536).decode(errors="replace"))
                except OSError:
                    break
            if time.monotonic() - begun > seconds:
                break
        return text in self.said

    def until(self, text: str, seconds: float = 60) -> str:
        """What was shown up to ``text``, without control sequences; fails where it never comes."""
        self.shows(text, seconds)
        assert text in self.said, f"{text!r} never came after: {self.said[-2000:]!r}"
        shown, _, self.said = self.said.partition(text)
        return shown

    def leave(self) -> int:
        status = self.process.wait(timeout=30)
        os.close(self.main)
        return status

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def terminal(lake: Path, tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(lake, XDG_STATE_HOME=str(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def homeless_terminal(lake: Path) -> Iterator[Terminal]:
    opened = Terminal(lake)
    yield opened
    opened.close()


def test_a_session_answers_over_several_lines_completes_refuses_and_remembers(
    terminal: Terminal, lake: Path, tmp_path: Path
) -> None:
    terminal.type("select 6 * 7\r")
    terminal.until("...>")
    terminal.type("as answer;\r")
    terminal.until("answer")
    terminal.until("42")
    terminal.until("newslake>")

    terminal.type("select count(*) + 100 as n from dim_aut\t")
    terminal.until("dim_author")
    terminal.type(";\r")
    terminal.until("101")
    terminal.until("newslake>")

    terminal.type("from '/etc/passwd';\r")
    terminal.until("is no table or view of the lake")
    terminal.type("drop view article;\r")
    terminal.until("DROP statements are not run")

    terminal.type(".schema ops.run\r")
    terminal.until("One row per run.")
    terminal.until("inbox")
    terminal.type(".tables\r")
    terminal.until("One row per article, with its current reading")
    terminal.type(".mode json\r")
    terminal.until("newslake>")
    terminal.type("select 1 as one;\r")
    terminal.until('{"one": 1}')
    terminal.type("select 1 as x, 2 as x;\r")
    terminal.until("Two columns are called x; name them with AS.")
    terminal.type("select map {[1]: date '2026-03-01'} as m;\r")
    terminal.until('{"m": {"[1]": "2026-03-01"}}')
    terminal.type(".open x\r")
    terminal.until("is no command of this shell")
    terminal.until("newslake>")  # before it, the terminal itself would take Ctrl-C

    terminal.type("select 'typed and dropped'")
    terminal.until("dropped'")
    terminal.type("\x03")
    terminal.until("newslake>")
    time.sleep(1)  # the history is read while the prompt waits
    terminal.type("\x1b[A")
    terminal.until(".open x")
    for _ in range(3):
        terminal.type("\x1b[A")
    terminal.until("one;")  # of each line only what differs from the one shown before may be written
    terminal.type("\r")
    terminal.until('{"one": 1}')
    terminal.until("newslake>")
    terminal.type(".quit\r")
    assert terminal.leave() == 0

    history = tmp_path / "newslake" / "sql_history"
    assert "select 6 * 7" in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600


def test_a_query_is_stopped_by_ctrl_c_and_the_shell_left_by_ctrl_d_without_a_home(homeless_terminal: Terminal) -> None:
    terminal = homeless_terminal
    terminal.type("select count(*) from range(100000000) a, range(100000000) b where (a.range * b.range) % 7 = 1;\r")
    for _ in range(60):  # on a busy machine the query may not have begun when the first one comes
        time.sleep(1)
        terminal.type("\x03")
        if terminal.shows("stopped"):
            break
    terminal.until("stopped")
    terminal.until("newslake>")
    terminal.type("select 'still here' as it;\r")
    terminal.until("still here")
    terminal.until("still here")
    terminal.until("newslake>")
    terminal.type("\x04")
    assert terminal.leave() == 0


def test_a_session_outlives_an_answer_that_fails_in_a_way_nobody_thought_of(
    lake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["select 1 as one;", "select 2 as two;", ".quit"])
    monkeypatch.setattr(shell.PromptSession, "prompt", lambda *_: next(typed))
    answered = []

    def fail_once(result: Connection, *_: object, **__: object) -> None:
        answered.append(result.fetchall())
        if len(answered) == 1:
            raise TypeError("keys must be str")

    monkeypatch.setattr(shell, "print_rows", fail_once)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        shell.Shell(open_read_only(lake), "json", None).run()
    assert answered == [[(1,)], [(2,)]]
    assert capsys.readouterr().err == "newslake: the answer cannot be shown: TypeError: keys must be str\n"


def _completed(lake: Path, text: str) -> list[str]:
    con = connect(lake, read_only=True)
    completer = SqlCompleter(vocabulary(con))
    return [found.text for found in completer.get_completions(Document(text), CompleteEvent())]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("select * from article_", ["article_author", "article_category", "article_revision"]),
        ("select * from ops.bat", ["ops.batch"]),
        ("describe dim_f", ["dim_feed"]),
        (".sch", [".schema"]),
        (".schema dim_f", ["dim_feed"]),
        ("select * from dim_feed f where f.pat", ["f.pattern"]),
        ("select * from dim_feed where rhy", ["rhythm"]),
        ("select * from dim_feed as f join ops.run using (x) where run.newslake_", ["run.newslake_version"]),
        ("select regexp_extract_", ["regexp_extract_all("]),
        ("select * from nowhere n where n.", []),
    ],
)
def test_what_may_stand_at_the_cursor_is_offered(lake: Path, typed: str, offered: list[str]) -> None:
    found = _completed(lake, typed)
    assert [text for text in found if text in offered] == offered
    assert len(found) == len(offered) or typed == "select * from article_"
