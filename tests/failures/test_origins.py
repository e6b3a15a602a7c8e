"""Where an entry was written is where its failure is told: another file, a requirements file, a matrix."""

from __future__ import annotations

from pathlib import Path

from tests.engines.unreliable_server import unreliable
from tests.failures.conftest import Workshop
from tests.failures.packages import write_wheel
from tests.failures.shown import findings, only

HEAD = 'edition = 1\nindex corp { url = "ADDRESS" }\n'


def write(workshop: Workshop, name: str, text: str) -> Path:
    file = workshop.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("ADDRESS", workshop.server.address))
    return file


BASE = HEAD + 'environment base {\n    python  = "3.11"\n    indexes = [corp]\n    pip     = ["gamma"]\n}\n'


def failing_build(workshop: Workshop) -> tuple[str, str, str]:
    """Code, place and marked text of a build after `beta` has changed under its lock."""
    workshop.locked()
    write_wheel(workshop.files / "beta", "beta", "1.0", "py3-none-any", (), salt="changed")
    found = only(workshop.run("build", "e"), 3)
    assert "`gamma` needs `beta`" in found.notes
    return found.code, found.place, found.text


def test_what_is_inherited_from_an_imported_file(workshop: Workshop) -> None:
    write(workshop, "common/base.envspec", BASE)
    write(
        workshop,
        "a.envspec",
        'edition = 1\nimport "common/base.envspec" as common\n'
        'environment e extends common.base {\n    pip += ["alpha"]\n}\n',
    )
    assert failing_build(workshop) == ("E0806", "common/base.envspec:6:16", '"gamma"')


def test_what_a_requirements_file_lists(workshop: Workshop) -> None:
    write(workshop, "requirements.txt", "# ours\nalpha==1.0\ngamma  # its needs\n")
    write(
        workshop,
        "a.envspec",
        HEAD + 'environment e {\n    python       = "3.11"\n    indexes      = [corp]\n'
        '    requirements = ["requirements.txt"]\n}\n',
    )
    code, place, text = failing_build(workshop)
    assert (code, place) == ("E0806", "requirements.txt:3:1")
    assert text.startswith("gamma")


def test_a_version_that_a_conda_file_asks_for(workshop: Workshop, small_channel: object) -> None:
    with unreliable(Path(small_channel.url.removeprefix("file://"))) as server:  # type: ignore[attr-defined]
        workshop.server = server
        write(workshop, "environment.yml", "dependencies:\n  - six\n  - numpy =1.27\n")
        write(
            workshop,
            "a.envspec",
            'edition = 1\nchannel corp { url = "ADDRESS" }\nenvironment e {\n    channels   = [corp]\n'
            '    conda_file = "environment.yml"\n}\n',
        )
        found = only(workshop.lock(), 1)
    assert (found.code, found.place) == ("E0610", "environment.yml:3:5")
    assert found.help == "there is `numpy 1.26.4` and the newest, `2.0.1`"


def test_a_cell_of_a_matrix(workshop: Workshop) -> None:
    write(
        workshop,
        "a.envspec",
        HEAD + 'environment e {\n    matrix  = { version = ["1.0", "1.2"] }\n    python  = "3.11"\n'
        '    indexes = [corp]\n    pip     = ["alpha ==${matrix.version}"]\n}\n',
    )
    done = workshop.lock()
    assert done.returncode == 1, done.stderr
    (found,) = findings(done)
    assert (found.code, found.place) == ("E0605", "a.envspec:7:16")
    assert found.message == "there is no version `==1.2` of `alpha` on the index"
