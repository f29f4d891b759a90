"""What can go wrong in the exporter, in the exception types and words that each release prints."""

from __future__ import annotations

import errno

from standin.versions import Version

_EXPORTER = "DiscordChatExporter.Core.Exceptions.DiscordChatExporterException"
_STATUS_WORDS = {
    400: "bad request",
    408: "request timeout",
    429: "too many requests",
    500: "internal server error",
    502: "bad gateway",
    503: "service unavailable",
    504: "gateway timeout",
    520: "520",
}
_STACK = (
    "DiscordChatExporter.Core.Discord.DiscordClient.GetJsonResponseAsync(String url, CancellationToken)",
    "DiscordChatExporter.Core.Exporting.ChannelExporter.ExportChannelAsync(ExportRequest, CancellationToken)",
    "DiscordChatExporter.Cli.Commands.Base.ExportCommandBase.ExportAsync(IConsole, IReadOnlyList`1)",
    "CliFx.CliApplication.RunAsync(ApplicationSchema applicationSchema, CommandInput commandInput)",
)


class UsageError(Exception):
    """The command line cannot be understood; the message goes to stderr and help to stdout."""


class CommandError(Exception):
    """The command gives up with one plain line."""


class DotNetError(Exception):
    """An exception of the real program: type, message, and whether it ends the whole run."""

    def __init__(self, message: str, *, fatal: bool = False, type_name: str = _EXPORTER) -> None:
        super().__init__(message)
        self.message = message
        self.fatal = fatal
        self.type_name = type_name


class CancelledRunError(DotNetError):
    """SIGINT arrived."""

    def __init__(self) -> None:
        super().__init__("A task was canceled.", fatal=True, type_name="System.Threading.Tasks.TaskCanceledException")


def http_error(status: int, path: str, version: Version, token: str = "") -> DotNetError:
    """Return what a refused request raises; 2.30 to 2.39 print the request's headers, token included."""
    if status == 401:
        return DotNetError("Authentication token is invalid.", fatal=True)
    if status in {403, 404}:
        return DotNetError(_refusal(status, path, version) + _headers(version, token))
    words = _STATUS_WORDS.get(status, str(status))
    content = f'{{"message": "{words}", "code": 0}}'
    message = f"Request to '{path}' failed: {words}.\nResponse content: {content}"
    return DotNetError(message + _headers(version, token), fatal=True)


def _refusal(status: int, path: str, version: Version) -> str:
    if version >= (2, 40, 2):
        return f"Request to '{path}' failed: {'forbidden' if status == 403 else 'not found'}."
    return "Access is forbidden." if status == 403 else f"Requested resource ({path}) does not exist."


def _headers(version: Version, token: str) -> str:
    if token and (2, 30, 0) <= version < (2, 40, 0):
        return f"\nRequest headers:\nAuthorization: {token}"
    return ""


def intent_error() -> DotNetError:
    """Return what a bot without the message content intent raises."""
    return DotNetError("Provided bot account is missing the MESSAGE_CONTENT privileged intent.", fatal=True)


def network_error() -> DotNetError:
    """Return what an unreachable network raises after all retries."""
    error = DotNetError(
        "Resource temporarily unavailable (discord.com:443)",
        fatal=True,
        type_name="System.Net.Http.HttpRequestException",
    )
    error.__cause__ = DotNetError(
        "Resource temporarily unavailable", fatal=True, type_name="System.Net.Sockets.SocketException"
    )
    return error


def sticker_error(sticker: int, kind: int) -> DotNetError:
    """Return what a sticker of an unknown format raises."""
    return DotNetError(
        f"Unknown sticker format '{kind}'. (Parameter 'format')\nSticker id: {sticker}.",
        fatal=True,
        type_name="System.ArgumentOutOfRangeException",
    )


def io_error(error: OSError, path: str) -> DotNetError:
    """Return the .NET exception for an error of the file system."""
    if error.errno in {errno.EACCES, errno.EPERM, errno.EISDIR}:
        return DotNetError(
            f"Access to the path '{path}' is denied.",
            fatal=True,
            type_name="System.UnauthorizedAccessException",
        )
    if error.errno == errno.ENAMETOOLONG:
        message = f"The path '{path}' is too long, or a component of the specified path is too long."
        return DotNetError(message, fatal=True, type_name="System.IO.PathTooLongException")
    if error.errno == errno.ENOENT:
        message = f"Could not find a part of the path '{path}'."
        return DotNetError(message, fatal=True, type_name="System.IO.DirectoryNotFoundException")
    reason = {errno.ENOSPC: "No space left on device", errno.EROFS: "Read-only file system"}
    words = reason.get(error.errno or 0, error.strerror or "I/O error")
    return DotNetError(f"{words} : '{path}'", fatal=True, type_name="System.IO.IOException")


def message_error(message: int, channel: dict, guild: dict, cause: DotNetError) -> DotNetError:
    """Wrap what went wrong inside one message (2.42.5 and later)."""
    text = (
        f"Failed to export message #{message} in channel '{channel['name']}' (#{channel['id']}) "
        f"of guild '{guild['name']} (#{guild['id']})'."
    )
    error = DotNetError(text, fatal=cause.fatal)
    error.__cause__ = cause
    return error


def error_block(error: DotNetError) -> str:
    """Return the `ERROR` block: type and message, inner exceptions indented by four, stack lines by two."""
    return "\n".join(["ERROR", *_exception_lines(error, 0)]) + "\n"


def _exception_lines(error: DotNetError, depth: int) -> list[str]:
    lines = [f"{' ' * 4 * depth}{error.type_name}: {error.message}"]
    if isinstance(error.__cause__, DotNetError):
        lines += _exception_lines(error.__cause__, depth + 1)
    return lines + [f"{' ' * (4 * depth + 2)}at {frame}" for frame in _STACK[depth:]]
