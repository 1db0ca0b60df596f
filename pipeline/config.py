"""The one configuration: the defaults, a user's file over them, ``--set`` over both.

Every key is documented in ``default.toml``, which is also the only place where a
default stands. An unknown key is an error with a suggestion, since a key that is
quietly ignored is a wish that is quietly refused.
"""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from features.documents import DocumentError, NestingError, check_levels, toml_table
from features.errors import ConfigError, near

from . import guarding, sections
from .open_questions import refuse_open_questions
from .origins import Section
from .sections import Config


class ChangeError(ConfigError):
    """A change of the command line is not written as ``section.key=value``."""


# What pydantic says in words of its own, in ours: by its type of error.
_PLAIN = {
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table of keys and values",
    "model_type": "must be a section of keys and values",
    "model_attributes_type": "must be a section of keys and values",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be a text in quotation marks",
    "string_too_short": "must not be empty",
    "datetime_type": "must be an instant, such as 2026-03-01T00:00:00Z",
    "datetime_parsing": "must be an instant, such as 2026-03-01T00:00:00Z",
    "datetime_from_date_parsing": "must be an instant, such as 2026-03-01T00:00:00Z",
    "too_short": "must not be an empty list",
}

# Keys of earlier versions: what each is called now, and why.
_RENAMED = {
    "train.rare_rows": (
        "train.rare_leads",
        "categories are rare by how many leads have them, and no longer by snapshots",
    ),
}


def load_config(path: Path, changes: tuple[str, ...] = ()) -> Config:
    """Read the defaults, lay the file over them, then ``section.key=value`` changes.

    Paths in the file may name environment variables as ``${NAME}`` and are otherwise
    relative to the file's folder.

    Raises
    ------
    ConfigError
        When the file is missing or damaged, or says something that cannot be; a
        :class:`ChangeError` when a change cannot be read.
    """
    return _loaded(path, changes, may_ask=False)


def check_loads(path: Path) -> None:
    """See that a configuration can be loaded, once its questions are answered.

    Raises
    ------
    ConfigError
        As :func:`load_config` does.
    """
    _loaded(path, (), may_ask=True)


def _loaded(path: Path, changes: tuple[str, ...], *, may_ask: bool) -> Config:
    changed = [_parse_change(change) for change in changes]
    try:
        text = path.read_text(encoding="utf-8")
        written = toml_table(text)
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no configuration at {path}. Write one with "
            "`leadlight init FILES...`, or name another with --config."
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}.") from error
    raw = _laid_over(defaults(), written)
    for change in changed:
        raw = _laid_over(raw, change)
    if not may_ask:
        refuse_open_questions(path, text, raw)
    return _validated(_with_paths_resolved(raw, path.parent), str(path))


def defaults() -> dict[str, Any]:
    """Return what ``default.toml`` says."""
    return toml_table(files("pipeline").joinpath("default.toml").read_text("utf-8"))


def _validated(raw: dict[str, Any], name: str) -> Config:
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        told = "; ".join(_in_words(dict(e)) for e in error.errors()[:5])
        end = "" if told.endswith("?") else "."
        raise ConfigError(f"{name}: {told}{end}") from error


def _in_words(problem: dict[str, Any]) -> str:
    place = ".".join(str(p) for p in problem["loc"]) or "the file"
    if problem["type"] == "extra_forbidden":
        if place in _RENAMED:
            name, why = _RENAMED[place]
            return f"{place} is called {name} now: {why}"
        meant = near(str(problem["loc"][-1]), _all_keys())
        hint = f"; did you mean '{meant[0]}'?" if meant else ""
        return f"{place} is not a key that Leadlight knows{hint}"
    if problem["type"] == "missing":
        return f"{place} is missing"
    message = _PLAIN.get(problem["type"]) or _message(str(problem["msg"]))
    found = problem.get("input")
    is_plain = isinstance(found, str | int | float) and not isinstance(found, bool)
    return f"{place}: {message}" + (f" (found {found!r})" if is_plain else "")


def _message(said: str) -> str:
    said = said.removeprefix("Value error, ")
    for theirs, ours in (("Input should ", "must "), ("String should ", "must ")):
        if said.startswith(theirs):
            return ours + said.removeprefix(theirs)
    return said


def _all_keys() -> list[str]:
    named = vars(sections) | vars(guarding)
    classes = [c for c in named.values() if isinstance(c, type)]
    fields = [
        (info.alias or name)
        for c in classes
        if issubclass(c, Section)
        for name, info in c.model_fields.items()
    ]
    return sorted(set(fields))


def _parse_change(change: str) -> dict[str, Any]:
    key, equals, value = change.partition("=")
    parts = key.strip().split(".")
    if not equals or len(parts) < 2:
        raise ChangeError(f"--set takes section.key=value, not {change!r}.")
    try:
        parsed: Any = toml_table(f"value = {value}")["value"]
    except NestingError as error:
        raise ChangeError(f"--set {key.strip()[:40]}: {error}.") from error
    except DocumentError:
        parsed = value.strip()  # a bare word is a string
    for part in reversed(parts):
        parsed = {part: parsed}
    try:
        check_levels(parsed)
    except NestingError as error:
        raise ChangeError(f"--set {key.strip()[:40]}…: {error}.") from error
    result: dict[str, Any] = parsed
    return result


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for key, value in above.items():
        old = below.get(key)
        is_deeper = isinstance(value, dict) and isinstance(old, dict)
        # A promise is one thing: its keys are replaced, never mixed with the default's.
        mixes = key not in {"mql", "sql"}
        both[key] = _laid_over(old, value) if is_deeper and old and mixes else value
    return both


def _with_paths_resolved(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    def resolve(value: Any) -> Any:
        if isinstance(value, str):
            return _path(value, folder)
        if isinstance(value, list):
            return [resolve(v) for v in value]
        return {k: resolve(v) for k, v in value.items()}

    def table(section: Any) -> Any:
        if isinstance(section, dict) and isinstance(
            section.get("from"), (str, list, dict)
        ):
            return {**section, "from": resolve(section["from"])}
        return section

    resolved = dict(raw)
    for name in ("leads", "accounts", "touches", "milestones", "attribute_history"):
        section = raw.get(name)
        if isinstance(section, list):
            resolved[name] = [table(s) for s in section]
        elif section is not None:
            resolved[name] = table(section)
    if isinstance(run := raw.get("run"), dict):
        places = {n: run.get(n) for n in ("folder", "kept", "previous")}
        said = {
            n: _path(p, folder) for n, p in places.items() if isinstance(p, str) and p
        }
        resolved["run"] = {**run, **said}
    return resolved


def _path(value: str, folder: Path) -> str:
    def look_up(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise ConfigError(
                f"{value!r} names the environment variable {name}, which is not set."
            )
        return os.environ[name]

    expanded = re.sub(r"\$\{(\w+)\}", look_up, value)
    return os.path.normpath(folder / expanded)
