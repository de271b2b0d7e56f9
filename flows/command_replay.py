"""`newslake replay` and `newslake quarantine replay`: what was picked up earlier is read again, in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from flows import imported
from flows.environment import settle
from flows.feeds_and_rules import feeds_of, read_site_rules, rules_of
from flows.machine_faults import in_words
from flows.prefect_server import ServerDown, start_for_a_run
from flows.progress import REPORTER, reporter_for
from flows.replay_summary import ReplaySummary
from flows.settings import Loaded
from flows.sigterm import AS_A_RUN, leave_on_sigterm
from flows.terminal import announce, complain, console
from warehouse.errors import LakeError, is_interruption
from warehouse.scope import Scope


def replay_readings(
    loaded: Loaded,
    folder: Path,
    named_by: str,
    scope: Scope,
    *,
    settings_file: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Read the articles of ``scope`` again and print what changed; the exit status."""

    def flow() -> ReplaySummary:
        from flows.replay import replay

        return replay(
            warehouse=str(folder),
            settings_file=str(settings_file) if settings_file else None,
            since=scope.since,
            source=scope.source,
            article_id=scope.article_id,
            feed=scope.feed,
            dry_run=dry_run,
        )

    return _carried_out(loaded, folder, f"newslake replay: warehouse {folder} ({named_by})", flow, as_json=as_json)


def replay_quarantined(
    loaded: Loaded, folder: Path, named_by: str, scope: Scope, *, settings_file: Path | None, as_json: bool
) -> int:
    """Read the quarantined inputs of ``scope`` again and print what became of them; the exit status."""

    def flow() -> ReplaySummary:
        from flows.replay import replay_quarantine

        return replay_quarantine(
            warehouse=str(folder),
            settings_file=str(settings_file) if settings_file else None,
            reason=scope.reason,
            input_ids=scope.input_ids,
        )

    headline = f"newslake quarantine replay: warehouse {folder} ({named_by})"
    return _carried_out(loaded, folder, headline, flow, as_json=as_json)


def _carried_out(
    loaded: Loaded, folder: Path, headline: str, flow: Callable[[], ReplaySummary], *, as_json: bool
) -> int:
    feeds_of(loaded.settings)
    read_site_rules(loaded)
    from warehouse.lake import connect

    try:
        connect(folder, read_only=True).close()  # a wrong folder should not take ten seconds to be told
        settle(folder)
        leave_on_sigterm(AS_A_RUN)
        server = start_for_a_run(folder)
    except LakeError as error:
        complain(str(error))
        return 1
    summary = _summary(server, loaded, folder, headline, flow, as_json=as_json)
    if summary is None:
        return 1
    if as_json:
        sys.stdout.write(json.dumps(summary.as_json(), ensure_ascii=False) + "\n")
    else:
        out = console()
        out.print(summary.headline(), style="bold" if summary.state == "completed" else "bold red", highlight=False)
        for line in summary.plain_lines():
            out.print(line, highlight=False, markup=False)
    return summary.exit_status()


def _summary(
    server: AbstractContextManager[None],
    loaded: Loaded,
    folder: Path,
    headline: str,
    flow: Callable[[], ReplaySummary],
    *,
    as_json: bool,
) -> ReplaySummary | None:
    with ExitStack() as stack:
        reporter = stack.enter_context(reporter_for(as_json=as_json))
        announce(headline)
        REPORTER.set(reporter)
        reporter.stage("starting Prefect")
        with imported.set_aside():
            from expectations import verdict
            from expectations.errors import ExpectationsError
            from flows.forked import prepare_children

        try:
            with imported.set_aside():
                verdict.warm_up(rules_of(loaded))
                prepare_children(loaded.settings.extraction.engine)
                stack.enter_context(server)
            return flow()
        except (LakeError, ExpectationsError, ServerDown) as error:
            complain(in_words(error, folder) or str(error))
        except Exception as error:
            if is_interruption(error):
                raise
            complain(in_words(error, folder) or f"the replay failed: {type(error).__name__}: {error}")
    return None
