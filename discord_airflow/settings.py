"""
What a user can set: read once at the edge, refused when not understood, handed down in parts.

Secrets and addresses come from the environment or `.env`, everything else from `config.yaml` (settings_files.py reads
both). Relative paths, here and there, start at the project's home: `DISCORD_AIRFLOW_HOME` when that is set, else the
checkout this package lies in, else the current directory.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from discord_airflow.errors import ConfigurationError
from discord_airflow.settings_files import describe, read_config, read_env_file
from discord_airflow.snowflake import LARGEST_SNOWFLAKE, parse_snowflake
from discord_airflow.window import zone_named

HOME_VARIABLE = "DISCORD_AIRFLOW_HOME"

ENVIRONMENT: Mapping[str, tuple[str, str]] = {
    "DISCORD_TOKEN": ("discord", "token"),
    "DB_HOST": ("database", "host"),
    "DB_PORT": ("database", "port"),
    "DB_NAME": ("database", "name"),
    "DB_USER": ("database", "user"),
    "DB_PASSWORD": ("database", "password"),
    "OLLAMA_HOST": ("ollama", "host"),
    "OLLAMA_MODEL": ("ollama", "model"),
    "NOTIFY_WEBHOOK": ("notify", "webhook"),
    "NOTIFY_EMAIL_HOST": ("notify", "email_host"),
    "NOTIFY_EMAIL_PORT": ("notify", "email_port"),
    "NOTIFY_EMAIL_USER": ("notify", "email_user"),
    "NOTIFY_EMAIL_PASSWORD": ("notify", "email_password"),
    "NOTIFY_EMAIL_FROM": ("notify", "email_from"),
    "NOTIFY_EMAIL_TO": ("notify", "email_to"),
    "POST_WEBHOOK": ("post", "webhook"),
}
"""Which variable sets what; these are set nowhere else."""


def _snowflake(value: object) -> int:
    """Take an id as a number or as text; YAML reads both exactly, but a float has lost digits."""
    if isinstance(value, str):
        return parse_snowflake(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_SNOWFLAKE:
        raise ValueError("not an id: an id is a whole number as Discord shows it")
    return value


def _zone(value: object) -> object:
    if isinstance(value, str):
        zone_named(value)
    return value


Snowflake = Annotated[int, BeforeValidator(_snowflake)]
Count = Annotated[int, Field(strict=True, ge=1)]
Text = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """Values that never change and never hold what they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DatabaseSettings(Section):
    """Where the data lives: a server of the user's own when *host* is set, else the embedded one."""

    host: Text | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 5432
    name: Text = "discord_data"
    user: Text = "postgres"
    password: SecretStr | None = None
    data_directory: Path = Path(".data/postgres")
    programs_directory: Path | None = None


class DiscordSettings(Section):
    """How Discord knows us."""

    token: SecretStr | None = None


class OllamaSettings(Section):
    """Which model writes, and where it runs."""

    host: Text = "http://localhost:11434"
    model: Text = "mistral"


class ReportSettings(Section):
    """What a report covers and where it is written."""

    timezone: Annotated[str, BeforeValidator(_zone)] = "UTC"
    week_start: Literal["monday", "sunday"] = "monday"
    days: Annotated[Count, Field(le=366)] = 7
    trend_weeks: Annotated[Count, Field(le=520)] = 8
    top: Annotated[Count, Field(le=100)] = 5
    names: Literal["shown", "pseudonym", "none"] = "shown"
    directory: Path = Path("reports")


class ExportSettings(Section):
    """How DiscordChatExporter is driven."""

    directory: Path = Path("collectors/exports")
    executable: Path | None = None
    threads: Literal["all", "active", "none"] = "all"
    refresh_days: Annotated[int, Field(strict=True, ge=0, le=3650)] = 14
    parallel: Annotated[Count, Field(le=16)] = 1
    respect_rate_limits: bool = True
    token_kind: Literal["auto", "bot", "personal"] = "auto"  # noqa: S105 - whose token, not the token
    since: date | None = None
    channel_minutes: Count = 120
    run_minutes: Count = 720


class AnalysisSettings(Section):
    """What the language model may do."""

    enabled: bool = True
    backend: Literal["ollama", "openai"] = "ollama"
    context_tokens: Annotated[Count, Field(ge=2048)] = 8192
    run_minutes: Count = 60
    allowed_hosts: tuple[Text, ...] = ()
    profiles: bool = False


