"""`make demo` and `make test` work from a fresh clone on a bare machine.

By default one clone is set up as it is, with a home folder that cannot be written. ``--set-up=all`` (`make test-setup`)
goes through every way that the README promises: pip and uv, another user, no home, twice in a row, a moved folder.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from transforms.compiled import MODULES, compiled

ROOT = Path(__file__).parents[1]
MINUTES = 60


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that another user can reach; pytest's own temporary folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="newslake-setup-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def clone(room: Path) -> Path:
    """What `git clone` of this checkout gives, with the changes that are not committed yet."""
    target = room / "newslake with a space"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(target)], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--modified", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture
def pip_alone() -> None:
    if shutil.which("uv", path="/usr/bin:/bin"):
        pytest.skip("uv stands in /usr/bin, so it cannot be hidden")


@pytest.fixture
def every_way(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--set-up") != "all":
        pytest.skip("takes minutes: make test-setup")


def bare_environment(room: Path, *, uv: bool = False, home: str | None = None) -> dict[str, str]:
    """The environment of a machine that has only git, make and Python; how packages are reached stays."""
    tools = room / "bin"
    tools.mkdir(exist_ok=True)
    tools.chmod(0o755)
    for tool in ("git", "make", "python3", "uv"):
        (tools / tool).unlink(missing_ok=True)
    python = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    (tools / "python3").symlink_to(python)
    for tool in ("git", "make", *(["uv"] if uv else [])):
        found = shutil.which(tool)
        if found is None:
            pytest.skip(f"no {tool} on the PATH")
        (tools / tool).symlink_to(Path(found).resolve())
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_", "REQUESTS_"))}
    path = f"{tools}:/usr/bin:/bin"
    return kept | {"PATH": path, "LC_ALL": "C"} | ({} if home is None else {"HOME": home})


def unwritable_home(room: Path) -> str:
    """A home folder that nobody can write, root neither: a file stands in its place."""
    home = room / "home"
    home.touch()
    home.chmod(0o444)
    return str(home)


def make(clone: Path, target: str, environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [*command, "make", target],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=15 * MINUTES,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def answers_in_readme() -> list[re.Pattern[str]]:
    """The lines that the README prints as answers; "…" stands for what a line has no room for."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Five questions\n")[2].partition("\n## ")[0]
    lines = [line for answer in re.findall(r"```text\n(.*?)```", section, re.DOTALL) for line in answer.splitlines()]
    assert len(lines) > 40
    shown = [line.rstrip() for line in lines if not line.startswith("… ")]
    return [re.compile(re.escape(line.removesuffix("…")) + (".*" if line.endswith("…") else "")) for line in shown]


def assert_demo_is_told(said: str, clone: Path) -> None:
    questions = sorted((clone / "warehouse/questions").glob("*.sql"))
    assert len(questions) == 5
    assert said.count("$ newslake run samples") == 2
    assert "unchanged, nothing to do" in said
    for question in questions:
        assert question.name in said
    told = [line.rstrip() for line in said.splitlines()]
    assert [answer.pattern for answer in answers_in_readme() if not any(map(answer.fullmatch, told))] == []


def test_the_question_whether_the_loops_were_compiled_is_answered() -> None:
    """As `environment.sh` puts it; what it says then is looked at by the long form."""
    script = (ROOT / "environment.sh").read_text(encoding="utf-8")
    (question,) = re.findall(r'bin/python -c "(import sys; [^"]+)"', script)
    expected = int(None in map(compiled, MODULES))
    asked = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (expected, "")


@pytest.mark.timeout(15 * MINUTES)
def test_the_demo_runs_with_a_home_that_cannot_be_written(room: Path) -> None:
    """In this checkout, whose environment is there: to make one takes minutes, and is the long form's."""
    assert_demo_is_told(make(ROOT, "demo", bare_environment(room, home=unwritable_home(room))), ROOT)


@pytest.mark.timeout(15 * MINUTES)
def test_the_demo_runs_from_a_fresh_clone_with_a_home_that_cannot_be_written(
    every_way: None, room: Path, clone: Path
) -> None:
    said = make(clone, "demo", bare_environment(room, home=unwritable_home(room)))
    assert "Setting up .venv" in said
    assert_demo_is_told(said, clone)
    again = subprocess.run(["sh", "environment.sh", "requirements.lock"], cwd=clone, capture_output=True, check=True)
    assert again.stdout == b""
    assert sorted(p.name for p in room.iterdir()) == ["bin", "home", clone.name]


@pytest.mark.timeout(40 * MINUTES)
def test_the_demo_twice_and_then_the_development_tools_with_pip(
    every_way: None, pip_alone: None, room: Path, clone: Path
) -> None:
    environment = bare_environment(room)
    assert "with pip" in make(clone, "demo", environment)
    again = make(clone, "demo", environment)
    assert "Setting up" not in again
    assert_demo_is_told(again, clone)
    assert "with pip" in make(clone, "lint", environment)
    assert "Setting up" not in make(clone, "demo", environment)


