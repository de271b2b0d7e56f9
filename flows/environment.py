"""The environment that Prefect, Great Expectations and Arrow are imported into: no telemetry, no home folder, quiet.

They read their settings once, at import, so the command line calls :func:`settle` before it imports any. What the
user has set in the environment stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path

DEFAULTS = {
    # Arrow's own pool keeps what a batch took in pages of 2 MB, which are zeroed again for the next one: judging and
    # loading 50,000 articles took 5.0 CPU seconds with it, and 4.6 with the system's.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray has its workers give way to every other process (15). A page's deadline is of the clock, so beside busy
    # programs good pages passed theirs: beside three on two cores 26 pages took more than four minutes, now one.
    "RAY_worker_niceness": "0",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    # newslake tells of a run itself, its failure too; Prefect's own lines still reach its server.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LOGGERS_PREFECT_SERVER_LEVEL": "ERROR",
}

_OWN_SERVER = {
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
}


def settle(warehouse: Path) -> None:
    """Set what is not set: telemetry off and, where no server is named, the place of Prefect's files.

    They lie in the warehouse folder, so that no home folder is needed and no other project's runs are seen. Nothing is
    made there yet: whoever names a wrong inbox leaves nothing behind.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("PREFECT_API_URL"):
        os.environ.pop("PREFECT_API_URL", None)
        os.environ.setdefault("PREFECT_HOME", str(warehouse / "prefect"))
        for name, value in _OWN_SERVER.items():
            os.environ.setdefault(name, value)
