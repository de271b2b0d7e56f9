"""Settings: typed defaults, then the nearest ``newslake.toml``, then ``NEWSLAKE_*`` from the environment.

Every setting stands, with its default and its meaning, in the ``newslake.toml`` at the top of the project; a test holds
the two together. An unknown key or a bad value is a :class:`SettingsError` that names file (or variable), key and
what was expected. A nested setting's variable joins the parts with two underscores: ``NEWSLAKE_EXTRACTION__WORKERS``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from warehouse.errors import StorageRefused
from warehouse.storage import Storage, bind

FILE_NAME = "newslake.toml"
PREFIX = "NEWSLAKE_"
DEFAULT_WAREHOUSE = Path("warehouse/data")

# Variables of the prefix that name things other than settings: inputs of tests and benchmarks.
_NOT_SETTINGS = {"NEWSLAKE_SEEDS", "NEWSLAKE_PAGES", "NEWSLAKE_SETTINGS"}
# A rule is named by its file and line where it is wrong: it stands in a file.
_IN_FILES = ("rules", "rule_changes")

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=31_622_400)]  # a year
Days = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


_TIME = r"([01]\d|2[0-3]):[0-5]\d"


class SettingsError(Exception):
    """The settings cannot be used; the message names the place, the key and the remedy."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file."""


class Extraction(Section, frozen=True):
    """How files are read."""

    engine: Literal["accurate", "fast", "trafilatura"] = "accurate"
    workers: Annotated[int, msgspec.Meta(ge=0, le=512)] = 0
    page_seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 30.0
    page_memory_mb: Annotated[int, msgspec.Meta(ge=64)] = 1024
    max_file_mb: Positive = 64
    site_rules: str | tuple[str, ...] = ()


class Pickup(Section, frozen=True):
    """What of an inbox is taken, and when."""

    settle_seconds: Seconds = 0.0
    after_load: Literal["keep", "archive"] = "keep"
    archive: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""


class Containers(Section, frozen=True):
    """What one container may hold: archives, WARC files, files of records."""

    max_members: Positive = 5_000_000
    max_unpacked_mb: Positive = 65_536
    max_ratio: Positive = 200
    max_depth: Positive = 3


class Batch(Section, frozen=True):
    """How much is committed at once, and how much one task reads."""

    max_rows: Annotated[int, msgspec.Meta(ge=1, le=50_000)] = 50_000
    max_mb: Annotated[int, msgspec.Meta(ge=1, le=256)] = 192
    chunk_mb: Positive = 64
    chunk_files: Positive = 2_000


class Runner(Section, frozen=True):
    """Who reads: this machine, or the workers of a Ray cluster."""

    kind: Literal["local", "ray"] = "local"
    address: str = ""
    staging: str = ""


class Quality(Section, frozen=True):
    """The bounds of a run, over which it alerts."""

    max_rejected_share: Share = 0.2
    min_title_share: Share = 0.5
    min_published_share: Share = 0.3
    min_language_share: Share = 0.8
    max_duplicate_share: Share = 0.5
    min_rows: Positive = 20


class Gates(Section, frozen=True):
    """What each slice of a run must keep to, or it is held; see :class:`expectations.gates.GateBounds`."""

    enabled: bool = True
    min_rows: Positive = 20
    max_rows: Positive = 50_000
    max_mb: Positive = 4_096
    max_rejected_share: Share = 0.9
    min_title_share: Share = 0.0
    min_published_share: Share = 0.0
    min_language_share: Share = 0.0
    max_duplicate_share: Share = 0.9
    max_age_days: Days = 0.0
    max_outside_share: Share = 0.5
    min_inputs: Count = 0
    max_inputs: Count = 0
    min_history: Positive = 5
    max_shift: Share = 0.5
    max_mix_shift: Share = 0.8
    max_volume_ratio: Annotated[float, msgspec.Meta(ge=0)] = 20.0


class FeedGates(Section, frozen=True):
    """What is otherwise for one feed."""

    enabled: bool | None = None
    min_rows: Positive | None = None
    max_rejected_share: Share | None = None
    min_title_share: Share | None = None
    min_published_share: Share | None = None
    min_language_share: Share | None = None
    max_duplicate_share: Share | None = None
    max_age_days: Days | None = None
    max_outside_share: Share | None = None
    min_inputs: Count | None = None
    max_inputs: Count | None = None
    min_history: Positive | None = None
    max_shift: Share | None = None
    max_mix_shift: Share | None = None
    max_volume_ratio: Annotated[float, msgspec.Meta(ge=0)] | None = None


