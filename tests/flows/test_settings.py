"""Settings: defaults, file, environment, and errors that name what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.feeds_and_rules import MOST_RULE_BYTES, feeds_of, read_site_rules
from flows.settings import SettingsError, load

FEED = '[[feeds]]\nname = "wire"\npattern = "wire/*"\n'


def write(folder: Path, text: str) -> Path:
    file = folder / "newslake.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_and_a_variable_every_setting_has_its_default(tmp_path: Path) -> None:
    settings = load(write(tmp_path, ""), {}).settings
    assert settings.keep_raw == "quarantined"
    assert settings.batch.max_rows == 50_000
    assert settings.extraction.page_seconds == 30.0
    assert settings.alerts.channels == ()


def test_a_variable_goes_before_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[batch]\nmax_rows = 10\nchunk_mb = 3\n")
    settings = load(file, {"NEWSLAKE_BATCH__MAX_ROWS": "20"}).settings
    assert (settings.batch.max_rows, settings.batch.chunk_mb) == (20, 3)


def test_a_list_in_a_variable_is_written_as_toml_writes_it(tmp_path: Path) -> None:
    environ = {"NEWSLAKE_ALERTS__CHANNELS": '["json://a.example", "mailto://b.example"]'}
    assert load(write(tmp_path, ""), environ).settings.alerts.channels == ("json://a.example", "mailto://b.example")


@pytest.mark.parametrize(
    ("text", "environ", "said"),
    [
        ("inbx = 'a'", {}, "newslake.toml: unknown setting `inbx`"),
        ("[batch]\nmax_rows = 'many'", {}, "newslake.toml: batch.max_rows: Expected `int`, got `str`"),
        ("[batch]\nmax_rows = 0", {}, "batch.max_rows: Expected `int` >= 1"),
        ("[[feeds]]\nname = 'a'", {}, "feeds[0]: missing required field `pattern`"),
        ("keep_raw = 'some'", {}, "keep_raw: Invalid enum value 'some', expected one of all, none, quarantined"),
        ("a = [", {}, "newslake.toml: not valid TOML"),
        ("[pickup]\nsettle_seconds = inf", {}, "pickup.settle_seconds: Expected `float` <= "),
        ("[extraction]\npage_seconds = inf", {}, "extraction.page_seconds: Expected `float` <= 86400.0"),
        ("[gates]\nmin_inputs = 10\nmax_inputs = 5", {}, "gates.min_inputs: 10 is more than max_inputs, 5"),
        (
            "[gates]\nmax_inputs = 5\n[[feeds]]\nname = 'a'\npattern = 'x/*'\ngates.min_inputs = 7",
            {},
            "[[feeds]] a: gates.min_inputs: 7 is more than max_inputs, 5",
        ),
        ("", {"NEWSLAKE_RULES": "[{id = 'own.x'}]"}, "NEWSLAKE_RULES: rules stand in a file"),
        ("", {"NEWSLAKE_RULE_CHANGES": "[]"}, "NEWSLAKE_RULE_CHANGES: rules stand in a file"),
        ("", {"NEWSLAKE_BATCH__MAX_ROWS": "many"}, "NEWSLAKE_BATCH__MAX_ROWS: batch.max_rows: Expected `int`"),
        ("", {"NEWSLAKE_BATCH__ROWS": "1"}, "NEWSLAKE_BATCH__ROWS: batch: unknown setting `rows`"),
        ("", {"NEWSLAKE_INBX": "a"}, "NEWSLAKE_INBX: unknown setting `inbx`"),
        ("[[feeds]]\nname='a'\npattern='x/*'\n[[feeds]]\nname='a'\npattern='y/*'", {}, "two [[feeds]] are named 'a'"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_place_key_and_remedy(
    tmp_path: Path, text: str, environ: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as error:
        load(write(tmp_path, text), environ)
    assert said in str(error.value)


def test_a_secret_in_a_variable_is_no_part_of_an_error_message(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load(write(tmp_path, ""), {"NEWSLAKE_ALERTS__CHANNELS": "slack://hush-hush"})
    assert "hush-hush" not in str(error.value)
    assert "NEWSLAKE_ALERTS__CHANNELS" in str(error.value)


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml: no such settings file"):
        load(tmp_path / "gone.toml", {})


def test_the_nearest_file_upward_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "inbox = 'here'")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    loaded = load(None, {})
    assert loaded.file == tmp_path / "newslake.toml"
    assert loaded.inbox(None) == str(tmp_path / "here")


def test_the_warehouse_is_the_option_else_the_variable_else_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEWSLAKE_WAREHOUSE", raising=False)
    file = write(tmp_path, "warehouse = 'lake'")
    assert load(file).warehouse("/given") == (Path("/given"), "--warehouse")
    assert load(file).warehouse(None) == (tmp_path / "lake", str(file))
    monkeypatch.setenv("NEWSLAKE_WAREHOUSE", "/from/variable")
    assert load(file).warehouse(None) == (Path("/from/variable"), "NEWSLAKE_WAREHOUSE")


def test_a_feed_pattern_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    settings = load(write(tmp_path, "[[feeds]]\nname='a'\npattern='{colour}/*'"), {}).settings
    with pytest.raises(SettingsError, match="colour"):
        feeds_of(settings)


def rule_folders(tmp_path: Path) -> Path:
    for folder, name, text in [
        ("shared", "example.org.txt", "title: //h1\n"),
        ("shared", "other.example.txt", "body: //main\n"),
        ("shared", "global.txt", "title: //title\n"),
        ("shared", "README.md", "read me"),
        ("own", "example.org.txt", "body: //article\n"),
    ]:
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_site_rules_are_read_from_one_folder_beside_the_settings_file(tmp_path: Path) -> None:
    loaded = load(write(rule_folders(tmp_path), "[extraction]\nsite_rules = 'shared'\n"), {})
    rules = read_site_rules(loaded)
    assert rules is not None
    assert sorted(rules.files) == ["example.org", "other.example"]
    assert rules.files["example.org"].place == "shared/example.org.txt"


def test_site_rules_of_a_later_folder_go_before_those_of_an_earlier(tmp_path: Path) -> None:
    file = write(rule_folders(tmp_path), "")
    rules = read_site_rules(load(file, {"NEWSLAKE_EXTRACTION__SITE_RULES": '["shared", "own"]'}))
    assert rules is not None
    assert rules.files["example.org"].place == "own/example.org.txt"
    assert rules.files["other.example"].place == "shared/other.example.txt"


def test_without_a_folder_there_are_no_site_rules(tmp_path: Path) -> None:
    assert read_site_rules(load(write(tmp_path, ""), {})) is None


def test_a_folder_of_site_rules_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    loaded = load(write(rule_folders(tmp_path), "[extraction]\nsite_rules = ['shared', 'lost']\n"), {})
    with pytest.raises(SettingsError) as error:
        read_site_rules(loaded)
    assert str(error.value) == (
        f"extraction.site_rules: {tmp_path}/lost: No such file or directory; name folders of rule files "
        "(example.org.txt)"
    )


def test_a_rule_file_that_is_too_large_to_be_one_is_an_error_that_names_it(tmp_path: Path) -> None:
    big = rule_folders(tmp_path) / "own" / "big.example.txt"
    big.write_bytes(b"#" * (MOST_RULE_BYTES + 1))
    with pytest.raises(SettingsError, match=r"big\.example\.txt: larger than 262,144 bytes"):
        read_site_rules(load(write(tmp_path, "[extraction]\nsite_rules = 'own'\n"), {}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[alerts]\nquiet_hours = "22-7"', "alerts.quiet_hours"),
        ('[alerts]\ndigest_at = "24:00"', "alerts.digest_at"),
        ('[alerts]\ndigest = "weekly"', "alerts.digest"),
        ('[alerts]\ntimezone = "Mars/Olympus"', "alerts.timezone: 'Mars/Olympus' is no time zone that is known here"),
        ('[watch]\ntimezone = "../etc/passwd"', "watch.timezone"),
        ('[watch]\nruns = "7 * * *"', "watch.runs: cron '7 * * *' has 4 fields and not minute, hour, day"),
        ('[watch]\nupkeeps = "37 25 * * *"', "watch.upkeeps: cron '37 25 * * *': '25' is no hour from 0 to 23"),
        (f'{FEED}rhythm = "now and then"', "[[feeds]] wire: rhythm 'now and then' is none of hourly, daily"),
        (f'{FEED}rhythm = ""', "[[feeds]] wire: rhythm '' is none of hourly, daily"),
        (f'{FEED}rhythm = "0h"', "[[feeds]] wire: rhythm '0h' is no interval"),
    ],
)
def test_hours_zones_schedules_and_rhythms_are_looked_at_when_the_settings_are_read(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "newslake.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(says)):
        load(file, environ={})
