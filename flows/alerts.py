"""Telling the steward: what a run came to goes in, at most one message comes out and is sent to every channel.

:func:`alert_for_run` decides whether there is anything to tell, :func:`send` delivers. Channels are apprise URLs, which
hold tokens and passwords, often in the place of a host or a path: they are named by :func:`redact` alone, in results,
problems and logs alike (N8).
"""

from __future__ import annotations

import inspect
import logging
import re
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from expectations.verdict import BatchFailure

Severity = Literal["critical", "warning"]

_SAMPLES = 5
_TRIES = 2
_PAUSE_SECONDS = 2.0
_SHARE_RULE = "batch.rejected_share"

# Schemes in which apprise takes what stands after "://" for the name of a machine. In others it is a token.
_PLAIN_OR_ENCRYPTED = [
    "apprise",
    "emby",
    "form",
    "ftp",
    "gotify",
    "http",
    "json",
    "mailto",
    "mmost",
    "mqtt",
    "ncloud",
    "nextcloud",
    "rocket",
    "smtp",
    "synology",
    "xml",
    "xmpp",
]
_WITH_HOST = frozenset([*_PLAIN_OR_ENCRYPTED, *(f"{s}s" for s in _PLAIN_OR_ENCRYPTED), "postgres", "postgresql", "s3"])
# Schemes of addresses that are no channels: their paths say which file or page a message is about.
_WITH_PATH = frozenset(["file", "ftp", "ftps", "gs", "http", "https", "postgres", "postgresql", "s3", "sftp", "ssh"])
_WEBHOOK_HOSTS = re.compile(
    r"(?:^|\.)(?:hooks\.slack\.com|discord(?:app)?\.com|webhook\.office\.com|logic\.azure\.com|api\.telegram\.org|"
    r"hooks\.zapier\.com|maker\.ifttt\.com|events\.pagerduty\.com|chat\.googleapis\.com)$"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
_PORT = re.compile(r":\d{1,5}$")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s\"'<>`]+")
_SECRET_ARGUMENT = re.compile(
    r"(?i)\b([\w-]*(?:password|passwd|pwd|secret|token|api_?key|access_?key|signature|credential)[\w-]*)(\s*[=:]\s*)"
    r"(?:'[^']*'|\"[^\"]*\"|[^\s&;,'\"]+)"
)

# Libraries that a delivery passes through and that name the address they talk to.
_TALKATIVE = ("apprise", "urllib3", "requests", "httpx", "httpcore", "smtplib", "asyncio", "charset_normalizer")


class Note(Protocol):
    """What a channel is given."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""

    @property
    def title(self) -> str:
        """Its title."""

    def text(self) -> str:
        """Its text."""


class Secret(Protocol):
    """A text that prints as stars, such as pydantic's ``SecretStr``."""

    def get_secret_value(self) -> str:
        """The text itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """What a run came to, as far as an alert needs it. ``counts`` are inputs by state; ``batch_failures`` are the
    batch rules that failed; ``held`` says what a gate held back; ``samples`` are (input key, reason) of some
    rejections."""

    run_id: int
    state: str
    inbox: str
    warehouse: str
    counts: Mapping[str, int]
    batch_failures: Sequence[BatchFailure] = ()
    held: Sequence[str] = ()
    error: str | None = None
    samples: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message to the steward. ``cause`` is a stable word, or several joined by a plus; ``sql`` is a query for
    ``newslake sql`` and ``command`` a command line."""

    cause: str
    severity: Severity
    title: str
    what: Sequence[str]
    where: str
    since: str
    samples: Sequence[tuple[str, str]]
    sql: str
    command: str

    def text(self) -> str:
        """The message as plain text."""
        lines = [*self.what, "", f"Where: {self.where}", f"Since: {self.since}"]
        if self.samples:
            lines += ["For example:", *(f"  {key}: {reason}" for key, reason in self.samples)]
        return "\n".join([*lines, f"Look closer: newslake sql {shlex.quote(self.sql)}", f"Next: {self.command}"])


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """What became of a message on one channel; ``name`` is the channel's redacted name."""

    name: str
    delivered: bool
    tries: int
    problem: str | None = None


