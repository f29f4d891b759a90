"""Reading a command line by the rules of the real program's library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from standin.failures import UsageError
from standin.option_table import COMMANDS, Option, options_of
from standin.versions import Version


@dataclass
class CommandLine:
    """A command line taken apart: the command, what stands before the options, the options in order."""

    command: str | None
    parameters: list[str] = field(default_factory=list)
    options: list[tuple[str, list[str]]] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Say whether an option was given."""
        return any(name.lower() in names for name, _values in self.options)


def split_command_line(argv: Sequence[str], version: Version) -> CommandLine:
    """
    Take *argv* apart.

    Command names and long options ignore case. What starts with a dash and a letter is always an option; the
    values behind it are its own. Letters behind one dash are so many options.
    """
    arguments = list(argv)
    while arguments and arguments[0].startswith("[") and arguments[0].endswith("]"):
        arguments.pop(0)  # directives of the library, such as [preview]
    name = arguments[0].lower() if arguments else ""
    known = name in COMMANDS and version >= COMMANDS[name].since
    line = CommandLine(name if known else None)
    for argument in arguments[1:] if known else arguments:
        if argument.startswith("--") and argument[2:3].isalpha():
            line.options.append((argument[2:], []))
        elif argument.startswith("-") and argument[1:2].isalpha():
            line.options.extend((letter, []) for letter in argument[1:])
        elif line.options:
            line.options[-1][1].append(argument)
        else:
            line.parameters.append(argument)
    return line


def bind(line: CommandLine, environment: Mapping[str, str], version: Version) -> dict[str, Any]:
    """
    Return the values of the command's options, converted; those not given have their defaults.

    Complaints come in the real program's order: parameters, values that cannot be read, unknown options,
    missing ones.
    """
    if line.parameters:
        shown = " ".join(f"<{value}>" for value in line.parameters)
        raise UsageError(f"Unexpected parameter(s):\n{shown}")
    values: dict[str, Any] = {}
    missing, unknown = [], list(line.options)
    for option in options_of(line.command, version):
        given = [entry for entry in line.options if option.is_called(entry[0])]
        raw = [value for _name, entry in given for value in entry]
        if not given and option.environment and option.environment in environment:
            raw = [environment[option.environment]]
        elif not given:
            raw = None
        values[option.name] = option.default if raw is None else _convert(option, raw)
        if option.required and not raw:
            missing.append(option.shown)
        unknown = [entry for entry in unknown if entry not in given]
    if unknown:
        shown = ", ".join(f"-{name}" if len(name) == 1 else f"--{name}" for name, _values in unknown)
        raise UsageError(f"Unrecognized option(s):\n{shown}")
    if missing:
        raise UsageError(f"Missing required option(s):\n{', '.join(missing)}")
    return values


def _convert(option: Option, raw: list[str]) -> Any:
    shown = " ".join(f"<{value}>" for value in raw)
    if not option.several and len(raw) > 1:
        complaint = f"Option {option.shown} expects a single argument, but provided with multiple:"
        raise UsageError(f"{complaint}\n{shown}")
    try:
        if option.several:
            return [option.convert(value) for value in raw]
        return option.convert(raw[0] if raw else None)
    except ValueError as error:
        complaint = f"Option {option.shown} cannot be set from the provided argument(s):"
        raise UsageError(f"{complaint}\n{shown}\nError: {error}") from error
