"""Completion for shells, by click's own machinery: the scripts, and what the scripts ask for.

A script calls `envspec` with the words of the line in variables. The answer is looked up in the commands, their
options, and the hooks of `completing`. Whatever goes wrong on the way, nothing is written between the words that a
person is typing: there is just nothing to complete.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

_PROGRAM = "envspec"
VARIABLE = "_ENVSPEC_COMPLETE"
"""Set by the scripts; the name is click's for a program that is called `envspec`."""


class _Fish(FishComplete):
    """click's script cuts a value, or its explanation, at the first comma that is in it."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split -m 1 ","')


class _Bash(BashComplete):
    """bash breaks words at `=` too, which click forgets once something stands after it. What is completed then is only
    the part after the `=`."""

    _before = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        whole: list[str] = []
        glue = False
        for word in [*args, incomplete]:
            self._before = ""
            if word == "=" and whole:
                glue = True
                if whole[-1].startswith("-"):
                    whole.append("")  # the value of this option comes next
                else:
                    whole[-1] += word
                    self._before = whole[-1]
            elif glue:
                glue = False
                self._before = whole[-1]
                whole[-1] += word
            else:
                whole.append(word)
        return whole[:-1], whole[-1]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        found = super().get_completions(args, incomplete)
        for item in found:
            item.value = item.value.removeprefix(self._before)
        return [item for item in found if item.value or item.type != "plain"]


_CLASSES: Mapping[str, type[ShellComplete]] = {"bash": _Bash, "zsh": ZshComplete, "fish": _Fish}
SHELLS = tuple(_CLASSES)


def script(shell: str) -> str:
    """What a shell has to source. `shell` is one of `SHELLS`."""
    from envspec.cli.app import app

    # Not the method of the class: that of bash starts bash to ask for its version.
    return ShellComplete.source(_CLASSES[shell](app, {}, _PROGRAM, VARIABLE))


def answer() -> int:
    """Prints what fits the line in the variables, and gives the exit status."""
    shell, _, instruction = os.environ.get(VARIABLE, "").partition("_")
    kind = _CLASSES.get(shell)
    if kind is None or instruction != "complete":
        return 1
    from envspec.cli.app import app

    try:
        print(kind(app, {}, _PROGRAM, VARIABLE).complete(), flush=True)
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - see above
        return 1
    return 0
