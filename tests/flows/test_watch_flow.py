"""The flow `watch` on a real Prefect server: events, failed flows, and the automation that prefect.yaml brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect_process import running_prefect_server

from warehouse.ledger import begin_run, end_run
from warehouse.migrate import prepare


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this module's own, which Prefect in this process talks to: how soon an event comes through depends on
    what else a server has been sent, and behind hundreds of runs of other tests it did not come within a minute."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with (
        running_prefect_server(tmp_path_factory.mktemp("own-server")) as url,
        temporary_settings({PREFECT_API_URL: url}),
    ):
        yield url


def asked(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def until(wanted: Any, seconds: float = 60) -> Any:
    """What ``wanted`` gives once it gives something; events pass through queues of the server."""
    deadline = time.monotonic() + seconds
    while not (found := wanted()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.5)
    return found


@pytest.mark.timeout(300)
def test_the_flow_tells_what_the_books_say_and_emits_an_event_for_each_incident(
    tmp_path: Path, own_server: str
) -> None:
    con = prepare(tmp_path / "lake")
    now = datetime.now(UTC)
    run_id = begin_run(con, inbox="in", now=now - timedelta(hours=1), version="0.1.0")
    end_run(
        con, run_id, state="failed", now=now - timedelta(minutes=50), listed=0, unchanged=0, message="NoInbox: gone"
    )
    con.close()
    (tmp_path / "newslake.toml").write_text("inbox = 'in'\n", encoding="utf-8")
    # In a process of its own: Prefect sends a process's events to the server of its first one.
    code = (
        "import json, sys; from flows.watch import watch; "
        "print(json.dumps([row['cause'] for row in watch(warehouse=sys.argv[1], settings_file=sys.argv[2])['opened']]))"
    )
    given = [sys.executable, "-c", code, str(tmp_path / "lake"), str(tmp_path / "newslake.toml")]
    environ = os.environ | {"PREFECT_API_URL": own_server}
    said = subprocess.run(given, env=environ, capture_output=True, text=True, check=True).stdout
    assert json.loads(said.splitlines()[-1]) == ["run_failed"]
    [event] = until(
        lambda: asked(f"{own_server}/events/filter", {"filter": {"event": {"name": ["newslake.incident.opened"]}}})[
            "events"
        ]
    )
    assert event["resource"]["newslake.cause"] == "run_failed"
    assert event["resource"]["newslake.subject"] == "inbox in"
    assert "NoInbox: gone" in event["payload"]["why"]


@pytest.mark.timeout(300)
def test_a_run_of_a_deployment_that_crashes_makes_the_watch_run_at_once_and_is_an_incident_of_it(
    tmp_path: Path, own_server: str
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.states import Completed, Crashed

    from flows.command_serve import prepared
    from flows.deployments import deployments, schedules_of
    from flows.watch import failed_flows

    _, said = deployments()
    ids = {one.name: one.apply() for one in prepared(said, tmp_path / "lake", None)}
    assert [(one.deployment, one.cron, one.kind) for one in schedules_of() or ()] == [
        ("hourly", "7 * * * *", "ingest"),
        ("daily", "37 3 * * *", "upkeep"),
    ]
    with get_client(sync_client=True) as client:

        def watches() -> list[Any]:
            body = {"deployments": {"id": {"any_": [str(ids["watch"])]}}}
            return [
                run
                for run in asked(f"{own_server}/flow_runs/filter", body)
                if run["created_by"] and run["created_by"]["type"] == "AUTOMATION"
            ]

        assert watches() == []
        run = client.create_flow_run_from_deployment(ids["hourly"])
        client.set_flow_run_state(run.id, Crashed(message="the machine went down; token=geheim"), force=True)
        assert until(watches)
        now = datetime.now(UTC)
        found = {str(one.subject): one for one in failed_flows(now) if one.state == "open"}
        assert list(found) == ["deployment hourly"]
        assert "Crashed: the machine went down; token=***" in found["deployment hourly"].why
        client.set_flow_run_state(client.create_flow_run_from_deployment(ids["hourly"]).id, Completed(), force=True)
        assert [one.state for one in failed_flows(datetime.now(UTC)) if str(one.subject) == "deployment hourly"] == [
            "ok"
        ]
