"""`newslake serve`: the deployments of prefect.yaml on their schedules, in one process.

Where PREFECT_API_URL names no server, one is started on this host for as long as `serve` runs, its files in the
warehouse folder: the embedded server of a single run has no scheduler.
"""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.deployments import FILE_NAME, Deployment, DeploymentSchedule, NoDeployments, deployments
from flows.environment import settle
from flows.log import AS_JSON
from flows.prefect_server import ServerDown, for_schedules
from flows.terminal import announce, complain

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule


def serve_deployments(folder: Path, named_by: str, *, settings_file: Path | None, port: int) -> int:
    """Serve until a signal ends it; the exit status."""
    settle(folder)
    try:
        file, said = deployments()
    except NoDeployments as error:
        complain(str(error))
        return 2
    announce(f"newslake serve: warehouse {folder} ({named_by}), {file}")
    try:
        with for_schedules(folder, port) as pages:
            if pages:
                announce(f"Prefect server and its pages: {pages}")
            _serve(said, folder, settings_file)
    except NoDeployments as error:
        complain(str(error))
        return 2
    except ServerDown as error:
        complain(str(error))
        return 1
    return 0


def _serve(said: list[Deployment], folder: Path, settings_file: Path | None) -> None:
    from prefect import serve

    found = prepared(said, folder, settings_file)
    # Prefect's own, on every stop: it says nothing of newslake, and looks like a fault in a service's journal.
    warnings.filterwarnings("ignore", message=r"coroutine 'Runner\.astop' was never awaited")
    if AS_JSON.get():
        announce(f"deployments are served: {', '.join(f'{one.flow_name}/{one.name}' for one in found)}")
    # A run and an upkeep go on side by side; each deployment's own limit lets one of its runs in at a time.
    serve(*found, limit=len(found), print_starting_message=not AS_JSON.get())


def prepared(said: list[Deployment], folder: Path, settings_file: Path | None) -> list[RunnerDeployment]:
    """The deployments of prefect.yaml, with their automations, ready to be served or applied."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.deployments.runner import RunnerDeployment
    from prefect.events import DeploymentTriggerTypes
    from prefect.types.entrypoint import EntrypointType
    from pydantic import TypeAdapter

    trigger: TypeAdapter[DeploymentTriggerTypes] = TypeAdapter(DeploymentTriggerTypes)
    place = {"warehouse": str(folder)} | ({"settings_file": str(settings_file.absolute())} if settings_file else {})
    # A served run is a process of its own, started anywhere: the module is found where a relative file would not be.
    return [
        RunnerDeployment.from_flow(
            flow_of(one.entrypoint),
            name=one.name,
            description=one.description,
            tags=one.tags,
            parameters=place | (one.parameters or {}),
            schedules=[_schedule(schedule, one.name) for schedule in one.schedules or []],
            concurrency_limit=ConcurrencyLimitConfig(**limit)
            if isinstance(limit := one.concurrency_limit, dict)
            else limit,
            entrypoint_type=EntrypointType.MODULE_PATH,
            triggers=[trigger.validate_python(t) for t in one.triggers or []],
        )
        for one in said
    ]


def _schedule(said: DeploymentSchedule, name: str) -> Schedule:
    from prefect.schedules import Cron, Interval, RRule

    zone = said.timezone or "UTC"
    if said.cron:
        return Cron(said.cron, timezone=zone, active=said.active)
    if said.interval:
        return Interval(said.interval, timezone=zone, active=said.active)
    if said.rrule:
        return RRule(said.rrule, timezone=zone, active=said.active)
    raise NoDeployments(f"{FILE_NAME}: a schedule of {name} has neither cron nor interval nor rrule; give it one")


def flow_of(entrypoint: str) -> Any:
    """The flow that `flows/upkeep.py:upkeep` names."""
    file, _, name = entrypoint.partition(":")
    return getattr(importlib.import_module(file.removesuffix(".py").replace("/", ".")), name)
