"""The help text, in the real program's order of parts and in our own words."""

from __future__ import annotations

from standin.option_table import COMMANDS, options_of
from standin.versions import Version, version_text

PROGRAM = "DiscordChatExporter.Cli"


def help_text(command: str | None, version: Version) -> str:
    """Return the help of a command, or of the program."""
    lines = [f"{PROGRAM} {version_text(version)}", ""]
    options = options_of(command, version)
    if command:
        required = "".join(f" --{o.name} <{'values...' if o.several else 'value'}>" for o in options if o.required)
        lines += ["USAGE", f"  {PROGRAM} {command}{required} [options]", ""]
        lines += ["DESCRIPTION", f"  {COMMANDS[command].help}", ""]
    else:
        lines += ["USAGE", f"  {PROGRAM} [options]", f"  {PROGRAM} [command] [...]", ""]
    rows = [("* " if o.required else "  ", o.shown, _described(o.help, o.environment)) for o in options]
    rows.append(("  ", "-h|--help", "Shows help text."))
    if command is None:
        rows.append(("  ", "--version", "Shows version information."))
    lines += ["OPTIONS", *(f"{mark}{shown:<22}{words}" for mark, shown, words in rows)]
    if command is None:
        known = [(name, entry) for name, entry in COMMANDS.items() if version >= entry.since]
        lines += ["", "COMMANDS", *(f"  {name:<22}{entry.help}" for name, entry in known)]
        lines += ["", f"You can run `{PROGRAM} [command] --help` to show help on a specific command."]
    return "\n".join(lines) + "\n"


def _described(words: str, environment: str) -> str:
    return f"{words} Environment variable: {environment}." if environment else words
