"""`newslake run --accept` and `--discard`: what a gate held is let through, or dropped, in this process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows import imported
from flows.account import account
from flows.command_run import print_summary
from flows.environment import settle
from flows.feeds_and_rules import feeds_of
from flows.machine_faults import in_words
from flows.prefect_server import ServerDown, start_for_a_run
from flows.settings import Loaded
from flows.sigterm import AS_A_RUN, leave_on_sigterm
from flows.terminal import announce, complain
from warehouse.errors import LakeError, is_interruption

if TYPE_CHECKING:
    from flows.held import Verb
    from flows.summary import RunSummary


def decide(
    loaded: Loaded,
    folder: Path,
    named_by: str,
    verb: Verb,
    run_id: int,
    reason: str,
    name: str | None,
    *,
    settings_file: Path | None,
    strict: bool,
    as_json: bool,
) -> int:
    """Let through or drop what run ``run_id`` holds and print what became of it; the exit status."""
    feeds_of(loaded.settings)
    from warehouse.gates import held_inputs
    from warehouse.lake import connect

    try:
        con = connect(folder, read_only=True)
        held_inputs(con, run_id, name)  # a wrong number should not take ten seconds to be told
        con.close()
        settle(folder)
        leave_on_sigterm(AS_A_RUN)
        server = start_for_a_run(folder)
    except LakeError as error:
        complain(str(error))
        return 1
    announce(f"newslake run --{verb} {run_id}: warehouse {folder} ({named_by})")
    from expectations.errors import ExpectationsError

    summary: RunSummary | None = None
    try:
        with imported.set_aside():
            from flows.held import decide_held

        with server:
            summary = decide_held(
                verb,
                run_id,
                reason,
                account(),
                name=name,
                warehouse=str(folder),
                settings_file=str(settings_file) if settings_file else None,
            )
    except (LakeError, ExpectationsError, ServerDown) as error:
        complain(in_words(error, folder) or str(error))
    except Exception as error:
        if is_interruption(error):
            raise
        complain(in_words(error, folder) or f"the run failed: {type(error).__name__}: {error}")
    if summary is None:
        return 1
    if as_json:
        sys.stdout.write(json.dumps(summary.as_json(), ensure_ascii=False) + "\n")
    else:
        print_summary(summary)
    return summary.exit_status(strict=strict)
