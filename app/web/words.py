"""What templates may say: times in the store's zone, addresses of our own files, the word that marks our scripts."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask

from app.web import headers, static
from app.web.house import runtime

PLATFORMS = {"shopify": "Shopify", "woocommerce": "WooCommerce"}


def teach(flask_app: Flask) -> None:
    environment = flask_app.jinja_env
    environment.filters["when"] = when
    environment.filters["platform"] = lambda name: PLATFORMS.get(name, name)
    environment.globals.update(static_url=static.url, nonce=headers.nonce)


def when(at: datetime, zone: str = "UTC") -> str:
    """A moment as people say it, in the store's zone: "today 14:05", "20 Nov 14:05", "20 Nov 2025"."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    local, today = at.astimezone(place), runtime().clock.now().astimezone(place)
    clock = f"{local:%H:%M}"
    if local.date() == today.date():
        return f"today {clock}"
    return f"{local.day} {local:%b} {clock}" if local.year == today.year else f"{local.day} {local:%b %Y}"
