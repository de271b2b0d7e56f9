"""Settings: defaults, file, environment, and errors that name what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import SettingsError, feeds_of, load


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
        ("keep_raw = 'some'", {}, "keep_raw: Invalid enum value 'some'"),
        ("a = [", {}, "newslake.toml: not valid TOML"),
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
    assert loaded.inbox(None) == tmp_path / "here"


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
