"""What every test stands on: no settings of the person who runs them, and the measured inputs where they are there."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from storage_servers import database, gcs, postgres, s3  # noqa: F401 - fixtures for the tests of every folder

from flows import prefect_database

ROOT = Path(__file__).parents[1]
_INPUTS = ("NEWSLAKE_SEEDS", "NEWSLAKE_PAGES")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--set-up",
        choices=["one", "all"],
        default="one",
        help="one: set-up from a fresh clone once, as it is; all: with uv, without, as another user, twice",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Before anything imports Prefect or Great Expectations, which read their environment once."""
    for name in [n for n in os.environ if n.startswith(("NEWSLAKE_", "PREFECT_")) and n not in _INPUTS]:
        del os.environ[name]
    folder = tempfile.TemporaryDirectory(prefix="newslake-prefect-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    os.environ["PREFECT_HOME"] = folder.name
    prefect_database.place(Path(folder.name))
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # The same examples each time: what fails is what was changed. `make test-properties` looks for new ones.
    settings.register_profile("same examples", derandomize=True)
    if not os.environ.get("FRESH_EXAMPLES"):
        settings.load_profile("same examples")
        # Hypothesis also tries numbers and texts that it finds in the source of the modules imported by then: others in
        # each process, and others with each change of a file.
        providers._get_local_constants = Constants


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the collector of cycles what was imported and collected: it lives as long as the process, and to go through
    it again and again took a twentieth of the tests' time. What a test makes is looked through as seldom as in the
    children of a run."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _input_folder(variable: str, name: str, needed: str) -> Path:
    folder = Path(os.environ.get(variable) or ROOT.parent / "shared" / name)
    if not (folder / needed).is_file():
        pytest.skip(f"{folder / needed} is not there; {variable} names the folder")
    return folder


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the five seeds with expected.json."""
    return _input_folder("NEWSLAKE_SEEDS", "seeds", "expected.json")


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the public pages with pages-dev.parquet and pages.py."""
    return _input_folder("NEWSLAKE_PAGES", "bench", "pages-dev.parquet")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The project's own sample files."""
    return ROOT / "samples"
