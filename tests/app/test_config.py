"""Settings are read once, and a wrong one is named at the start with what it is for."""

from dataclasses import fields

import pytest

from app.config import HELP, Config, WrongSettingError
from app.keys import new_encryption_key, new_key

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": new_key(),
    "ENCRYPTION_KEYS": f"{new_encryption_key()}, {new_encryption_key()}",
    "APP_URL": "https://app.example/",
}
WRONG = [
    ("ENVIRONMENT", "staging"),
    ("DATABASE_URL", "mysql://localhost/x"),
    ("APP_URL", "app.example"),
    ("SHOPIFY_API_VERSION", "2026-11"),
    ("SHOPIFY_STANDIN", "http://127.0.0.1:5101"),
    ("SMTP_URL", "http://mail.example"),
    ("ALLOW_PRIVATE_STORES", "perhaps"),
    ("HOLDOUT_PERCENT", "ten"),
    ("HOLDOUT_PERCENT", "51"),
    ("QUIET_HOURS", "22-7"),
    ("ENCRYPTION_KEYS", "short"),
    ("LOG_LEVEL", "loud"),
]


def test_nothing_set_is_a_development_house() -> None:
    assert Config.from_environment({}) == Config()


def test_lists_flags_and_numbers_are_read() -> None:
    config = Config.from_environment({**PRODUCTION, "ALLOW_PRIVATE_STORES": "on", "HOLDOUT_PERCENT": "0"})
    assert len(config.encryption_keys) == 2
    assert config.allow_private_stores is True
    assert config.holdout_percent == 0
    assert config.app_url == "https://app.example"


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_with_what_it_is_for(name: str, value: str) -> None:
    with pytest.raises(WrongSettingError, match=name) as raised:
        Config.from_environment({name: value})
    assert HELP[name.lower()] in str(raised.value)


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEYS"])
def test_production_does_not_start_without_its_secrets(name: str) -> None:
    with pytest.raises(WrongSettingError, match=f"{name} is not set") as raised:
        Config.from_environment({key: value for key, value in PRODUCTION.items() if key != name})
    assert HELP[name.lower()] in str(raised.value)


def test_production_is_reached_by_https_alone() -> None:
    with pytest.raises(WrongSettingError, match="APP_URL must begin with https://"):
        Config.from_environment({**PRODUCTION, "APP_URL": "http://app.example"})


def test_an_empty_setting_is_not_set_but_quiet_hours_may_be_none() -> None:
    assert Config.from_environment({"DATABASE_URL": "", "HOLDOUT_PERCENT": ""}) == Config()
    assert Config.from_environment({"QUIET_HOURS": ""}).quiet_hours == ""


def test_a_secret_is_not_shown() -> None:
    shown = repr(Config.from_environment({**PRODUCTION, "SMTP_URL": "smtp://user:hidden@mail.example"}))
    assert "hidden" not in shown
    assert PRODUCTION["SECRET_KEY"] not in shown


def test_every_setting_has_a_help_line() -> None:
    assert all(HELP[one.name] for one in fields(Config))