def alert_for_run(outcome: RunOutcome, *, max_rejected_share: float) -> Alert | None:
    """The run's one message, or None where all is well.

    Causes: ``run_failed``; ``gate_held``, where a slice was held back; ``rejected_share``, where more than
    ``max_rejected_share`` of what was picked up could not be loaded; ``batch_suite``, where another batch rule failed.
    Several make one message.
    """
    causes: list[str] = []
    what: list[str] = []
    if outcome.state == "failed":
        causes.append("run_failed")
        what.append(f"The run failed: {outcome.error or 'no message was left'}")
    if outcome.held:
        causes.append("gate_held")
        what += [f"Held back, to be let through (--accept) or dropped (--discard): {told}" for told in outcome.held]
    picked_up = sum(outcome.counts.values())
    rejected = outcome.counts.get("quarantined", 0) + outcome.counts.get("failed", 0)
    share = rejected / picked_up if picked_up else 0.0
    of_share = [failure for failure in outcome.batch_failures if failure.rule == _SHARE_RULE]
    if share > max_rejected_share or of_share:
        causes.append("rejected_share")
        bound = f"{share:.1%}; the bound is {max_rejected_share:.1%}"
        what.append(f"{rejected:,} of {picked_up:,} inputs could not be loaded ({bound})")
    if len(of_share) < len(outcome.batch_failures):
        causes.append("batch_suite")
    what += list(dict.fromkeys(failure.message for failure in outcome.batch_failures))
    if not causes:
        return None
    reasons = (
        f"select state, reason, count(*) as inputs, min(input_key) as example from ops.input "
        f"where run_id = {outcome.run_id} and state in ('quarantined', 'held', 'failed') "
        "group by all order by inputs desc"
    )
    return Alert(
        cause="+".join(causes),
        severity="warning" if causes == ["batch_suite"] else "critical",
        title=f"newslake run {outcome.run_id}: {_TITLES[causes[0]]}" + (" and more" if len(causes) > 1 else ""),
        what=tuple(redact_text(line) for line in what),
        where=redact_text(f"inbox {outcome.inbox}, warehouse {outcome.warehouse}"),
        since=f"run {outcome.run_id}",
        samples=tuple((redact_text(key), redact_text(reason)) for key, reason in outcome.samples[:_SAMPLES]),
        sql=reasons,
        command=redact_text(f"{_next_command(outcome, causes)} --warehouse {shlex.quote(outcome.warehouse)}"),
    )


def _next_command(outcome: RunOutcome, causes: Sequence[str]) -> str:
    if "run_failed" in causes:
        return f"newslake run {shlex.quote(outcome.inbox)}"
    if "gate_held" in causes:
        return f"newslake run --accept {outcome.run_id} --reason WHY"
    return "newslake status"


_TITLES = {
    "run_failed": "failed",
    "gate_held": "a gate held something back",
    "rejected_share": "too much was rejected",
    "batch_suite": "the data fell below its bounds",
}


def send(
    alert: Note, channels: Sequence[str | Secret], block: str | None = None, *, pause: float = _PAUSE_SECONDS
) -> list[ChannelResult]:
    """Send ``alert`` to each channel (an apprise URL) and to the Prefect notification block named ``block``, given as
    TYPE/NAME (``slack-webhook/ops``); what became of it on each.

    A channel that fails is tried once more after ``pause`` seconds. Raises nothing: what went wrong stands in the
    result, under the channel's redacted name.
    """
    with _quiet():
        results = [_send_channel(alert, _revealed(channel), pause) for channel in channels]
        if block:
            results.append(_send_block(alert, block, pause))
    return results


