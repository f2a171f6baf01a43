from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from copilot.errors import SettingsError
from copilot.settings import PREFIX, Settings, shipped_workspace

KEY = "sk-SECRET-1234"


def test_with_nothing_set_the_shipped_workspace_is_answered_by_the_built_in_model() -> None:
    settings = Settings.from_env({})
    assert settings.workspace == shipped_workspace().resolve()
    assert settings.model == "grounded"
    assert settings.api_key is None


def test_each_setting_is_read_from_its_variable(tmp_path: Path) -> None:
    given = {
        "workspace": str(tmp_path),
        "state_dir": str(tmp_path / "state"),
        "state_url": "postgresql://bearing:p%40ss@db.example:5432/bearing?sslmode=require",
        "model": "openai:some-model",
        "other_models": "grounded, openai:other,,openai:some-model",
        "base_url": "http://localhost:8080/v1",
        "api_key": KEY,
        "timeout_seconds": "2.5",
        "warehouse_url": "duckdb:///data/warehouse.duckdb",
        "chroma_url": "http://localhost:8000",
        "parallel": "dask:tcp://localhost:8786",
        "viewer": "ana",
        "today": "2026-02-03",
        "history_tokens": "2000",
        "turn_tokens": "50000",
        "day_tokens": "1000000",
        "token_prices": "2.50/10",
        "token_issuer": "https://login.example",
        "token_audience": "bearing",
        "otlp_url": "http://localhost:4318",
        "metrics": "on",
        "keep_days": "365",
        "rate": "30",
        "worker": "false",
        "log_level": "info",
        "log_format": "json",
        "slow_seconds": "2.5",
    }
    assert set(given) == set(Settings.model_fields)
    settings = Settings.from_env({PREFIX + name.upper(): value for name, value in given.items()})
    assert settings.workspace == tmp_path.resolve()
    assert settings.state_dir == tmp_path / "state"
    assert settings.state_url is not None
    assert settings.state_url.get_secret_value() == given["state_url"]
    assert settings.model == "openai:some-model"
    assert settings.models() == ("openai:some-model", "grounded", "openai:other")
    assert settings.base_url == "http://localhost:8080/v1"
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == KEY
    assert settings.timeout_seconds == 2.5
    assert settings.warehouse_url is not None
    assert settings.warehouse_url.get_secret_value() == "duckdb:///data/warehouse.duckdb"
    assert settings.chroma_url == "http://localhost:8000"
    assert settings.parallel == "dask:tcp://localhost:8786"
    assert settings.viewer == "ana"
    assert settings.today == date(2026, 2, 3)
    assert (settings.history_tokens, settings.turn_tokens, settings.day_tokens) == (2000, 50_000, 1_000_000)
    assert settings.token_prices == "2.50/10"
    assert (settings.token_issuer, settings.token_audience) == ("https://login.example", "bearing")
    assert (settings.otlp_url, settings.metrics) == ("http://localhost:4318", True)
    assert (settings.rate, settings.worker) == (30, False)
    assert (settings.log_level, settings.log_format, settings.slow_seconds) == ("info", "json", 2.5)


@pytest.mark.parametrize("value", ["localhost:8000", "ftp://localhost", "http://localhost/a/path"])
def test_what_is_no_address_of_a_server_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="BEARING_CHROMA_URL"):
        Settings.from_env({"BEARING_CHROMA_URL": value})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bearing:se@cret@db/bearing",
        "postgresql://bearing:se/cret@db/bearing",
        "postgresql://bearing:se#cret@db",
        "postgresql://bearing:100%cret@db",
        "mysql://bearing:secret@db",
        "db:5432",
    ],
)
def test_an_address_of_state_that_could_be_misread_is_refused_and_its_password_not_told(url: str) -> None:
    with pytest.raises(SettingsError, match="BEARING_STATE_URL: write postgresql://") as refused:
        Settings.from_env({"BEARING_STATE_URL": url})
    with pytest.raises(ValidationError) as raised:
        Settings(state_url=SecretStr(url))
    assert not any("cret" in str(error.value) for error in (refused, raised))


def test_an_unknown_variable_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(SettingsError, match="'BEARING_MODLE'.*BEARING_MODEL"):
        Settings.from_env({"BEARING_MODLE": "grounded"})


def test_variables_of_others_are_left_alone() -> None:
    assert Settings.from_env({"BEARINGS": "x", "bearing_model": "x", "MODEL": "x"}).model == "grounded"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_env({"BEARING_MODEL": "", "BEARING_TIMEOUT_SECONDS": ""}) == Settings.from_env({})


def test_what_a_call_says_wins_over_the_environment(tmp_path: Path) -> None:
    environment = {"BEARING_MODEL": "openai:some-model", "BEARING_WORKSPACE": "/elsewhere"}
    settings = Settings.from_env(environment, workspace=tmp_path, model=None)
    assert settings.workspace == tmp_path.resolve()
    assert settings.model == "openai:some-model"


def test_the_usual_key_variable_is_read_where_ours_is_absent() -> None:
    usual = {"OPENAI_API_KEY": "sk-usual"}
    assert key_of(Settings.from_env(usual)) == "sk-usual"
    assert key_of(Settings.from_env(usual | {"BEARING_API_KEY": KEY})) == KEY


def key_of(settings: Settings) -> str:
    assert settings.api_key is not None
    return settings.api_key.get_secret_value()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEOUT_SECONDS", "soon"),
        ("TIMEOUT_SECONDS", "0"),
        ("TODAY", "the third of May"),
        ("LOG_LEVEL", "loud"),
        ("SLOW_SECONDS", "-1"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({PREFIX + name: value})
    assert str(caught.value).startswith(f"{PREFIX}{name} ({value!r}): ")
    assert "\n" not in str(caught.value)


def test_a_workspace_below_home_or_here_is_made_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert Settings.from_env({"BEARING_WORKSPACE": "~/ours"}).workspace == tmp_path.resolve() / "ours"
    assert Settings.from_env({"BEARING_WORKSPACE": "ours"}).workspace == tmp_path.resolve() / "ours"


# Secrets


def test_a_key_is_in_no_text_form_of_the_settings() -> None:
    settings = Settings.from_env({"BEARING_API_KEY": KEY})
    for text in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert "SECRET" not in text


def test_no_error_shows_a_key() -> None:
    for environment in (
        {"BEARING_API_KEY": KEY, "BEARING_TIMEOUT_SECONDS": "soon"},
        {"BEARING_API_KEYS": KEY},
        {"OPENAI_API_KEY": KEY, "BEARING_NOPE": KEY},
    ):
        with pytest.raises(SettingsError) as caught:
            Settings.from_env(environment)
        assert "SECRET" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_key_of_the_wrong_kind_is_not_shown() -> None:
    with pytest.raises(SettingsError, match="BEARING_API_KEY") as caught:
        Settings.from_env({}, api_key=[KEY])
    assert "SECRET" not in str(caught.value)


# State


def test_each_workspace_has_a_state_of_its_own_outside_it(tmp_path: Path) -> None:
    first, second = (tmp_path / name / "knowledge" for name in ("a", "b"))
    states = {Settings(workspace=w, state_dir=tmp_path / "state").workspace_state() for w in (first, second)}
    assert len(states) == 2
    assert all(state.is_dir() and state.parent == tmp_path.resolve() / "state" for state in states)


def test_the_state_goes_to_the_users_state_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert Settings(workspace=tmp_path / "ours").workspace_state().parent == tmp_path.resolve() / "bearing"


def test_a_state_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="BEARING_STATE_DIR"):
        Settings(workspace=tmp_path, state_dir=tmp_path / "file").workspace_state()
