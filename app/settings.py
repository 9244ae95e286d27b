"""Every setting of an installation: an environment variable AMENDS_<NAME>, or a line in a file named `.env`.

docs/settings.md documents each one, and a test holds it to that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
POSTGRES = "postgresql+psycopg://"


class Settings(BaseSettings):
    """Read once, at start; wrong values stop the program with one clear line."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_", env_file=".env", extra="forbid")

    home: Path = Field(
        default=PROJECT / "var", description="Folder for the database file, keys, models, books and rejects."
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="A PostgreSQL database, `postgresql+psycopg://...`. Unset: the SQLite file amends.db in the home.",
    )
    mode: Literal["demo", "production"] = Field(
        default="production", description="'demo' opens the staff pages on loopback without a sign-in."
    )
    host: str = Field(default="127.0.0.1", description="Address the pages and the API listen on.")
    port: int = Field(default=8080, ge=1, le=65535, description="Port the pages and the API listen on.")
    staff_key: SecretStr | None = Field(
        default=None, description="What staff type to sign in; `amends serve` refuses to start without it."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080", description="How a debtor's browser reaches us; chat links start with it."
    )
    creditor_zh: str = Field(default="善还银行", description="The creditor's name as the bot says it in Chinese.")
    creditor_en: str = Field(default="Amends Bank", description="The creditor's name as the bot says it in English.")
    pay_url: str = Field(default="http://127.0.0.1:8080/pay", description="Where a debtor pays; the bot reads it out.")
    asr_model: str | None = Field(
        default=None,
        description="A faster-whisper model: a name such as 'base', a folder, or 'none' for no voice calls. Unset: the "
        "small model that comes with Amends, for demonstrations.",
    )
    natural_voice: Path | None = Field(
        default=None, description="A folder of natural voices, `zh/` and `en/`. Unset: espeak-ng's voices."
    )
    caller_id: str = Field(default="", description="The number calls come from, E.164; it must take calls back.")
    asterisk_url: str | None = Field(
        default=None, description="Asterisk's HTTP address, `http://host:port`. Unset: no calls through Asterisk."
    )
    asterisk_user: str = Field(default="amends", description="Our user in Asterisk's ari.conf.")
    asterisk_password: SecretStr | None = Field(default=None, description="The password of that user.")
    asterisk_endpoint: str = Field(
        default="PJSIP/{number}@trunk", description="How Asterisk dials a number; `{number}` stands for it."
    )
    asterisk_media: Literal["websocket", "audiosocket"] = Field(
        default="websocket", description="How sound leaves Asterisk: 'websocket' from 22.6 on, 'audiosocket' before."
    )
    audiosocket: str = Field(
        default="127.0.0.1:8090",
        pattern=r"^[^:]+:\d{1,5}$",
        description="Where an Asterisk with 'audiosocket' connects to us.",
    )
    twilio_account_sid: str | None = Field(
        default=None, description="The account at Twilio, or at a carrier of its protocol. Unset: no calls through one."
    )
    twilio_auth_token: SecretStr | None = Field(
        default=None, description="The token of that account; it also proves that a request comes from the carrier."
    )
    twilio_api_url: str = Field(default="https://api.twilio.com", description="Where that carrier is told to dial.")
    asr_window_seconds: float | None = Field(
        default=None,
        ge=1,
        le=30,
        description="Least seconds of sound the recogniser looks at. Unset: 10, or what a small model asks for.",
    )
    rasa_python: Path = Field(
        default=PROJECT / "bot" / "rasa" / ".venv" / "bin" / "python", description="Interpreter of Rasa's environment."
    )
    rasa_home: Path = Field(
        default=PROJECT / "bot" / "rasa" / ".rasa", description="Folder for Rasa's trained models and its log."
    )
    rasa_timeout_s: float = Field(default=2.0, gt=0, description="Seconds the bot waits for Rasa before it apologises.")
    invite_hours: int = Field(default=72, gt=0, description="Hours a chat link stays valid.")
    audit_anchor: Path | None = Field(
        default=None,
        description="A file outside, on another disk or one that can only be appended to, for the audit chain's heads.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")

    @field_validator("database_url", mode="before")
    @classmethod
    def _empty_is_unset(cls, given: object) -> object:
        return None if given == "" else given

    @field_validator("database_url")
    @classmethod
    def _a_database_we_know(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not given.get_secret_value().startswith(POSTGRES):
            raise ValueError(f"it must begin with {POSTGRES}")
        return given


def registry_of(settings: Settings) -> Path:
    """Where the scoring models of an installation lie."""
    return settings.home / "models"