class Alerts(Section, frozen=True):
    """Where a message goes when a run fails or its quality falls. The URLs are secrets."""

    channels: tuple[str, ...] = ()
    prefect_block: str = ""
    remind_hours: Annotated[float, msgspec.Meta(ge=0, le=8_784)] = 24.0
    quiet_hours: Annotated[str, msgspec.Meta(pattern=rf"^({_TIME}-{_TIME})?$")] = ""
    digest: Literal["off", "daily"] = "off"
    digest_at: Annotated[str, msgspec.Meta(pattern=rf"^{_TIME}$")] = "07:00"
    timezone: str = "UTC"


class Watch(Section, frozen=True):
    """When runs and upkeeps are started, where something else than newslake's own deployments starts them."""

    runs: str = ""
    upkeeps: str = ""
    timezone: str = "UTC"


class StorageSettings(Section, frozen=True):
    """Where catalog and data lie; no secret stands here."""

    catalog: str = "sqlite"
    data: str = ""
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_url_style: Literal["vhost", "path"] = "vhost"


class Upkeep(Section, frozen=True):
    """How long what is no longer of the present is kept, and what a small file is."""

    keep_snapshots_days: Annotated[float, msgspec.Meta(ge=0, le=36_500)] = 7.0
    keep_unused_hours: Annotated[float, msgspec.Meta(ge=0, le=876_000)] = 24.0
    merge_below_mb: Annotated[int, msgspec.Meta(ge=1, le=512)] = 64


class FeedSettings(Section, frozen=True):
    """One ``[[feeds]]``: files of one provenance, by a pattern over their keys, with defaults for what they lack."""

    name: Name
    pattern: Name
    source: str | None = None
    language: str | None = None
    rhythm: str | None = None
    columns: Mapping[str, Name] = msgspec.field(default_factory=dict)
    gates: FeedGates = FeedGates()


