"""Errors are sentences with a class: the class says what a caller can do, the message what happened, where and why."""

from typing import ClassVar


class DiscordAirflowError(Exception):
    """Something went wrong that this program can name."""

    exit_code: ClassVar[int] = 1
    """The status a command ends with."""

    permanent: ClassVar[bool] = False
    """True when trying again without a change by a person cannot help; a task then fails instead of retrying."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class UsageError(DiscordAirflowError):
    """The command line cannot be understood; --help shows how it is meant."""

    exit_code = 64
    permanent = True


class DataQuarantinedError(DiscordAirflowError):
    """Some of the data could not be used; all the rest was stored."""

    exit_code = 65
    permanent = True


class ServiceDownError(DiscordAirflowError):
    """A service that is needed does not answer."""

    exit_code = 69


class FileTroubleError(DiscordAirflowError):
    """A file cannot be read or written."""

    exit_code = 74


class BusyError(DiscordAirflowError):
    """Another run is doing this right now; try again when it has finished."""

    exit_code = 75


class AccessDeniedError(DiscordAirflowError):
    """A token or a permission is missing or was refused."""

    exit_code = 77
    permanent = True


class ConfigurationError(DiscordAirflowError):
    """The configuration cannot be used."""

    exit_code = 78
    permanent = True
