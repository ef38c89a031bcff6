"""Everything a process of the house works with, plugged together once and handed in."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields

import workflows
from app.clock import Clock, SystemClock
from app.config import Config, WrongSettingError
from app.db import Database
from app.keys import Signer, Vault
from app.policy.sender_domain import Names
from connectors import channels, stores
from connectors.base import Channel, ChannelSettings, StoreConnector, StoreSettings
from connectors.dns import Dns
from connectors.receipts import Listener
from workflows.language import Workflow


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts of one process. `channels` holds the one channel in use per medium, `listeners` whoever hears a provider, by
    its name; `names` asks the name system; `worker` names this process in leases."""

    config: Config
    clock: Clock
    database: Database
    vault: Vault
    signer: Signer
    connectors: Mapping[str, StoreConnector]
    channels: Mapping[str, Channel]
    listeners: Mapping[str, Listener]
    workflows: Mapping[str, Workflow]
    names: Names
    worker: str

    def close(self) -> None:
        for channel in self.channels.values():
            channel.close()
        self.database.close()


def assemble(config: Config, *, clock: Clock | None = None, worker: str | None = None) -> Runtime:
    """A runtime from the settings: connectors, channels and workflows are found by their file names."""
    clock = clock or SystemClock()
    return Runtime(
        config=config,
        clock=clock,
        database=Database(config.database_url),
        vault=Vault(config.encryption_keys),
        signer=Signer(config.secret_key),
        connectors=stores.load(_store_settings(config, clock)),
        channels=_channels(config, clock),
        listeners=channels.listeners(_channel_settings(config, clock)),
        workflows=workflows.load(),
        names=Dns(),
        worker=worker or f"{socket.gethostname()}-{os.getpid()}",
    )


def _store_settings(config: Config, clock: Clock) -> StoreSettings:
    return StoreSettings(
        app_url=config.app_url,
        now=clock.now,
        shopify_client_id=config.shopify_client_id,
        shopify_client_secrets=config.shopify_client_secret,
        shopify_api_version=config.shopify_api_version,
        shopify_standin=config.shopify_standin or None,
        allow_private_stores=config.allow_private_stores,
    )


def _channels(config: Config, clock: Clock) -> Mapping[str, Channel]:
    """Raises WrongSettingError where a channel cannot make sense of what is set."""
    try:
        return channels.load(_channel_settings(config, clock))
    except ValueError as error:
        raise WrongSettingError(str(error)) from None


def _channel_settings(config: Config, clock: Clock) -> ChannelSettings:
    """Each field of the channels' settings has the name of ours."""
    names = [one.name for one in fields(ChannelSettings) if one.name != "now"]
    return ChannelSettings(now=clock.now, **{name: getattr(config, name) for name in names})