class NotifySettings(Section):
    """Who is told when a task fails, by which ways, and from when a report is late."""

    webhook: SecretStr | None = None
    email_host: Text | None = None
    email_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    email_user: Text | None = None
    email_password: SecretStr | None = None
    email_from: Text | None = None
    email_to: Text | None = None
    email_security: Literal["starttls", "tls", "none"] = "starttls"
    late_minutes: Annotated[Count, Field(le=899)] = 60


class PostSettings(Section):
    """Where a report's summary is posted after approval, and how people appear in it."""

    webhook: SecretStr | None = None
    names: Literal["shown", "pseudonym", "none"] = "pseudonym"
    approval_hours: Annotated[Count, Field(le=720)] = 72


class LimitSettings(Section):
    """Where the program stops rather than guess."""

    query_seconds: Count = 300
    import_processes: Annotated[Count, Field(le=64)] | None = None
    import_memory_mb: Annotated[Count, Field(ge=256)] = 1024


class Settings(Section):
    """Everything a user can set. *home* is where relative paths start; all paths in here are absolute."""

    home: Path
    servers: tuple[Snowflake, ...] = ()
    excluded_channels: tuple[Snowflake, ...] = ()
    database: DatabaseSettings = DatabaseSettings()
    discord: DiscordSettings = DiscordSettings()
    ollama: OllamaSettings = OllamaSettings()
    report: ReportSettings = ReportSettings()
    export: ExportSettings = ExportSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    notify: NotifySettings = NotifySettings()
    post: PostSettings = PostSettings()
    limits: LimitSettings = LimitSettings()


def load_settings(
    config: Path | None = None, env_file: Path | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """
    Return the settings from *config*, *env_file* and *environ*, or raise ConfigurationError with one sentence.

    A file that is named must exist; without a name `config.yaml` and `.env` of the project's home are read when they
    are there. A variable of *environ* (default: the process's) wins over the same one in the file, also an empty one.
    """
    environ = os.environ if environ is None else environ
    home = _home(environ)
    config_path = config or home / "config.yaml"
    values = read_config(config_path, must_exist=config is not None)
    _refuse_secrets(values, config_path)
    variables = read_env_file(env_file or home / ".env", ENVIRONMENT, must_exist=env_file is not None)
    variables |= {name: environ[name] for name in ENVIRONMENT if name in environ}
    _check_variables(variables)
    for name, value in variables.items():
        if value:
            section, key = ENVIRONMENT[name]
            values[section] = {**_mapping(values.get(section)), key: value}
    try:
        return _with_absolute_paths(Settings.model_validate({**values, "home": home}))
    except ValidationError as error:
        raise ConfigurationError(describe(error, config_path, Settings, ENVIRONMENT)) from None


def _home(environ: Mapping[str, str]) -> Path:
    named = environ.get(HOME_VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise ConfigurationError(f"{HOME_VARIABLE} is {named!r}, which is not a directory.")
        return Path(named).resolve()
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()


def _refuse_secrets(values: Mapping[str, Any], config: Path) -> None:
    """Keep what belongs into the environment out of the file that people share and commit."""
    for variable, (section, key) in ENVIRONMENT.items():
        if key in _mapping(values.get(section)):
            raise ConfigurationError(f"{config}: {section}.{key} is not set here; put {variable}=... into .env.")
    if "home" in values:
        raise ConfigurationError(f"{config}: home is not set here; set {HOME_VARIABLE} in the environment.")


def _check_variables(variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ConfigurationError(f"{name} cannot be used: it is not UTF-8 text.")
    # Half an address would silently lead to the embedded database, not to the one the user means.
    if variables.get("DB_HOST"):
        return
    for name in ("DB_PASSWORD", "DB_USER", "DB_PORT"):
        if variables.get(name):
            raise ConfigurationError(
                f"{name} is set but DB_HOST is not: set DB_HOST (for example to localhost) to use your own"
                f" PostgreSQL, or remove {name} to use the embedded one."
            )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _with_absolute_paths(settings: Settings) -> Settings:
    """Anchor every relative path at the project's home, so that the current directory never matters."""
    sections = {name: section for name, section in settings if isinstance(section, Section)}
    return settings.model_copy(update={name: _anchored(section, settings.home) for name, section in sections.items()})


def _anchored(section: Section, home: Path) -> Section:
    paths = {name: home / value.expanduser() for name, value in section if isinstance(value, Path)}
    return section.model_copy(update=paths)
