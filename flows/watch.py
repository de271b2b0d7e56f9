"""The watch flow: `newslake watch` on a schedule, with what Prefect knows of failed flows, and events of incidents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events import emit_event
from prefect.runtime import deployment

from expectations.monitors.findings import Expectation, Finding, State, Subject
from flows.alerts import redact_text
from flows.deployments import schedules_of
from flows.served import told
from flows.settings import load
from flows.watch_report import as_json, headline, rows
from flows.watching import WatchReport, watch_warehouse
from warehouse.incidents import IncidentRow

_TAG = "newslake"
_LOOK_BACK = timedelta(days=3)
_FAILED = (StateType.FAILED, StateType.CRASHED)


@flow(name="watch", flow_run_name="watch", persist_result=False, log_prints=False)
def watch(
    warehouse: str | None = None, settings_file: str | None = None, as_of: datetime | None = None
) -> dict[str, object]:
    """Judge what came and what ran, and tell; the report as JSON has it.

    What is left out comes from the settings; ``as_of`` is now. As the run of a deployment it expects the runs of the
    deployments of prefect.yaml. Raises what the settings or the warehouse have against it.
    """
    loaded = load(Path(settings_file) if settings_file else None)
    folder, _ = loaded.warehouse(warehouse)
    now = as_of or datetime.now(UTC)
    served = deployment.get_id() is not None
    with told(loaded.settings) as tell:
        report = watch_warehouse(
            loaded,
            folder,
            as_of=now,
            schedules=schedules_of() if served else None,
            more=failed_flows(now) if served else (),
        )
        for problem in report.problems:
            get_run_logger().warning(problem)
        _emit(report)
        create_table_artifact(rows(report), key="newslake-watch", description=headline(report))
        tell(headline(report))
    return as_json(report)


def failed_flows(now: datetime) -> list[Finding]:
    """Whether the last run of each of newslake's deployments failed or crashed, as far as it has ended."""
    with get_client(sync_client=True) as client:
        deployments = client.read_deployments(
            deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[_TAG]))
        )
        found = []
        for one in deployments:
            ended = client.read_flow_runs(
                deployment_filter=DeploymentFilter(id={"any_": [one.id]}),  # type: ignore[arg-type]
                flow_run_filter=FlowRunFilter(
                    end_time=FlowRunFilterEndTime.model_validate({"after_": now - _LOOK_BACK}),
                    state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED, *_FAILED])),
                ),
                sort=FlowRunSort.END_TIME_DESC,
                limit=1,
            )
            found += [_finding(one.name, run, now) for run in ended]
    return found


def _finding(name: str, run: FlowRun, now: datetime) -> Finding:
    bad = run.state_type in _FAILED
    began = run.start_time or run.end_time or now
    subject = Subject("deployment", name)
    said = redact_text((run.state.message if run.state else None) or "no message was left")
    return Finding(
        monitor="flow",
        subject=subject,
        cause="flow_failed",
        state=State.OPEN if bad else State.OK,
        as_of=now,
        since=began if bad else None,
        observed=float(not bad),
        evidence=float(bad),
        needed=1.0,
        why=f"flow run {run.name} ({run.id}) {run.state_name}: {said}" if bad else f"flow run {run.name} completed",
        expectation=Expectation(
            monitor="flow",
            subject=subject,
            measure="good flow runs",
            made_at=now,
            starts=began,
            ends=now,
            low=1.0,
            high=None,
            unit="runs",
            chance=0.0,
            basis="the last run of the deployment",
        ),
    )


def _emit(report: WatchReport) -> None:
    """An event for each incident that opened or was resolved, for the automations of whoever runs the server."""
    for what, changed in (("opened", report.opened), ("resolved", report.resolved)):
        for row in changed:
            emit_event(
                event=f"newslake.incident.{what}",
                resource=_resource(row),
                occurred=report.as_of,
                payload={"since": row.since.isoformat(), "why": row.why, "led_by": row.led_by},
            )


def _resource(row: IncidentRow) -> dict[str, str]:
    return {
        "prefect.resource.id": f"newslake.incident.{row.incident_id}",
        "prefect.resource.name": f"{row.subject_kind} {row.subject}: {row.cause}",
        "newslake.monitor": row.monitor,
        "newslake.subject": f"{row.subject_kind} {row.subject}",
        "newslake.cause": row.cause,
        "newslake.severity": row.severity,
    }
