"""How `config.yaml` and `.env` are read, and how their mistakes are put into one sentence."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import yaml
from dotenv.parser import parse_stream
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from discord_airflow.errors import ConfigurationError

OTHERS_VARIABLES = frozenset({"OLLAMA_MODELS"})
"""Names in `.env` that look like a misspelling of ours and are not: Ollama's own folder of models."""


class _StrictLoader(yaml.SafeLoader):
    """YAML without the silent loss of an option that is written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 (PyYAML's signature)
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.MarkedYAMLError(problem=f"{key!r} is not an option", problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"{key} is set twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_config(path: Path, *, must_exist: bool) -> dict[str, Any]:
    """Return what *path* sets; an empty file sets nothing, and so does a missing one unless it must exist."""
    text = _read(path, must_exist=must_exist)
    try:
        values = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigurationError(f"{path}{line}: {error.problem or 'this is not YAML'}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0] or "this is not YAML"
        raise ConfigurationError(f"{path}: {reason}.") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigurationError(f"{path}: options are written as 'name: value', each on a line of its own.")
    return {name: value for name, value in values.items() if value is not None}


def read_env_file(path: Path, known: Iterable[str], *, must_exist: bool) -> dict[str, str]:
    """
    Return those of the *known* variables that *path* sets; nothing in a value is ever substituted.

    The file may hold variables of other programs, but not one that looks like a misspelling of ours.
    """
    known = frozenset(known)
    variables: dict[str, str] = {}
    for where, name, value in _assignments(path, _read(path, must_exist=must_exist)):
        if name in known:
            if value is None:
                raise ConfigurationError(f"{where}: {name} needs a '=' and a value.")
            variables[name] = value
        elif _looks_like_ours(name, known):
            raise ConfigurationError(f"{where}: {name} is not a variable of ours{nearest(name.upper(), known)}.")
    return variables


def describe(
    error: ValidationError, config: Path, model: type[BaseModel], variables: Mapping[str, tuple[str, str]]
) -> str:
    """Return a sentence for the first thing *error* found: where, what is wrong, and the nearest known option."""
    details = error.errors(include_url=False)
    first = details[0]
    more = f" ({len(details) - 1} more like this)" if len(details) > 1 else ""
    path = ".".join(str(part) for part in first["loc"])
    for variable, target in variables.items():
        if first["loc"] == target:
            # No word about the value: it may be a secret.
            return f"{variable} {_requirement(first)}."
    if first["type"] == "extra_forbidden":
        settable = set(_options(model)) - {".".join(target) for target in variables.values()} - {"home"}
        return f"{config}: {path} is not an option{nearest(path, settable)}{more}."
    if first["type"] in ("model_type", "model_attributes_type"):
        return f"{config}: {path} is a group of options, each indented on a line of its own{more}."
    return f"{config}: {path} {_requirement(first)}, not {_shortened(first['input'])}{more}."


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" with the known name closest to *name*, or what there is when none is close."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(sorted(known))}"


def _read(path: Path, *, must_exist: bool) -> str:
    try:
        # Not read_text: it would turn every kind of line end in a value into one.
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if not must_exist:
            return ""
        raise ConfigurationError(f"{path} does not exist.") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None


def _assignments(path: Path, text: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield where each assignment of *text* stands, its name and its value (None without a '=')."""
    for binding in parse_stream(StringIO(text, newline="")):
        blank_lines = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
        where = f"{path}, line {binding.original.line + blank_lines}"
        if binding.error:
            raise ConfigurationError(f"{where}: this is not NAME=value; write a value with quotes or spaces as '...'.")
        if binding.key is not None:
            yield where, binding.key, binding.value


def _looks_like_ours(name: str, known: frozenset[str]) -> bool:
    close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
    return name.startswith("DB_") or (bool(close) and name not in OTHERS_VARIABLES)


def _options(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted name of every option."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _options(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def _requirement(detail: ErrorDetails) -> str:
    """Turn pydantic's "Input should be ..." and our own ValueErrors into the end of a sentence."""
    message = detail["msg"].removeprefix("Value error, ")
    for start in ("Input should ", "String should "):
        if message.startswith(start):
            return "must " + message.removeprefix(start).replace("tuple", "list")
    return f"cannot be used: {message}"


def _shortened(value: object) -> str:
    text = "empty" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