def redact(url: str) -> str:
    """The name by which a channel may be spoken of: its scheme, and its host where the scheme has one.

    Whatever can be read in two ways (an unquoted "@" or "/" in a password, say) is left out.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator or not _SCHEME.fullmatch(scheme):
        return "(channel)"
    scheme = scheme.lower()
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    host = _PORT.sub("", authority.rpartition("@")[2])
    if scheme not in _WITH_HOST or "@" in rest[len(authority) :] or not _HOST.fullmatch(host):
        return f"{scheme}://…"
    return f"{scheme}://{host}"


def block_name(block: str) -> str:
    """The name by which a Prefect notification block is spoken of."""
    return f"Prefect block {redact_text(block)}"


def redact_text(text: str) -> str:
    """``text`` without the credentials in its URLs and arguments. Addresses of files and pages keep their path; those
    of channels keep what :func:`redact` keeps."""
    return redact_arguments(_URL.sub(lambda found: _redact_address(found.group()), text))


def message_of_error(error: BaseException) -> str:
    """An error as a run's message, without secrets."""
    return redact_text(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def redact_arguments(text: str) -> str:
    """``text`` with stars in the place of what its arguments say is secret (``token=…``, ``X-Amz-Signature=…``)."""
    return _SECRET_ARGUMENT.sub(r"\1\2***", text)


def _redact_address(url: str) -> str:
    scheme, _, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if scheme.lower() not in _WITH_PATH or _WEBHOOK_HOSTS.search(_PORT.sub("", authority.rpartition("@")[2]).lower()):
        return redact(url)
    # The last "@" before a space ends the credentials, were they quoted or not; one in a page's path costs its path.
    credentials, at, place = rest.rpartition("@")
    return f"{scheme}://{'***@' if at and credentials else ''}{place}"


def _send_channel(alert: Note, url: str, pause: float) -> ChannelResult:
    import apprise

    name = redact(url)
    try:
        channel = apprise.Apprise()
        known = channel.add(url)
    except Exception as error:
        return ChannelResult(name, False, 0, f"not sent: apprise cannot read this address ({type(error).__name__})")
    if not known:
        return ChannelResult(name, False, 0, "not sent: apprise knows no such address; see its list of services")
    kind = apprise.NotifyType.FAILURE if alert.severity == "critical" else apprise.NotifyType.WARNING

    def once() -> str | None:
        sent = channel.notify(
            body=alert.text(), title=alert.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT
        )
        return None if sent else "the service refused it or could not be reached"

    return _twice(name, once, pause)


def _send_block(alert: Note, block: str, pause: float) -> ChannelResult:
    from prefect.blocks.abstract import NotificationBlock
    from prefect.blocks.core import Block
    from prefect.utilities.asyncutils import run_coro_as_sync

    def once() -> str | None:
        loaded = Block.load(block)
        if not isinstance(loaded, NotificationBlock):
            return "it is no notification block"
        with loaded.raise_on_failure():
            told = loaded.notify(alert.text(), subject=alert.title)
            # Prefect's own blocks are done by now; one written against the abstract class returns a coroutine.
            if inspect.iscoroutine(told):
                run_coro_as_sync(told)
        return None

    return _twice(block_name(block), once, pause)


class _Attempt(Protocol):
    def __call__(self) -> str | None: ...


def _twice(name: str, attempt: _Attempt, pause: float) -> ChannelResult:
    """Try, and try again. Of what is raised only the type is told, as the messages hold addresses."""
    problem: str | None = None
    for number in range(1, _TRIES + 1):
        if number > 1:
            time.sleep(pause)
        try:
            problem = attempt()
        except Exception as error:
            problem = f"{type(error).__name__} was raised"
        if problem is None:
            return ChannelResult(name, True, number)
    return ChannelResult(
        name, False, _TRIES, f"not sent in {_TRIES} tries: {problem}; the run's record has the message"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries from printing the addresses they talk to."""
    before = []
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        before.append((logger, logger.level, logger.propagate))
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, level, propagate in before:
            logger.setLevel(level)
            logger.propagate = propagate


def _revealed(channel: str | Secret) -> str:
    return channel if isinstance(channel, str) else channel.get_secret_value()
