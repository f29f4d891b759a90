"""The sentences of an export run, by release."""

from __future__ import annotations

from standin.versions import Version

#: Stands for the real program's own banner: nine lines of a box and an empty line, other words.
BANNER = "\n".join(
    [
        "┌" + "─" * 68 + "┐",
        *(
            "│" + line.ljust(68) + "│"
            for line in (
                "   A stand-in for DiscordChatExporter, for tests only",
                "",
                "   The people and messages it exports are invented.",
                "   It talks to no server.",
                "",
                "",
                "   FUCK_RUSSIA=1 hides this box, as with the real program.",
            )
        ),
        "└" + "─" * 68 + "┘",
        "",
    ]
)
BOT_OPTION = "Warning: The --bot option is deprecated and should not be used. The token kind is detected."
REDIRECTED = "Note: Output streams are redirected, so the output of this program may not be what you expect."


def forum_text(channel: str, guild: str) -> str:
    """Return why a forum gives no file."""
    return (
        f"Channel '{channel}' of guild '{guild}' is a forum and cannot be exported directly. "
        "You need to pull its threads and export them individually."
    )


def empty_text(channel: str, guild: str, version: Version, *, in_period: bool, matching: bool) -> str:
    """
    Return what is said of a channel without messages.

    *in_period*: it has some, but none between the bounds. *matching*: the bounds looked well and yet
    nothing came (releases up to 2.44.2 only; later ones are silent then).
    """
    if version < (2, 31, 0):
        return "No messages for the specified period."
    if version < (2, 38, 0):
        return "No messages found for the specified period."
    if version < (2, 40, 2):
        return "Channel is empty or contains no messages for the specified period."
    words = "any matching messages" if matching else "any messages"
    period = " within the specified period" if in_period or matching else ""
    if version < (2, 42, 8):
        return f"Channel does not contain {words}{period}."
    end = "; an empty file will be created." if version >= (2, 45, 0) else "."
    return f"Channel '{channel}' of guild '{guild}' does not contain {words}{period}{end}"


def failures_heading(count: int, version: Version) -> str:
    """Return the line above the list of failed channels."""
    if version < (2, 42, 8):
        return f"Failed to export {count} channel(s):"
    if version < (2, 45, 0):
        return f"Failed to export {count} the following channel(s):"
    return "Failed to export the following channel(s):"


WARNINGS_HEADING = "Warnings reported for the following channel(s):"


def several_channels_text(path: str) -> str:
    """Return why several channels do not fit one file."""
    return (
        "Attempted to export multiple channels, but the output path is neither a directory nor a template. "
        "If the provided output path is meant to be treated as a directory, make sure it ends with a slash. "
        f"Provided output path: '{path}'."
    )
