"""Settings: the only reader of the environment. Names and defaults as `docs/settings.md` lists them."""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "BERNIE_"
TESTS_PREFIX = "BERNIE_TEST_"  # says where tests find things; the service does not look at it
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


class BadSettings(Exception):
    """A sentence per setting that is wrong, with the variable's name."""


class Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Http(Group):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    url: str | None = Field(default=None, description="Public address; http://HOST:PORT when unset")
    wait_seconds: float = Field(default=30, ge=0, le=600, description="In line for a place in the queue")


class DatabaseSettings(Group):
    url: SecretStr | None = Field(default=None, description="SQLAlchemy URL; SQLite in BERNIE_DATA when unset")


class S3Settings(Group):
    bucket: str | None = None
    endpoint: str | None = None
    public_endpoint: str | None = Field(default=None, description="Where links lead; BERNIE_S3__ENDPOINT when unset")
    region: str | None = None
    prefix: str = ""


class Discord(Group):
    token: SecretStr | None = None
    api_url: str | None = None
    gateway_url: str | None = None
    public_key: str | None = Field(default=None, description="For interactions over HTTP")

    @field_validator("public_key")
    @classmethod
    def _a_key(cls, key: str | None) -> str | None:
        if key is not None and not re.fullmatch("[0-9a-fA-F]{64}", key):
            raise ValueError("the public key has 64 hexadecimal digits: see General Information in the portal")
        return key


class Telegram(Group):
    token: SecretStr | None = None
    api_url: str | None = None
    webhook_secret: SecretStr | None = Field(default=None, description="Updates come by webhook when set")
    stars: int | None = Field(default=None, ge=1, le=100_000, description="Price of 1,000 credits in Telegram Stars")

    @field_validator("webhook_secret")
    @classmethod
    def _a_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not re.fullmatch("[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
            raise ValueError("the secret has 16 to 256 letters, digits, _ and -")
        return secret


class Tts(Group):
    model: Literal["auto", "kokoro", "styletts2", "styletts2-ljspeech", "hibari"] = "auto"
    source: str | None = Field(default=None, description="Folder or repository in place of the publisher's")


class Vc(Group):
    model: Literal["auto", "seed-vc", "world"] = "auto"


class Sfx(Group):
    model: Literal["auto", "make-an-audio", "foley"] = "auto"
    source: str | None = Field(default=None, description="Folder, repository or address in place of the publisher's")


class Egress(Group):
    allow: str = Field(default="", description="Private networks that outgoing requests may reach, by commas")

    @field_validator("allow")
    @classmethod
    def _networks_only(cls, allow: str) -> str:
        for network in filter(None, map(str.strip, allow.split(","))):
            ip_network(network)
        return allow


class WorkerSettings(Group):
    lanes: int = Field(default=2, ge=1, le=64)
    lease_seconds: float = Field(default=30, ge=1)


class NewUsers(Group):
    credits: int = Field(default=10_000, ge=0)
    slots: int = Field(default=1, ge=1)
    queue_limit: int = Field(default=20, ge=1)
    monthly_credits: int = Field(default=0, ge=0)


class AccountsSettings(Group):
    sign_up: Literal["closed", "invitation", "open"] = "closed"


class RatesSettings(Group):
    redis: SecretStr | None = Field(default=None, description="Redis that several processes count in")
    requests_per_minute: int = Field(default=600, ge=0, description="Of one API key or browser; 0 is no limit")

    @field_validator("redis")
    @classmethod
    def _a_redis(cls, redis: SecretStr | None) -> SecretStr | None:
        if redis is not None and not redis.get_secret_value().startswith(("redis://", "rediss://")):
            raise ValueError("the address begins with redis:// or rediss://")
        return redis


class MetricsSettings(Group):
    token: SecretStr | None = Field(default=None, min_length=16, description="Opens /metrics; this machine when unset")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    data: Path = Field(default=Path("data"), description="Folder of the embedded mode")
    device: str = "auto"
    clip_days: int = Field(default=30, ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    http: Http = Http()
    database: DatabaseSettings = DatabaseSettings()
    s3: S3Settings = S3Settings()
    discord: Discord = Discord()
    telegram: Telegram = Telegram()
    tts: Tts = Tts()
    vc: Vc = Vc()
    sfx: Sfx = Sfx()
    egress: Egress = Egress()
    worker: WorkerSettings = WorkerSettings()
    users: NewUsers = NewUsers()
    accounts: AccountsSettings = AccountsSettings()
    rates: RatesSettings = RatesSettings()
    metrics: MetricsSettings = MetricsSettings()

    @property
    def models(self) -> dict[str, str]:
        """The choice per capability."""
        return {"tts": self.tts.model, "vc": self.vc.model, "sfx": self.sfx.model}

    def source_of(self, model: str) -> str | None:
        """In place of the publisher's repository; only for the model that was chosen by name."""
        return next((group.source for group in (self.tts, self.sfx) if group.model == model), None)

    @property
    def embedded(self) -> bool:
        """One process owns the data folder: the database lies in it."""
        return self.database.url is None

    @property
    def database_url(self) -> str:
        if self.database.url is not None:
            return self.database.url.get_secret_value()
        return f"sqlite:///{self.data.resolve() / 'bernie.db'}"

    @property
    def public_url(self) -> str:
        """Where links lead. All addresses (0.0.0.0, ::) is not an address to go to: then it is this machine's own."""
        host = "localhost" if self.http.host in EVERYWHERE else self.http.host
        if ":" in host:
            host = f"[{host}]"
        return (self.http.url or f"http://{host}:{self.http.port}").rstrip("/")


def load() -> Settings:
    """Raises `BadSettings`, also for a variable that begins with BERNIE_ and is none of ours: a typing error."""
    known = {name.upper() for name in _names(Settings)}
    ours = [name for name in os.environ if name.upper().startswith(PREFIX) and not name.startswith(TESTS_PREFIX)]
    unknown = [name for name in ours if name.upper() not in known]
    problems = [f"{name} is not a setting of Bernie: see docs/settings.md for the names." for name in sorted(unknown)]
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [f"{_variable(item['loc'])}: {item['msg']}." for item in error.errors(include_url=False)]
    if problems:
        raise BadSettings("\n".join(problems))
    return settings


def _variable(location: tuple[int | str, ...]) -> str:
    return PREFIX + "__".join(str(part).upper() for part in location if isinstance(part, str))


def _names(model: type[BaseModel], prefix: str = PREFIX) -> list[str]:
    """Every variable that there is."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Group):
            names += _names(kind, f"{prefix}{name.upper()}__")
        else:
            names.append(prefix + name.upper())
    return names
