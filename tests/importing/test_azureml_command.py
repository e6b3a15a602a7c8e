"""Commands of Azure ML against the shell that would read them: `/bin/sh` splits plain ones into the same words."""

from __future__ import annotations

import subprocess

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from envspec.importing.azureml.command import Bound, command_of
from envspec.importing.spec import Text, Written

KNOWN = {"inputs.x": Bound("param.x", "INPUT_X", is_param=True)}


def words_of_sh(command: str) -> list[str]:
    """The words of a command as `/bin/sh` has them; nothing of it is executed."""
    script = f"set -f; set -- {command}\nfor word do printf '%s\\0' \"$word\"; done"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, timeout=120)
    return done.stdout.decode().split("\0")[:-1]


@settings(max_examples=100, deadline=None)
@given(st.text("ab =x'\"\\.-/,:%@+^]}~#\n\u00e9", min_size=1, max_size=25))
@example("a 'b c' \"d e\"f")
@example("a\\ b \\'")
@example('a "\\b \\" \\\\ \\$"')
@example("a \\\n b")
@example("'' \"\" a")
@example("a~ b#c #d")
def test_plain_commands_are_split_as_sh_does(command: str) -> None:
    made = command_of(command, {})
    assume(made is not None and made.command is not None)
    assert made is not None and made.command is not None
    words = [item.value.value for item in made.command.items if isinstance(item.value, Text)]
    assert words == words_of_sh(command.strip())


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", " ", "'", '"', "\\", "${{inputs.x}}", ";", "|", "\n", "$"]), max_size=12
    ).map("".join),
    st.sampled_from(["1", "v w", "it's", '"', "*", "$HOME", "a;b"]),
)
def test_a_value_stays_one_word_in_a_script(command: str, value: str) -> None:
    """Where sh takes the script at all, the value is in its words as it is."""
    made = command_of(f"{command} | cat", KNOWN)
    assume(made is not None and made.shell is not None and "${{" in command)
    assert made is not None and made.shell is not None
    script = getattr(made.shell, "value", "")
    for name in made.variables:
        assert name == "INPUT_X"
    checked = subprocess.run(["/bin/sh", "-n", "-c", script], capture_output=True, check=False, timeout=120)
    plain = subprocess.run(
        ["/bin/sh", "-n", "-c", f"{command} | cat".replace("${{inputs.x}}", "1")],
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert (checked.returncode == 0) == (plain.returncode == 0), (script, value)


def test_values_are_references() -> None:
    made = command_of("python a.py --x=${{inputs.x}} ${{ inputs.x }} '${{inputs.x}}'", KNOWN)
    assert made is not None and made.command is not None
    assert [item.value for item in made.command.items] == [
        Text("python"), Text("a.py"), Written('"--x=${param.x}"'), Written("param.x"), Written("param.x"),
    ]  # fmt: skip


def test_a_dollar_before_a_value() -> None:
    made = command_of("a '$${{inputs.x}}'", KNOWN)
    assert made is not None and made.command is not None
    assert made.command.items[1].value == Written('"\\u{24}${param.x}"')