class Settings(Section, frozen=True):
    """All settings."""

    warehouse: str = str(DEFAULT_WAREHOUSE)
    inbox: str = "inbox"
    keep_raw: Literal["quarantined", "all", "none"] = "quarantined"
    ignore: tuple[str, ...] = (".*", "*~", "*.tmp", "*.part", "*.crdownload")
    lock_wait_seconds: Seconds = 0.0
    log: Literal["text", "json"] = "text"
    pickup: Pickup = Pickup()
    extraction: Extraction = Extraction()
    containers: Containers = Containers()
    batch: Batch = Batch()
    runner: Runner = Runner()
    quality: Quality = Quality()
    gates: Gates = Gates()
    alerts: Alerts = Alerts()
    watch: Watch = Watch()
    storage: StorageSettings = StorageSettings()
    upkeep: Upkeep = Upkeep()
    feeds: tuple[FeedSettings, ...] = ()
    rule_files: tuple[str, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()
    rule_changes: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and where they came from; paths in the file are relative to the file's folder."""

    settings: Settings
    file: Path | None
    base: Path

    def inbox(self, given: str | None) -> str:
        """The inbox of this run, a path or a URL: the argument as the shell means it, else the setting."""
        if given:
            return given if "://" in given else str(Path(given))
        return self.settings.inbox if "://" in self.settings.inbox else str(self.base / self.settings.inbox)

    def warehouse(self, given: str | None) -> tuple[Path, str]:
        """The warehouse folder and, in words, what named it; a folder without a warehouse is tied to ``storage``.

        Raises :class:`SettingsError` where ``storage`` can't be used, or the folder's warehouse lies elsewhere.
        """
        folder, named_by = self._folder(given)
        said = msgspec.structs.asdict(self.settings.storage)
        if said["data"] and "://" not in said["data"]:
            said["data"] = str((self.base / said["data"]).absolute())
        try:
            bind(folder, Storage(**said))
        except StorageRefused as error:
            raise SettingsError(str(error)) from error
        return folder, named_by

    def _folder(self, given: str | None) -> tuple[Path, str]:
        if given:
            return Path(given).absolute(), "--warehouse"
        if os.environ.get("NEWSLAKE_WAREHOUSE"):
            return Path(self.settings.warehouse).absolute(), "NEWSLAKE_WAREHOUSE"
        if self.file is not None:
            return (self.base / self.settings.warehouse).absolute(), str(self.file)
        return DEFAULT_WAREHOUSE.absolute(), "default"


def load(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read the settings.

    ``file`` names the settings file; without it the nearest ``newslake.toml`` is taken, from the current folder upward,
    and none is needed. Raises :class:`SettingsError`.
    """
    environ = os.environ if environ is None else environ
    if file is None and environ.get("NEWSLAKE_SETTINGS"):
        file = Path(environ["NEWSLAKE_SETTINGS"])
    if file is None:
        file = _nearest(Path.cwd())
    elif not file.is_file():
        raise SettingsError(f"{file}: no such settings file; name an existing {FILE_NAME} or leave the option out")
    values = _read_file(file) if file else {}
    # The file alone is checked first, so that an error names the file or the variable that is to blame.
    _convert(values, str(file))
    named: dict[str, str] = {}
    for name, text in sorted(environ.items()):
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS and text != "":
            path = tuple(name.removeprefix(PREFIX).lower().split("__"))
            if path[0] in _IN_FILES:
                raise SettingsError(f"{name}: rules stand in a file; write them into {FILE_NAME}, or name rule_files")
            _put(values, path, text, name)
            named[".".join(path)] = name
    settings = _convert(values, "the environment", named, strict=False)
    names = [feed.name for feed in settings.feeds]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"{file}: two [[feeds]] are named {name!r}; give each a name of its own")
    _check_inputs("gates", settings.gates.min_inputs, settings.gates.max_inputs)
    for feed in settings.feeds:
        least, most = feed.gates.min_inputs, feed.gates.max_inputs
        _check_inputs(
            f"[[feeds]] {feed.name}: gates",
            settings.gates.min_inputs if least is None else least,
            settings.gates.max_inputs if most is None else most,
        )
    for key, zone in (("alerts.timezone", settings.alerts.timezone), ("watch.timezone", settings.watch.timezone)):
        _check_zone(key, zone)
    _check_times(settings)
    base = file.parent if file else Path.cwd()
    if (staging := settings.runner.staging) and "://" not in staging:
        runner = msgspec.structs.replace(settings.runner, staging=str((base / staging).absolute()))
        settings = msgspec.structs.replace(settings, runner=runner)
    return Loaded(settings, file, base)


def _check_inputs(key: str, least: int, most: int) -> None:
    if 0 < most < least:
        raise SettingsError(
            f"{key}.min_inputs: {least} is more than max_inputs, {most}: every slice would be held; mend one of them"
        )


def _check_zone(key: str, name: str) -> None:
    if name == "UTC":
        return
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise SettingsError(
            f"{key}: {name!r} is no time zone that is known here; write one such as Europe/Berlin"
        ) from unknown


def _check_times(settings: Settings) -> None:
    """Rhythms and schedules are looked at now: a run should not take what no watch could read."""
    crons = [(f"watch.{key}", said) for key in ("runs", "upkeeps") if (said := getattr(settings.watch, key))]
    rhythms = [(feed.name, feed.rhythm) for feed in settings.feeds if feed.rhythm is not None]
    if not crons and not rhythms:
        return
    from expectations.monitors.declared import declared_hours
    from expectations.monitors.schedule import cron

    for key, said in crons:
        try:
            cron(said, settings.watch.timezone)
        except ValueError as error:
            raise SettingsError(f'{key}: {error}; write one such as "7 * * * *"') from error
    for name, rhythm in rhythms:
        try:
            declared_hours(rhythm)
        except ValueError as error:
            raise SettingsError(f"[[feeds]] {name}: {error}") from error


def _nearest(folder: Path) -> Path | None:
    for candidate in (folder, *folder.parents):
        if (candidate / FILE_NAME).is_file():
            return candidate / FILE_NAME
    return None


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from error
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error


def _put(values: dict[str, Any], path: tuple[str, ...], text: str, variable: str) -> None:
    for part in path[:-1]:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"{variable}: {part!r} is not a table of the settings")
        values = inner
    values[path[-1]] = _value(text)


def _value(text: str) -> object:
    """A list or number as TOML writes it, else the text itself."""
    if text.lstrip()[:1] in "[{" or text.lower() in {"true", "false"}:
        try:
            return tomllib.loads(f"v = {text.lower() if text.lower() in {'true', 'false'} else text}")["v"]
        except tomllib.TOMLDecodeError:
            return text
    return text


def _convert(
    values: dict[str, Any], place: str, named: Mapping[str, str] | None = None, *, strict: bool = True
) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=strict)
    except msgspec.ValidationError as error:
        message = str(error)
        for key, variable in (named or {}).items():
            if f"$.{key}`" in message or f"unknown field `{key.rsplit('.', 1)[-1]}`" in message:
                place = variable
        message = f"{place}: {_in_words(message)}; every setting stands in the project's {FILE_NAME}"
        raise SettingsError(message) from error


def _in_words(message: str) -> str:
    """msgspec's message with the key first: "batch.max_rows: Expected `int`, got `str`"."""
    text, _, path = message.partition(" - at `$.")
    text = text.replace("Object contains unknown field", "unknown setting").replace("Object missing", "missing")
    path = path.rstrip("`")
    if text.startswith("Invalid enum value"):
        text += f", expected one of {', '.join(_allowed(path))}"
    return f"{path}: {text}" if path else text


def _allowed(path: str) -> list[str]:
    """The values that a setting of a few may have, by its key with dots."""
    from msgspec import inspect

    kind: inspect.Type = inspect.type_info(Settings)
    for part in path.split("."):
        if isinstance(kind, inspect.StructType):
            kind = next(field.type for field in kind.fields if field.name == part)
    return [str(value) for value in kind.values] if isinstance(kind, inspect.LiteralType) else []
