"""`newslake metrics`: the warehouse's gauges on standard output, or in a file for a collector of text files."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.terminal import complain
from warehouse.errors import LakeError
from warehouse.gates import waiting_slices
from warehouse.lake import connect
from warehouse.ledger import status
from warehouse.locks import run_in_progress
from warehouse.undisturbed import undisturbed


def print_metrics(folder: Path, out: Path | None) -> int:
    """Print or write them, whole or not at all; the exit status."""
    from flows.metrics import exposition

    try:
        con = connect(folder, read_only=True)
        try:
            # Asked before the books and after them: a run that begins or ends meanwhile is no run that died.
            was_running = run_in_progress(folder) is not None
            now, held = undisturbed(con, lambda: status(con)), waiting_slices(con)
            is_running = was_running or run_in_progress(folder) is not None
        finally:
            con.close()
        text = exposition(now, held, is_running=is_running)
        if out is None:
            sys.stdout.write(text)
            return 0
        part = out.with_name(f".{out.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(out)
    except LakeError as error:
        complain(str(error))
        return 1
    except OSError as error:
        complain(
            f"{out}: the metrics could not be written: {error.strerror}; name a file in a folder that you may write"
        )
        return 1
    return 0
