"""`newslake run`: one ingest run in this process, with its progress and its summary."""

from __future__ import annotations

import json
import os
import sys
from contextlib import AbstractContextManager, ExitStack, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flows import imported
from flows.environment import settle
from flows.feeds_and_rules import feeds_of, read_site_rules, rules_of
from flows.machine_faults import in_words
from flows.places import Access, has_credentials, shown
from flows.prefect_server import ServerDown, start_for_a_run
from flows.progress import REPORTER, reporter_for
from flows.settings import Loaded, SettingsError
from flows.sigterm import AS_A_RUN, leave_on_sigterm
from flows.summary import RunSummary
from flows.terminal import announce, complain, console, print_table
from warehouse.errors import LakeError, is_interruption

if TYPE_CHECKING:
    from expectations.rules import RuleBook
    from flows.listing_ahead import ListingAhead
    from transforms.read.page_body import Engine


def run_once(
    loaded: Loaded,
    inbox: str | None,
    folder: Path,
    named_by: str,
    *,
    settings_file: Path | None,
    verify: bool,
    strict: bool,
    as_json: bool,
    profile: bool = False,
) -> int:
    """Run the flow and print what it did; the exit status.

    The inbox, the feeds and the site rules are looked at before Prefect starts, because a wrong path should not take
    ten seconds to say so. Raises :class:`~flows.settings.SettingsError`.
    """
    feeds_of(loaded.settings)
    read_site_rules(loaded)
    rules = rules_of(loaded)
    settle(folder)
    # Prefect makes an exception of it inside the flow, and hands it on to this handler when the flow has ended.
    leave_on_sigterm(AS_A_RUN)
    from flows.archive import archive_of
    from flows.listing_ahead import begin_listing
    from flows.pickup import NoInbox, check_inbox

    source = loaded.inbox(inbox)
    archive_of(loaded, source, Access())
    try:
        check_inbox(source)
    except NoInbox as error:
        complain(str(error))
        return 2
    if has_credentials(source):
        # A flow's parameters are kept by Prefect's server and shown on its pages: these reach the flow as a setting.
        os.environ["NEWSLAKE_INBOX"] = source
        inbox = None
    settings = loaded.settings
    # Prefect's server takes longest; what this process has to import is imported meanwhile.
    try:
        listing = begin_listing(source, settings.ignore, folder, settings.pickup.settle_seconds)
        server = start_for_a_run(folder)
    except LakeError as error:
        complain(str(error))
        return 1
    summary = _flow(
        server,
        loaded.settings.extraction.engine,
        inbox,
        shown(source),
        folder,
        named_by,
        settings_file,
        verify=verify,
        as_json=as_json,
        rules=rules,
        listing=listing,
    )
    if summary is None:
        return 1
    if as_json:
        sys.stdout.write(json.dumps(summary.as_json(profile=profile), ensure_ascii=False) + "\n")
    else:
        print_summary(summary)
        if profile:
            _print_profile(summary)
    return summary.exit_status(strict=strict)


def _flow(
    server: AbstractContextManager[None],
    engine: Engine,
    inbox: str | None,
    shown_inbox: str,
    folder: Path,
    named_by: str,
    settings_file: Path | None,
    *,
    verify: bool,
    as_json: bool,
    rules: RuleBook,
    listing: ListingAhead | None,
) -> RunSummary | None:
    with ExitStack() as stack:
        reporter = stack.enter_context(reporter_for(as_json=as_json))
        announce(f"newslake run: inbox {shown_inbox}, warehouse {folder} ({named_by})")
        REPORTER.set(reporter)
        # Standard output is the summary's alone, whatever a library prints meanwhile (Ray does, of a worker that died).
        stack.enter_context(redirect_stdout(sys.stderr))
        reporter.stage("starting Prefect")
        with imported.set_aside():
            from expectations import verdict
            from expectations.errors import ExpectationsError, RuleFileError
            from flows.forked import prepare_children
            from flows.ingest import OPENED, ingest
            from flows.listing_ahead import AHEAD
            from flows.pickup import NoInbox
            from warehouse.migrate import prepare

        try:
            with imported.set_aside():
                verdict.warm_up(rules)
                prepare_children(engine)
                stack.callback(AHEAD.reset, AHEAD.set(listing))
                with suppress(LakeError):  # the flow opens it too, and says what is wrong where Prefect sees it
                    stack.callback(OPENED.reset, OPENED.set((folder, prepare(folder))))
                stack.enter_context(server)
            return ingest(
                inbox=inbox,
                warehouse=str(folder),
                settings_file=str(settings_file) if settings_file else None,
                verify=verify,
            )
        except RuleFileError as error:
            raise SettingsError(str(error)) from error
        except (LakeError, NoInbox, SettingsError, ExpectationsError, ServerDown) as error:
            complain(in_words(error, folder) or str(error))
        except Exception as error:
            if is_interruption(error):
                raise
            complain(in_words(error, folder) or f"the run failed: {type(error).__name__}: {error}")
    return None


def print_summary(summary: RunSummary) -> None:
    """The run in words, on standard output."""
    out = console()
    out.print(summary.headline(), style="bold" if summary.state == "completed" else "bold red", highlight=False)
    for line in summary.plain_lines():
        out.print(line, highlight=False, markup=False)


def _print_profile(summary: RunSummary) -> None:
    """The stages as a table: wall seconds, those of the flow's thread on a processor, MB, and MB a wall second."""
    rows = [
        (
            stage,
            f"{took:.2f}",
            "" if worked is None else f"{worked:.2f}",
            *((f"{size / 1e6:.1f}", f"{size / 1e6 / took:.1f}") if size and took else ("", "")),
        )
        for stage, took, worked, size in summary.profile()
    ]
    print_table(("stage", "seconds", "processor", "MB", "MB/s"), rows)
