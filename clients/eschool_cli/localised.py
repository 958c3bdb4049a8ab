"""Commands whose help is said in the language that the run asks for, found when it is shown.

A command names the keys of its texts; nothing is translated at import time, so that one process
can speak both languages.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

import click

from eschool_core.labels import Language, catalogue, text

F = TypeVar("F", bound=Callable[..., Any])
LANGUAGE_KEY = "eschool_cli.language"
DEFAULT_LANGUAGE: Language = "ru"
LANGUAGES: tuple[Language, ...] = ("ru", "en")
HELP_WIDTH = 100


def language_of(ctx: click.Context | None) -> Language:
    """Return the language of this run."""
    found: Language = DEFAULT_LANGUAGE if ctx is None else ctx.meta.get(LANGUAGE_KEY, "ru")
    return found


def say(key: str, **params: object) -> str:
    """Return a text in the language of the command that is running."""
    return text(key, language_of(click.get_current_context(silent=True)), **params)


def _shown(ctx: click.Context, key: str) -> str:
    return text(key, language_of(ctx))


class LocalOption(click.Option):
    """An option: ``says`` is the last part of its help's key, ``shown_as`` of its value's."""

    def __init__(self, *args: Any, says: str, shown_as: str = "", **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.says = says
        self.shown_as = shown_as

    def make_metavar(self, ctx: click.Context) -> str:
        """Return what stands for the value in help and usage."""
        return _shown(ctx, f"cli.value.{self.shown_as}") if self.shown_as else ""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help, with its default where that is to be shown."""
        said = copy.copy(self)
        said.help = _shown(ctx, f"cli.option.{self.says}")
        if self.show_default:
            default = text("cli.default", language_of(ctx), value=self.get_default(ctx))
            said.help = f"{said.help} [{default}]"
        elif self.required:
            said.help = f"{said.help} [{_shown(ctx, 'cli.required')}]"
        # Click would add the same in English.
        said.show_default = said.required = said.show_envvar = False
        return click.Option.get_help_record(said, ctx)


class LocalArgument(click.Argument):
    """An argument: ``says`` is the last part of the keys of its name and its help."""

    def __init__(self, *args: Any, says: str, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.says = says

    def make_metavar(self, ctx: click.Context) -> str:
        """Return the name in the usage line."""
        name = _shown(ctx, f"cli.value.{self.says}") + ("..." if self.nargs != 1 else "")
        return name if self.required else f"[{name}]"

    def help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the name and the help."""
        return self.make_metavar(ctx), _shown(ctx, f"cli.argument.{self.says}")


class LocalCommand(click.Command):
    """A command: ``says`` names its texts ``cli.<says>.help``; the first line is its short help."""

    def __init__(self, *args: Any, says: str = "", **attrs: Any) -> None:
        attrs.setdefault("context_settings", {"max_content_width": HELP_WIDTH})
        super().__init__(*args, **attrs)
        self.says = says or str(self.name)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_shown(ctx, "cli.usage") + " ")

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the parts of the usage line after the name."""
        arguments = [param for param in self.params if isinstance(param, LocalArgument)]
        options = [_shown(ctx, "cli.value.options")]
        return [*options, *(argument.make_metavar(ctx) for argument in arguments)]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, text, arguments, options and what a group adds."""
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_shown(ctx, f"cli.{self.says}.help"))
        arguments = [
            param.help_record(ctx) for param in self.params if isinstance(param, LocalArgument)
        ]
        if arguments:
            with formatter.section(_shown(ctx, "cli.section.arguments")):
                formatter.write_dl(arguments)
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options; click's own ``--help`` in our words."""
        records = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                said = record[1] if isinstance(param, LocalOption) else _shown(ctx, "cli.help")
                records.append((record[0], said))
        with formatter.section(_shown(ctx, "cli.section.options")):
            formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, where there are texts for them."""
        key = f"cli.{self.says}.examples"
        if key in catalogue():
            with formatter.section(_shown(ctx, "cli.section.examples")):
                for line in _shown(ctx, key).splitlines():
                    formatter.write(f"  {line}\n")


class LocalGroup(LocalCommand, click.Group):
    """A group of commands that are imported when they are needed.

    Args:
        places: Module and attribute of each command by name, in the order of the help; one whose
            module is not there is left out.
        sections: Names by heading; by default one heading for all.
    """

    def __init__(
        self,
        *args: Any,
        places: dict[str, str] | None = None,
        sections: Sequence[tuple[str, tuple[str, ...]]] = (),
        **attrs: Any,
    ) -> None:
        attrs.setdefault("no_args_is_help", True)
        super().__init__(*args, **attrs)
        self.places = places or {}
        self.sections = sections

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        lazy = [name for name, place in self.places.items() if find_spec(place.partition(":")[0])]
        return [*lazy, *(name for name in self.commands if name not in lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now."""
        known = super().get_command(ctx, cmd_name)
        if known is not None or cmd_name not in self.list_commands(ctx):
            return known
        module, _, attribute = self.places[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the parts of the usage line after the name."""
        return [*super().collect_usage_pieces(ctx), _shown(ctx, "cli.value.command")]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, then the options."""
        names = self.list_commands(ctx)
        for heading, wanted in self.sections or (("commands", tuple(names)),):
            records = [(name, self.short_help_of(ctx, name)) for name in wanted if name in names]
            if records:
                with formatter.section(_shown(ctx, f"cli.section.{heading}")):
                    formatter.write_dl(records)
        super().format_options(ctx, formatter)

    def short_help_of(self, ctx: click.Context, name: str) -> str:
        """Return the first sentence of a command's help, without importing the command."""
        key = f"cli.{name}.help" if self.says == "root" else f"cli.{self.says}.{name}.help"
        if key not in catalogue():
            return ""
        return _shown(ctx, key).partition("\n")[0].rstrip(".")


class DefaultGroup(LocalGroup):
    """A group with a command that is meant where none is named: ``default``."""

    def __init__(self, *args: Any, default: str, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; what is no command is said of the default one."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def option(*names: str, says: str, **attrs: Any) -> Callable[[F], F]:
    """Add an option with a localised help to a command."""
    return click.option(*names, cls=LocalOption, says=says, **attrs)


def argument(name: str, says: str, **attrs: Any) -> Callable[[F], F]:
    """Add an argument with a localised name and help to a command."""
    return click.argument(name, cls=LocalArgument, says=says, **attrs)
