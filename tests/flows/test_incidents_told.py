"""The life of a message: one when an incident opens, one when it is over, to channels that work and that do not."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alert_receivers import Receiver, http_receiver, mail_server
from killing import ROOT
from told_lake import FAILED, NOON, a_run, said, settings, with_runs

from flows.alerts import Alert
from flows.delivery import channels_of, deliver
from flows.judging import Schedule
from flows.run_rounds import _told, tell_of_decision, tell_of_run
from flows.settings import Alerts
from flows.watching import WatchedLater, watch_lake
from warehouse.lake import Connection, connect
from warehouse.ledger import begin_run, status


def hold(con: Connection, run_id: int, name: str, unit: str = "feed") -> None:
    """Two inputs of a slice wait, as a run leaves them."""
    con.execute(
        "insert into ops.held by name select unnest([1, 2]) as input_id, ? as run_id, ? as unit, ? as slice, "
        "'k' as input_key, 'k' as file_key, 'rejected' as outcome",
        [run_id, unit, name],
    )
    con.execute(
        "insert into ops.gate_breach by name select ? as run_id, 1 as piece, ? as unit, ? as name, "
        "'gate.rejected_share' as measure, 1 as observed, 0.9 as bound, 'too much was refused' as why, '' as remedy",
        [run_id, unit, name],
    )


def tell(
    con: Connection, alert: Alert | None, alerts: Alerts, now: datetime, *, loaded: bool = False, run_id: int = 1
) -> str | None:
    return tell_of_run(
        con,
        alert,
        alerts,
        run_id=run_id,
        inbox="in",
        warehouse="lake",
        loaded_something=loaded,
        began=now,
        now=now,
    )


def test_a_run_that_fails_over_and_over_is_told_once_and_the_good_one_after_it_once(
    con: Connection, receiver: Receiver
) -> None:
    channel = said(f"json://127.0.0.1:{receiver.port}/a")
    assert tell(con, FAILED, channel, NOON) == "newslake run 1: failed (sent)"
    assert tell(con, FAILED, channel, NOON + timedelta(hours=1)) == (
        "newslake run 1: failed (told before; it is open still)"
    )
    assert tell(con, None, channel, NOON + timedelta(hours=2)) == (
        "newslake: resolved: inbox in: the run failed (sent)"
    )
    assert tell(con, None, channel, NOON + timedelta(hours=3)) is None
    assert receiver.taken("/a") == ["newslake run 1: failed", "newslake: resolved: inbox in: the run failed"]
    assert con.execute("select state, cause, subject, hours, messages from incident").fetchall() == [
        ("resolved", "run_failed", "in", 2.0, 2)
    ]


def test_a_cause_of_the_data_is_over_with_a_run_that_loads_well_not_with_one_that_finds_nothing(
    con: Connection, receiver: Receiver
) -> None:
    channel = said(f"json://127.0.0.1:{receiver.port}/a")
    both = dataclasses.replace(FAILED, cause="rejected_share+batch_suite", title="newslake run 1: too much")
    tell(con, both, channel, NOON)
    assert tell(con, None, channel, NOON + timedelta(hours=1)) is None
    assert tell(con, None, channel, NOON + timedelta(hours=2), loaded=True) is not None
    assert receiver.taken("/a") == ["newslake run 1: too much", "newslake: resolved: inbox in: too much was rejected"]
    assert con.execute("select count(*) from incident where state = 'resolved'").fetchall() == [(2,)]


def test_what_a_gate_holds_is_an_incident_of_its_slice_exactly_as_long_as_something_of_it_waits(
    con: Connection, receiver: Receiver
) -> None:
    loaded = settings(f"json://127.0.0.1:{receiver.port}/a", remind_hours=0)
    channel = loaded.settings.alerts
    held = dataclasses.replace(FAILED, cause="gate_held", title="newslake run 1: a gate held something back")
    hold(con, a_run(con, NOON), "wire")
    tell(con, held, channel, NOON)
    assert tell(con, None, channel, NOON + timedelta(hours=1), loaded=True) is None  # it waits still
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=2), pause=0)
    hold(con, a_run(con, NOON + timedelta(hours=3)), "harbour")
    told_again = dataclasses.replace(held, title="newslake run 2: a gate held something back")
    assert tell(con, told_again, channel, NOON + timedelta(hours=3), run_id=2) is not None
    con.execute("delete from ops.held where slice = 'wire'")
    told = tell_of_decision(con, channel, run_id=3, warehouse="lake", now=NOON + timedelta(hours=4))
    assert told == "newslake: resolved: feed wire: a gate held data back (sent)"
    assert tell_of_decision(con, channel, run_id=4, warehouse="lake", now=NOON + timedelta(hours=5)) is None
    assert receiver.taken("/a") == [
        "newslake run 1: a gate held something back",
        "newslake run 2: a gate held something back",
        "newslake: resolved: feed wire: a gate held data back",
    ]
    assert con.execute(
        "select subject_kind, subject, state, cause, why from incident order by incident_id"
    ).fetchall() == [
        ("feed", "wire", "resolved", "gate_held", "2 inputs of run 1 wait: gate.rejected_share: too much was refused"),
        ("feed", "harbour", "open", "gate_held", "2 inputs of run 2 wait: gate.rejected_share: too much was refused"),
    ]


def test_the_watch_tells_of_what_waits_where_the_run_that_held_it_was_killed_before_it_told(
    con: Connection, receiver: Receiver
) -> None:
    loaded = settings(f"json://127.0.0.1:{receiver.port}/a", remind_hours=0)
    hold(con, a_run(con, NOON), "wire")
    hold(con, 1, "", "rest")
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=1), pause=0)
    con.execute("delete from ops.held")
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=2), pause=0)
    assert receiver.taken("/a") == [
        "newslake: feed wire: a gate held data back",
        "newslake: rest without feed and source: a gate held data back",
        "newslake: resolved: feed wire and 1 more: a gate held data back",
    ]
    assert "Next: newslake status --warehouse" in receiver.texts("/a")[0]


def test_what_an_earlier_version_told_of_an_inbox_is_over_when_nothing_waits(
    con: Connection, receiver: Receiver
) -> None:
    loaded = settings(f"json://127.0.0.1:{receiver.port}/a", remind_hours=0)
    hold(con, a_run(con, NOON), "wire")
    watch_lake(con, loaded, as_of=NOON, pause=0)
    con.execute("update ops.incident set monitor = 'run', subject_kind = 'inbox', subject = 'in'")
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=1), pause=0)
    assert tell(con, None, loaded.settings.alerts, NOON + timedelta(hours=2), loaded=True) is None
    con.execute("delete from ops.held")
    assert tell(con, None, loaded.settings.alerts, NOON + timedelta(hours=3)) is not None
    assert con.execute("select subject, state from incident order by incident_id").fetchall() == [
        ("in", "resolved"),
        ("wire", "resolved"),
    ]


def test_mail_and_webhook_get_the_same_message(con: Connection, receiver: Receiver) -> None:
    with mail_server() as box:
        mail = f"mailto://127.0.0.1:{box.port}?from=lake@news.example&to=steward@news.example&mode=insecure"
        tell(con, FAILED, said(f"json://127.0.0.1:{receiver.port}/a", mail), NOON)
        [sent] = box.mails
    assert sent["Subject"] == "newslake run 1: failed"
    assert "steward@news.example" in str(sent["To"])
    part = next(part for part in sent.walk() if part.get_content_type() == "text/plain")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n").strip() == FAILED.text()
    assert receiver.texts("/a") == [FAILED.text()]
    assert con.execute("select delivered, problem, settled_at is not null from ops.alert").fetchall() == [
        (True, None, True)
    ]


def test_a_dead_channel_is_told_by_the_live_one_shown_in_status_and_gets_its_message_when_it_is_back(
    con: Connection, receiver: Receiver, tmp_path: Path
) -> None:
    live = f"json://127.0.0.1:{receiver.port}/live"
    with http_receiver() as other:
        other.then = 503
        channels = said(live, f"json://ada:geheim@127.0.0.1:{other.port}/geheim?token=geheim")
        problem = tell(con, FAILED, channels, NOON)
        assert problem is not None and "json://127.0.0.1 (2): not sent in 2 tries" in problem
        assert receiver.taken("/live") == [
            "newslake run 1: failed",
            "newslake: channel json://127.0.0.1 (2): messages cannot be delivered",
        ]
        now = status(con)
        assert [(c["channel"], c["waiting"]) for c in now.channels.to_pylist()] == [("json://127.0.0.1 (2)", 1)]
        assert "undelivered" in {row["cause"] for row in now.incidents.to_pylist()}

        deliver(con, channels, now=NOON + timedelta(hours=1), pause=0)
        assert len(receiver.received) == 2  # the live one is not told again
        other.then = 200
        assert deliver(con, channels, now=NOON + timedelta(hours=2), pause=0) == []
        assert other.taken("/geheim")[:1] == ["newslake run 1: failed"]
        assert receiver.taken("/live")[2:] == [
            "newslake: resolved: channel json://127.0.0.1 (2): messages cannot be delivered"
        ]
    assert con.execute("select count(*) from ops.alert where settled_at is null").fetchall() == [(0,)]
    assert status(con).channels.num_rows == 0
    for table in ("ops.alert", "ops.alert_delivery", "ops.incident"):
        assert "geheim" not in str(con.execute(f"from {table}").fetchall())


def test_a_message_that_was_committed_and_not_sent_goes_out_with_the_next_delivery_and_once(
    con: Connection, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = int(door.getsockname()[1])
        channel = said(f"json://127.0.0.1:{port}/a")
        command = "import sys, test_incidents_told as own; own.tell_from_elsewhere(*sys.argv[1:])"
        sender = subprocess.Popen(
            [sys.executable, "-c", command, tmp_path / "lake", channel.channels[0]],
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
        )
        try:
            door.settimeout(120)
            knocking, _ = door.accept()  # what the books are to say is committed before a channel is called
        finally:
            sender.kill()
            sender.wait()
        knocking.close()
    assert con.execute("select cause, told_at is not null from ops.incident").fetchall() == [("run_failed", True)]
    assert con.execute("select count(*) from ops.alert where settled_at is null").fetchall() == [(1,)]
    with http_receiver(port) as receiver:
        assert tell(con, FAILED, channel, NOON + timedelta(hours=1)) is not None
        deliver(con, channel, now=NOON + timedelta(hours=2))
        assert receiver.taken("/a") == ["newslake run 1: failed"]


def tell_from_elsewhere(folder: str, channel: str) -> None:
    """What the process that is killed does."""
    tell(connect(Path(folder)), FAILED, said(channel), NOON)


def test_without_a_channel_a_message_is_settled_and_says_where_to_name_one(con: Connection) -> None:
    told = tell(con, FAILED, said(), NOON)
    assert told == (
        "newslake run 1: failed (not sent: no channel is set; name one in alerts.channels of newslake.toml)"
    )
    [(delivered, problem, settled)] = con.execute(
        "select delivered, problem, settled_at is not null from ops.alert"
    ).fetchall()
    assert (delivered, settled) == (False, True)
    assert problem == "not sent: no channel is set; name one in alerts.channels of newslake.toml"


def test_what_went_wrong_with_all_messages_is_said_once_and_else_of_each(con: Connection, receiver: Receiver) -> None:
    channel = said(f"json://127.0.0.1:{receiver.port}/a")
    low = dataclasses.replace(FAILED, cause="batch_suite", title="newslake run 2: low quality")
    titles = "newslake run 2: low quality; newslake: resolved: inbox in: the run failed"
    tell(con, FAILED, channel, NOON)
    assert tell(con, low, said(), NOON + timedelta(hours=1), loaded=True, run_id=2) == (
        f"{titles} (not sent: no channel is set; name one in alerts.channels of newslake.toml)"
    )
    assert _told(["A", "B"], ["A: refused"]) == "A; B (A: refused)"
    assert _told(["A", "B"], ["A: refused", "B: refused", "C: refused"]) == "A; B (refused; C: refused)"
    assert _told(["A"], ["messages wait for the next watch"]) == "A (messages wait for the next watch)"


def test_an_open_incident_is_told_again_after_the_set_hours_then_after_twice_as_long(
    con: Connection, receiver: Receiver
) -> None:
    loaded = settings(f"json://127.0.0.1:{receiver.port}/a", remind_hours=6.0)
    a_run(con, NOON, "failed")
    for hours in (0, 5, 6, 12, 18, 40):
        watch_lake(con, loaded, as_of=NOON + timedelta(hours=hours, minutes=5), pause=0)
    titles = receiver.taken("/a")
    assert titles == [
        "newslake: inbox in: the run failed",
        "newslake: still open: inbox in: the run failed",  # after 6 hours
        "newslake: still open: inbox in: the run failed",  # after 12 more
    ]
    with pytest.raises(WatchedLater, match="A watch judged by 2026-03-04 04:05 UTC already"):
        watch_lake(con, loaded, as_of=NOON, pause=0)
    dry = watch_lake(con, loaded, as_of=NOON, dry_run=True)
    assert dry.dry_run and con.execute("select count(*) from ops.watch").fetchall() == [(6,)]


def test_messages_that_can_wait_come_as_one_when_the_quiet_hours_end_and_critical_ones_at_once(
    con: Connection, receiver: Receiver
) -> None:
    alerts = said(f"json://127.0.0.1:{receiver.port}/a", quiet_hours="22:00-07:00", timezone="Europe/Berlin")
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    warning = dataclasses.replace(FAILED, cause="batch_suite", severity="warning", title="newslake run 1: low quality")
    tell(con, warning, alerts, night)
    tell(con, None, alerts, night + timedelta(hours=1), loaded=True)
    assert receiver.received == []
    tell(con, FAILED, alerts, night + timedelta(hours=2))
    assert receiver.taken("/a") == ["newslake run 1: failed"]
    deliver(con, alerts, now=datetime(2026, 3, 3, 5, 59, tzinfo=UTC))
    assert len(receiver.received) == 1
    deliver(con, alerts, now=datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    assert receiver.taken("/a")[1:] == ["newslake: 2 messages from the quiet hours"]
    assert "* newslake run 1: low quality" in receiver.texts("/a")[1]
    assert "* newslake: resolved: inbox in: the data fell below its bounds" in receiver.texts("/a")[1]
    assert con.execute("select count(*) from ops.alert where settled_at is null").fetchall() == [(0,)]


def test_a_digest_comes_once_a_day_with_what_is_open_and_what_is_over(con: Connection, receiver: Receiver) -> None:
    loaded = settings(
        f"json://127.0.0.1:{receiver.port}/a", remind_hours=0, digest="daily", digest_at="07:00", timezone="UTC"
    )
    morning = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
    a_run(con, morning, "failed")
    for hours in (0, 1, 2, 20):
        watch_lake(con, loaded, as_of=morning + timedelta(hours=hours), pause=0)
    a_run(con, morning + timedelta(hours=21))
    for hours in (22, 25, 49, 73):
        watch_lake(con, loaded, as_of=morning + timedelta(hours=hours), pause=0)
    assert receiver.taken("/a") == [
        "newslake: inbox in: the run failed",
        "newslake digest: 1 open, 0 resolved",
        "newslake: resolved: inbox in: the run failed",
        "newslake digest: 0 open, 1 resolved",  # and none on the days after, which have nothing to tell
    ]


def test_a_schedule_that_starts_nothing_is_one_incident_until_a_run_begins(con: Connection, receiver: Receiver) -> None:
    loaded = with_runs("7 * * * *", f"json://127.0.0.1:{receiver.port}/a")
    for hour in range(3):
        a_run(con, NOON + timedelta(hours=hour, minutes=7))
    for hour in range(3, 7):
        watch_lake(con, loaded, as_of=NOON + timedelta(hours=hour, minutes=30), pause=0)
    a_run(con, NOON + timedelta(hours=7, minutes=7))
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=7, minutes=30), pause=0)
    assert receiver.taken("/a") == [
        "newslake: deployment runs: runs did not start",
        "newslake: resolved: deployment runs: runs did not start",
    ]
    assert "2 announced runs did not start" in receiver.texts("/a")[0]


def test_the_open_incident_of_a_mistyped_inbox_keeps_no_scheduler_that_stops_later_from_being_told(
    con: Connection, receiver: Receiver
) -> None:
    loaded = with_runs("7 * * * *", f"json://127.0.0.1:{receiver.port}/a", remind_hours=0)
    a_run(con, NOON + timedelta(minutes=7), "failed", "inbx")
    watch_lake(con, loaded, as_of=NOON + timedelta(minutes=30), pause=0)
    for hour in range(1, 4):
        a_run(con, NOON + timedelta(hours=hour, minutes=7))
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=3, minutes=30), pause=0)
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=6, minutes=30), pause=0)
    assert receiver.taken("/a") == [
        "newslake: inbox inbx: the run failed",
        "newslake: deployment runs: runs did not start",
    ]
    assert con.execute("select subject, state, led_by from incident order by incident_id").fetchall() == [
        ("inbx", "open", 1),
        ("runs", "open", 2),
    ]


def test_what_is_no_more_in_the_settings_or_the_deployments_has_no_incident_open(
    con: Connection, receiver: Receiver
) -> None:
    channel = f"json://127.0.0.1:{receiver.port}/a"
    lost = [Schedule("hourly", "7 * * * *", "UTC", "ingest")]
    a_run(con, NOON)
    watch_lake(con, settings(channel, "json://localhost:9/b"), as_of=NOON + timedelta(hours=6), schedules=lost, pause=0)
    open_now = "select subject, cause from incident where state = 'open' order by all"
    assert con.execute(open_now).fetchall() == [("hourly", "not_started"), ("json://localhost", "undelivered")]
    # Who knows of no deployments has nothing to say of them.
    watch_lake(con, settings(channel, "json://localhost:9/b"), as_of=NOON + timedelta(hours=7), pause=0)
    assert ("hourly", "not_started") in con.execute(open_now).fetchall()
    watch_lake(con, settings(channel), as_of=NOON + timedelta(hours=8), schedules=[], pause=0)
    assert con.execute(open_now).fetchall() == []


def test_a_run_that_died_is_told_by_the_watch(con: Connection, receiver: Receiver) -> None:
    begin_run(con, inbox="in", now=NOON, version="0.1.0")
    report = watch_lake(con, settings(f"json://127.0.0.1:{receiver.port}/a"), as_of=NOON + timedelta(hours=1), pause=0)
    assert [row.cause for row in report.opened] == ["run_died"]
    assert receiver.taken("/a") == ["newslake: inbox in: the run ended without a word"]


def test_channels_that_look_alike_without_their_secrets_are_told_apart() -> None:
    names = [
        channel.name for channel in channels_of(said("slack://A/B/C", "slack://D/E/F", "json://h", prefect_block="x/y"))
    ]
    assert names == ["slack://…", "slack://… (2)", "json://h", "Prefect block x/y"]
    assert json.dumps(names).count("A/B") == 0
