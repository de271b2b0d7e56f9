from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from expectations.verdict import BatchFailure
from flows.alerts import Alert, ChannelResult, RunOutcome, alert_for_run, redact, redact_text, send

SHARE = BatchFailure(
    "batch.rejected_share",
    "batch.rejected_share: more records were rejected or could not be read than the bound allows: 3 of 10",
)
TITLES = BatchFailure(
    "batch.title_share", "batch.title_share: fewer articles have a title than the bound asks for: 6 of 10"
)

SOUND = RunOutcome(
    run_id=12,
    state="completed",
    inbox="/srv/news in",
    warehouse="/srv/lake",
    counts={"loaded": 9, "quarantined": 1, "duplicate": 0, "held": 0, "failed": 0},
)
BAD = replace(
    SOUND,
    state="failed",
    error="WarehouseBusy: another run holds the lock",
    counts={"loaded": 7, "quarantined": 2, "failed": 1},
    batch_failures=(SHARE, TITLES),
    samples=(("a.html", "article.body.length"), ("b.html", "empty")),
)


def alert(outcome: RunOutcome = BAD) -> Alert:
    found = alert_for_run(outcome, max_rejected_share=0.2)
    assert found is not None
    return found


@dataclass
class Receiver:
    """A channel on loopback: keeps what it is sent, and answers with the next of ``answers``, then 200."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    received: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            found.received.append((self.path, body))
            self.send_response(found.answers.pop(0) if found.answers else 200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def test_a_run_within_its_bounds_has_nothing_to_tell() -> None:
    assert alert_for_run(SOUND, max_rejected_share=0.2) is None
    assert alert_for_run(SOUND, max_rejected_share=0.1) is None
    assert alert_for_run(replace(SOUND, counts={}), max_rejected_share=0.0) is None


@pytest.mark.parametrize(
    ("outcome", "cause", "severity", "title"),
    [
        (replace(SOUND, state="failed", error="x"), "run_failed", "critical", "newslake run 12: failed"),
        (
            replace(SOUND, counts={"loaded": 7, "quarantined": 3}),
            "rejected_share",
            "critical",
            "newslake run 12: too much was rejected",
        ),
        (
            replace(SOUND, counts={"loaded": 7, "failed": 3}),
            "rejected_share",
            "critical",
            "newslake run 12: too much was rejected",
        ),
        (
            replace(SOUND, batch_failures=(SHARE,)),
            "rejected_share",
            "critical",
            "newslake run 12: too much was rejected",
        ),
        (
            replace(SOUND, batch_failures=(TITLES,)),
            "batch_suite",
            "warning",
            "newslake run 12: the data fell below its bounds",
        ),
        (
            replace(SOUND, held=("feed wire, 60 inputs: gate.rejected_share: …",)),
            "gate_held",
            "critical",
            "newslake run 12: a gate held something back",
        ),
        (BAD, "run_failed+rejected_share+batch_suite", "critical", "newslake run 12: failed and more"),
    ],
)
def test_each_cause_and_all_together_make_one_message(
    outcome: RunOutcome, cause: str, severity: str, title: str
) -> None:
    found = alert(outcome)
    assert (found.cause, found.severity, found.title) == (cause, severity, title)


def test_the_message_says_what_where_since_when_for_example_and_what_to_do() -> None:
    assert alert().text() == (
        "The run failed: WarehouseBusy: another run holds the lock\n"
        "3 of 10 inputs could not be loaded (30.0%; the bound is 20.0%)\n"
        f"{SHARE.message}\n"
        f"{TITLES.message}\n"
        "\n"
        "Where: inbox /srv/news in, warehouse /srv/lake\n"
        "Since: run 12\n"
        "For example:\n"
        "  a.html: article.body.length\n"
        "  b.html: empty\n"
        "Look closer: newslake sql 'select state, reason, count(*) as inputs, min(input_key) as example from ops.input "
        "where run_id = 12 and state in ('\"'\"'quarantined'\"'\"', '\"'\"'held'\"'\"', '\"'\"'failed'\"'\"') "
        "group by all order by inputs desc'\n"
        "Next: newslake run '/srv/news in' --warehouse /srv/lake"
    )


def test_a_message_names_no_password_that_an_error_or_a_key_holds() -> None:
    outcome = replace(
        BAD,
        error="IOError: attach 'ducklake:postgres:dbname=lake password=geheim host=db' failed",
        inbox="s3://key:geheim@bucket/news",
        samples=(("https://ada:geheim@site.example/a", "empty"),),
    )
    text = alert(outcome).text()
    assert "geheim" not in text
    assert "password=*** host=db" in text
    assert "s3://***@bucket/news" in text


def test_one_message_reaches_every_channel(receiver: Receiver) -> None:
    channels = [
        f"json://127.0.0.1:{receiver.port}/first",
        SecretStr(f"json://ada:geheim@127.0.0.1:{receiver.port}/services/T000/B000/token"),
    ]
    found = send(alert(), channels, pause=0)
    assert found == [ChannelResult("json://127.0.0.1", True, 1)] * 2
    assert [path for path, _ in receiver.received] == ["/first", "/services/T000/B000/token"]
    for _, body in receiver.received:
        message = json.loads(body)
        assert message["title"] == "newslake run 12: failed and more"
        assert message["message"] == alert().text()
        assert message["type"] == "failure"


def test_a_channel_that_fails_once_is_tried_again(receiver: Receiver) -> None:
    receiver.answers = [503]
    [found] = send(alert(), [f"json://127.0.0.1:{receiver.port}/x"], pause=0)
    assert (found.delivered, found.tries, len(receiver.received)) == (True, 2, 2)


def test_a_channel_that_fails_is_a_problem_and_the_others_have_the_message(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers = [500, 500]
    channels = [
        f"json://ada:geheim@127.0.0.1:{receiver.port}/geheim?token=geheim",
        "json://ada:geheim@127.0.0.1:9/geheim",  # nobody listens there
        f"json://127.0.0.1:{receiver.port}/last",
        "geheim://geheim/geheim",  # no such service
        "geheim",
    ]
    found = send(alert(), channels, pause=0)
    assert [result.delivered for result in found] == [False, False, True, False, False]
    assert [result.tries for result in found] == [2, 2, 1, 0, 0]
    assert [result.name for result in found[:3]] == ["json://127.0.0.1"] * 3
    assert (found[0].problem or "").startswith("not sent in 2 tries: the service refused it or could not be reached")
    # The scheme is no secret: it names the service.
    assert "geheim" not in (str(found) + caplog.text).replace("geheim://…", "")


def test_the_logs_are_as_they_were_after_a_delivery(receiver: Receiver) -> None:
    logger = logging.getLogger("urllib3")
    before = (logger.level, logger.propagate)
    send(alert(), [f"json://127.0.0.1:{receiver.port}/x"], pause=0)
    assert (logger.level, logger.propagate) == before


def test_a_notification_block_is_found_by_name_and_one_that_is_not_there_is_a_problem(
    receiver: Receiver, prefect_server: str
) -> None:
    from prefect.blocks.notifications import CustomWebhookNotificationBlock

    CustomWebhookNotificationBlock(
        name="steward",
        url=f"http://127.0.0.1:{receiver.port}/block",
        json_data={"title": "{{subject}}", "text": "{{body}}"},
    ).save("newslake-steward", overwrite=True)
    found = send(alert(), [], "custom-webhook/newslake-steward", pause=0)
    assert found == [ChannelResult("Prefect block custom-webhook/newslake-steward", True, 1)]
    [(path, body)] = receiver.received
    assert path == "/block"
    assert json.loads(body)["title"] == "newslake run 12: failed and more"

    [missing] = send(alert(), [], "slack-webhook/nobody", pause=0)
    assert missing.name == "Prefect block slack-webhook/nobody"
    assert (missing.problem or "").startswith("not sent in 2 tries: ")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("json://ada:geheim@hooks.example:8080/a/b?c=d", "json://hooks.example"),
        ("mailto://ada:geheim@mail.example?to=bo@mail.example", "mailto://…"),
        ("mailtos://ada:geheim@mail.example", "mailtos://mail.example"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack://…"),
        ("tgram://123456789:AAgeheim/12315544", "tgram://…"),
        ("pover://user@token", "pover://…"),
        ("https://hooks.slack.com/services/T/B/geheim", "https://hooks.slack.com"),
        ("json://ada:ge/heim@host.example", "json://…"),
        ("json://ada:geheim", "json://…"),
        ("json://[::1]:80/x", "json://[::1]"),
        ("geheim", "(channel)"),
        ("", "(channel)"),
    ],
)
def test_a_channel_is_named_by_its_scheme_and_its_host_where_that_is_no_token(url: str, name: str) -> None:
    assert redact(url) == name


SECRETS = st.text(min_size=8, max_size=30).map(lambda text: "Q9z" + text.strip() + "z9Q")


@given(
    scheme=st.sampled_from(["json", "jsons", "slack", "tgram", "mailto", "https", "discord", "pover", "ntfy"]),
    secret=SECRETS,
    shape=st.sampled_from(
        [
            "{scheme}://user:{secret}@hooks.example/path",
            "{scheme}://{secret}@hooks.example",
            "{scheme}://{secret}:password@hooks.example:80/",
            "{scheme}://hooks.example/{secret}",
            "{scheme}://hooks.example/a?token={secret}",
            "{scheme}://hooks.example/a#{secret}",
            "{scheme}://user:{secret}@[::1]/",
            "{secret}",
        ]
    ),
)
def test_no_secret_of_a_channel_is_in_its_name(scheme: str, secret: str, shape: str) -> None:
    assert secret not in redact(shape.format(scheme=scheme, secret=secret))


@given(token=st.text(alphabet="ABCabc0123456789", min_size=8), rest=st.text(max_size=20))
@pytest.mark.parametrize("scheme", ["slack", "tgram", "discord", "pover", "pbul", "ifttt", "msteams", "twilio"])
def test_no_token_in_the_place_of_a_host_is_in_a_name(scheme: str, token: str, rest: str) -> None:
    assert redact(f"{scheme}://{token}/{rest}") == f"{scheme}://…"


@given(secret=st.text(alphabet=st.characters(categories=["L", "N"]), min_size=6, max_size=20))
def test_no_credential_in_an_address_or_argument_outlives_redaction(secret: str) -> None:
    secret = f"Q9z{secret}z9Q"
    for text in (
        f"cannot read https://ada:{secret}@site.example/a.html, tried twice",
        f"password={secret} host=db",
        f"token: '{secret}'",
        f"GET https://site.example/a?api_key={secret}&x=1",
        f"channel slack://{secret}/B/C is down",
        f"POST https://hooks.slack.com/services/T/B/{secret}",
    ):
        assert secret not in redact_text(text)


def test_addresses_of_pages_and_plain_words_stay_legible() -> None:
    for text in (
        "inbox/2026-03-01/a b.html: the body is too short",
        "https://quay-gazette.example/news/1?page=2 has no body",
        "file:///srv/news/a.html vanished",
        "the secretary said: no tokens",
    ):
        assert redact_text(text) == text
