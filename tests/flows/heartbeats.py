"""Prefect without the heartbeats of its runs: nobody looks for them here, and their thread takes up to a second to end.

A run waits for it, which in tests was as long as all that it does. newslake has none either where it starts the server.
"""

from __future__ import annotations


def without_heartbeats() -> None:
    """Have the runs of this process, and of those that are forked from it, send none. Its environment can't say so."""
    import prefect.context
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY

    found = prefect.context.get_settings_context()
    prefect.context.GLOBAL_SETTINGS_CONTEXT = prefect.context.SettingsContext(
        profile=found.profile,
        settings=found.settings.copy_with_update(updates={PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    )
