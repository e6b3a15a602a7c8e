"""`envspec graph`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from envspec.cli.parameters import output_options
from envspec.cli.workspaces import path_option, workspace_of

_OTHER_PICTURES = (".gif", ".jpeg", ".jpg", ".pdf", ".png", ".webp")


@click.command("graph")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "mermaid", "svg", "json"]),
    help="`text` by default; what the name of FILE says with `-o`.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it there."
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="How many runs, the newest; with what they were made of, and all models.",
)
@path_option
@output_options
def command(format_: str | None, output: Path | None, limit: int, path: Path) -> int:
    """Draw what came of what: data, environments, runs, models, deployments."""
    from envspec.actions.lineage import as_json, lineage
    from envspec.actions.writing import write_file
    from envspec.cli.echo import echo
    from envspec.cli.show import json_shown, printable, say
    from envspec.counted import counted

    suffix = output.suffix.lower() if output is not None else ""
    if output is not None and format_ is None and suffix in _OTHER_PICTURES:
        raise click.UsageError(f"a picture is an SVG here: name it `{output.with_suffix('.svg')}`")
    chosen = format_ or {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".json": "json"}.get(
        suffix, "text"
    )
    found = lineage(workspace_of(path), limit)
    if chosen == "svg":
        from envspec.actions.lineage_svg import svg_of

        text = svg_of(found)
    elif chosen == "json":
        text = json_shown(json.dumps(as_json(found), indent=2, ensure_ascii=False)) + "\n"
    else:
        from envspec.actions.lineage_text import mermaid, outline

        text = mermaid(found) if chosen == "mermaid" else printable(outline(found)) + "\n"
    if output is not None:
        write_file(output, text)
        say(f"wrote {output}")
    elif found.nodes or chosen != "text":
        echo(text, nl=False)
    if not found.nodes:
        say("nothing has been run, registered as a model or deployed here yet")
    if found.left_out:
        say(
            f"{counted(found.left_out, 'older run is', 'older runs are')} left out: `--limit` says how many are drawn"
        )
    return 0
