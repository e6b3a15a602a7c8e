"""Options that several commands share, and how they become `actions.options.Options`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from envspec.actions.options import Options
from envspec.cli import completing
from envspec.cli.show import printable
from envspec.diagnostics import Diagnostic, Failure, Source, Span

if TYPE_CHECKING:
    from envspec.resolve.params import Given

Command = TypeVar("Command", bound=Callable[..., Any])


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def remember(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
        context.meta[key] = value
        return value

    return remember


def _verbosity(context: click.Context, parameter: click.Parameter, value: int) -> int:
    sign = 1 if parameter.name == "verbose" else -1
    context.meta["envspec.verbosity"] = context.meta.get("envspec.verbosity", 0) + sign * value
    return value


def output_options(command: Command) -> Command:
    """`-v`, `-q`, `--no-color`."""
    for option in (
        click.option("-v", "--verbose", count=True, callback=_verbosity, expose_value=False, help="Say more."),
        click.option("-q", "--quiet", count=True, callback=_verbosity, expose_value=False, help="Say less."),
        click.option("--no-color", is_flag=True, callback=_remember("envspec.no_color"), expose_value=False,
                     help="No colours (also with NO_COLOR, and when not on a terminal)."),
    ):  # fmt: skip
        command = option(command)
    return command


def selectors(_context: click.Context, option: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """`--select` and `--ignore`: codes with commas between them."""
    from envspec.diagnostics.selection import problem

    found = tuple(part.strip() for text in value for part in text.split(","))
    for part in found:
        wrong = problem(part, ignoring=option.name == "ignore")
        if wrong:
            raise click.UsageError(
                f"`--{option.name} {printable(part)}`: {wrong}; `docs/rules.md` lists them"
            )
    return found


def registry(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """`--registry`: `host[:port][/path]`, as `docker.registry` takes it."""
    from envspec.packages.sources import parse_registry

    if value and not isinstance(parse_registry(value), str):
        raise click.UsageError(f"`--registry {printable(value)}`: write HOST/PATH without a scheme")
    return value


def environment_name(_context: click.Context, given: click.Parameter, value: str) -> str:
    """What a version is registered under: `--name`, or an argument."""
    from envspec.language.environment_reference import is_environment_name

    if value and not is_environment_name(value):
        written = f"--name {value}" if isinstance(given, click.Option) else value
        raise click.UsageError(f"`{printable(written)}`: a name has letters, digits, `.`, `_` and `-`")
    return value


def project_options(command: Command) -> Command:
    """What decides what a spec means: `--set`, `--params`, `--allow-path`."""
    for option in (
        click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Give a param its value.",
                     shell_complete=completing.params),
        click.option("--params", "params_files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
                     help="Give params their values from a TOML, JSON or YAML file."),
        click.option("--allow-path", "allow_outside", is_flag=True, help="Let paths leave the project root."),
    ):  # fmt: skip
        command = option(command)
    return output_options(command)


def target_options(command: Command) -> Command:
    """What decides which engine is meant, and whether it is locked first."""
    for option in (
        click.option("--target", "engine", default="", metavar="ENGINE", shell_complete=completing.engines,
                     help="`local`, `docker`, or a target of the spec; the spec's own by default."),
        click.option("--frozen", is_flag=True, help="Fail rather than change envspec.lock."),
        click.option("--build-sdists", "allow_builds", is_flag=True,
                     help="Let source distributions be built while locking (runs their code)."),
    ):  # fmt: skip
        command = option(command)
    return project_options(command)


def engine_options(command: Command) -> Command:
    """What decides where and how something is built."""
    for option in (
        click.option("--network", default="", metavar="NAME", help="docker: the network of build steps."),
        click.option("--ca-bundle", default="", metavar="FILE", shell_complete=completing.file,
                     help="docker: certificates for build steps; given as a build secret, never in a layer."),
        click.option("--builder", type=click.Choice(["auto", "buildkit", "classic"]),
                     callback=lambda _context, _option, value: value or "",
                     help="docker: `buildkit`, `classic`, or the best there is (`auto`)."),
        click.option("--no-cache", is_flag=True, help="Build every step again, and fetch every package."),
        click.option("--pull", is_flag=True, help="docker: look for a newer base image, unless a digest is locked."),
        click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", callback=lambda _context, _option, n: n or 0,
                     help="How many builds may go on at once; as many as there are processors by default."),
    ):  # fmt: skip
        command = option(command)
    return target_options(command)


def options_of(path: Path, parameters: dict[str, Any], **more: Any) -> Options:
    """The options of a command from its click parameters."""
    from envspec.actions.options import silent
    from envspec.cli.show import progress, quiet, say

    given = given_params(parameters.pop("assignments", ()), parameters.pop("params_files", ()), path)
    known = {
        "engine", "allow_outside", "frozen", "offline", "allow_builds", "network", "ca_bundle", "builder",
        "no_cache", "pull", "jobs",
    }  # fmt: skip
    chosen = {key: value for key, value in parameters.items() if key in known}
    # Decided here: lines come from other threads too, which know nothing of `-q`.
    return Options(
        path=path, given=given, say=silent if quiet() else say, progress=progress, **chosen, **more
    )


def given_params(assignments: tuple[str, ...], files: tuple[Path, ...], path: Path) -> dict[str, Given]:
    """The values of `--params` and `--set`; `--set` wins, and of two the later one."""
    given: dict[str, Given] = {}
    if not assignments and not files:
        return given
    from envspec.resolve.files import find_root
    from envspec.resolve.params import Given

    for file in files:
        given.update(_from_file(file, find_root(path)))
    for assignment in assignments:
        name, sign, value = assignment.partition("=")
        name = name.strip()
        if not sign or not name:
            raise click.UsageError(f"`--set {printable(assignment)}`: write NAME=VALUE")
        given.pop(name, None)
        given[name] = Given(value, f"`--set {printable(assignment)}`", folder=str(Path.cwd()))
    return given


def _from_file(file: Path, root: Path) -> dict[str, Given]:
    """The values of a file. Its name in findings is relative to `root`, as those of other files."""
    from envspec.packages.params_file import parse_params_file
    from envspec.resolve.params import Given

    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1203", f"the params file `{file}` cannot be read: {reason}")) from error
    except UnicodeDecodeError as error:
        raise Failure(
            Diagnostic("E1203", f"the params file `{file}` is not UTF-8 text", help="save it as UTF-8")
        ) from error
    values = parse_params_file(text, file.suffix)
    if isinstance(values, str):
        raise Failure(
            Diagnostic("E1203", f"the params file `{file}` does not parse: {values}",
                       help="write `name = value` lines (TOML), or use `.json` or `.yaml`")
        )  # fmt: skip
    name = os.path.relpath(file, root).replace(os.sep, "/")
    source = Source.of(name, text)
    return {
        value.name: Given(
            value.value,
            f"`{file}`",
            is_text=False,
            folder=str(file.absolute().parent),
            source=source,
            span=Span(name, value.start, value.end) if value.end else None,
        )
        for value in values
    }