@pytest.mark.timeout(40 * MINUTES)
@pytest.mark.parametrize("uv", [False, True])
def test_without_a_compiler_the_demo_is_the_same_and_the_set_up_says_so(
    every_way: None, pip_alone: None, room: Path, clone: Path, uv: bool
) -> None:
    environment = bare_environment(room, uv=uv)
    without = make(clone, "demo", environment | {"CC": "/bin/false"})
    assert "loops were not compiled" in without
    assert_demo_is_told(without, clone)
    assert list((clone / "transforms").rglob("*.so")) == []
    make(clone, "clean", environment)
    said = make(clone, "environment", environment)
    assert "not compiled" not in said
    assert len(list((clone / "transforms").rglob("*.so"))) == 2
    make(clone, "clean", environment)
    assert list((clone / "transforms").rglob("*.so")) == []


@pytest.mark.timeout(40 * MINUTES)
@pytest.mark.parametrize("uv", [False, True])
def test_extras_come_in_the_locked_versions_and_without_the_tools_of_the_tests(
    every_way: None, pip_alone: None, room: Path, clone: Path, uv: bool
) -> None:
    environment = bare_environment(room, uv=uv)
    said = make(clone, "environment", environment | {"EXTRAS": "s3,postgres"})
    assert "Adding the extras s3,postgres." in said
    assert make(clone, "environment", environment | {"EXTRAS": "s3,postgres"}) == ""
    program = "from importlib.metadata import distributions as d; print(*(f'{x.name}=={x.version}' for x in d()))"
    python = clone / ".venv/bin/python"
    told = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout
    there = [one.lower().replace("_", "-") for one in told.split()]
    names = [one.partition("==")[0] for one in there]
    locked = re.findall(r"(?m)^([a-z0-9._-]+)(?:\[.*?\])?(==[^ \n]+)", (clone / "requirements-dev.lock").read_text())
    versions = {name + version for name, version in locked}
    for name in ("s3fs", "aiobotocore", "psycopg", "psycopg-binary", "duckdb-extension-httpfs"):
        assert next(one for one in there if one.startswith(f"{name}==")) in versions
    assert {"pytest", "ray"} & set(names) == set()


@pytest.mark.timeout(40 * MINUTES)
def test_the_demo_with_uv_and_later_without(every_way: None, pip_alone: None, room: Path, clone: Path) -> None:
    home = unwritable_home(room)
    assert "with uv" in make(clone, "demo", bare_environment(room, uv=True, home=home))
    said = make(clone, "types", bare_environment(room, home=home))
    assert "with pip" in said
    assert_demo_is_told(make(clone, "demo", bare_environment(room, home=home)), clone)


@pytest.mark.timeout(40 * MINUTES)
def test_another_user_without_a_home_gets_the_same(every_way: None, room: Path, clone: Path) -> None:
    runuser = shutil.which("runuser", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if os.geteuid() != 0 or runuser is None:
        pytest.skip("only root can become another user, with runuser")
    nobody = pwd.getpwnam("nobody")
    for path in (clone, *clone.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    environment = bare_environment(room, home="/nonexistent")
    environment["PATH"] = environment["PATH"].removeprefix(f"{room / 'bin'}:")
    reachable = subprocess.run(
        [
            runuser,
            "-u",
            "nobody",
            "--",
            "python3",
            "-c",
            "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))",
        ],
        env=environment,
        check=False,
    )
    if reachable.returncode:
        pytest.skip("nobody can start no complete Python 3.11 here")
    assert_demo_is_told(make(clone, "demo", environment, runuser, "-u", "nobody", "--"), clone)


@pytest.mark.timeout(40 * MINUTES)
def test_a_moved_checkout_makes_its_environment_anew(every_way: None, room: Path, clone: Path) -> None:
    environment = bare_environment(room)
    make(clone, "environment", environment)
    moved = clone.rename(room / "moved")
    said = make(moved, "demo", environment)
    assert "made anew" in said
    assert_demo_is_told(said, moved)


def test_a_python_that_is_too_old_is_refused_with_the_remedy(room: Path, clone: Path) -> None:
    old = room / "old"
    old.mkdir()
    for name in ("python", *(f"python3{minor}" for minor in ("", ".11", ".12", ".13", ".14"))):
        (old / name).write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n', encoding="utf-8")
        (old / name).chmod(0o755)
    done = subprocess.run(
        ["sh", "environment.sh", "requirements.lock"],
        cwd=clone,
        env={"PATH": f"{old}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed, and python3 is Python 3.9.2" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (clone / ".venv").exists()


def test_an_interpreter_that_is_named_and_unfit_is_refused(clone: Path) -> None:
    done = subprocess.run(
        ["sh", "environment.sh", "requirements.lock"],
        cwd=clone,
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/nonexistent/python3.12"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PYTHON=/nonexistent/python3.12 is not a working Python 3.11 or newer" in done.stderr
