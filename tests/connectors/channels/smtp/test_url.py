"""SMTP_URL: what it may look like, and what it stands for."""

import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import ChannelSettings
from connectors.channels import load
from connectors.channels.smtp import open_channel, relay
from connectors.records import Medium


class TestUrl:
    def test_ports_follow_the_scheme(self) -> None:
        assert (relay("smtp://mail.example").port, relay("smtps://mail.example").port) == (587, 465)

    @pytest.mark.parametrize(
        "url",
        [
            "http://mail.example",
            "smtp://",
            "smtp://user:sesame@",
            "smtp://user:sesame/open@mail.example",
            "smtp://user:sesame#open@mail.example",
            "smtp://user:sesäme@mail.example",
            "smtp://user:sesame@mail..example",
            "smtp://user:sesame@mail.example:99999",
            "smtp://user:sesame%0d%0a@mail.example",
        ],
    )
    def test_a_wrong_one_is_refused_without_being_shown(self, url: str) -> None:
        with pytest.raises(ValueError, match="SMTP_URL must look like") as refusal:
            relay(url)
        assert "ses" not in "".join(traceback.format_exception(refusal.value)).replace(url, "").lower().replace(
            "uses", ""
        )

    def test_only_this_machine_is_near(self) -> None:
        near = ("localhost", "127.0.0.1", "127.9.9.9", "[::1]")
        assert all(relay(f"smtp://{host}").is_near for host in near)
        assert not any(relay(f"smtp://{host}").is_near for host in ("mail.example", "10.0.0.1", "localhost.example"))

    def test_without_one_there_is_no_channel(self) -> None:
        settings = ChannelSettings(now=lambda: datetime(2026, 11, 20, tzinfo=UTC))
        assert open_channel(settings) is None

    def test_with_one_it_takes_the_place_of_the_outbox(self, tmp_path: Path) -> None:
        def chosen(url: str | None) -> str:
            now = datetime(2026, 11, 20, tzinfo=UTC)
            return load(ChannelSettings(lambda: now, smtp_url=url, outbox_dir=str(tmp_path)))[Medium.EMAIL].name

        assert (chosen(None), chosen("smtp://mail.example")) == ("outbox", "smtp")
