"""What is said when a command line cannot be understood; click's own words are English only."""

from __future__ import annotations

import click

from eschool_cli.localised import LANGUAGE_KEY, LocalArgument
from eschool_core.labels import Language, text

PROGRAM = "eschool"


def explained(error: click.ClickException, language: Language) -> list[str]:
    """Return what is wrong with the command line, and where the help is."""
    ctx = getattr(error, "ctx", None)
    command = PROGRAM if ctx is None else ctx.command_path
    return [_problem(error, language), text("cli.usage.see", language, command=command)]


def _problem(error: click.ClickException, language: Language) -> str:
    if isinstance(error, click.NoSuchOption):
        return _unknown("option", error.option_name, error.possibilities, language)
    name = getattr(error, "command_name", None)
    if name is not None:
        return _unknown("command", name, getattr(error, "possibilities", None), language)
    if isinstance(error, click.MissingParameter):
        return text("cli.usage.missing", language, name=_name(error))
    if isinstance(error, click.BadOptionUsage):
        return text("cli.usage.option_value", language, name=error.option_name)
    if isinstance(error, click.BadParameter):
        return text("cli.usage.value", language, name=_name(error), why=_why(error, language))
    return text("cli.usage.arguments", language)


def _unknown(what: str, name: str, similar: object, language: Language) -> str:
    said = text(f"cli.usage.no_{what}", language, name=name)
    names = ", ".join(sorted(similar)) if isinstance(similar, list | tuple | set) else ""
    return said + (" " + text("cli.usage.similar", language, names=names) if names else "")


def _why(error: click.BadParameter, language: Language) -> str:
    """Return why a value is not taken; only our own types say it in the right language."""
    kind = None if error.param is None else error.param.type
    if type(kind).__module__.startswith(__package__ or ""):
        return error.message
    if isinstance(kind, click.Choice):
        words = ", ".join(str(choice) for choice in kind.choices)
        return text("cli.usage.choice", language, words=words)
    return text("cli.usage.unfit", language)


def _name(error: click.BadParameter) -> str:
    param, ctx = error.param, error.ctx
    if isinstance(param, LocalArgument) and ctx is not None:
        return param.make_metavar(ctx).strip("[].")
    return " / ".join(param.opts) if param is not None else ""


def remember_language(ctx: click.Context, language: Language) -> None:
    """Let the commands of this run speak ``language``."""
    ctx.meta[LANGUAGE_KEY] = language
