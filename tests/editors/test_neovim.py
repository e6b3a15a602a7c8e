"""What somebody sees and does in Neovim 0.11 with `editors/neovim` and `envspec lsp`."""

from __future__ import annotations

import pytest

from tests.editors.neovim import Neovim

pytestmark = pytest.mark.slow

BROKEN = """\
edition = 1

environment sklearn {
    python = "3.12"
    chanels = ["conda-forge"]
    conda = ["scikit-learn =1.6.1"]
}

run train {
    environment = sklaern
    shell = "true"
}
"""

IMPORTS = """\
edition = 1
import "base.envspec" as base
run train {
    environment = base.base
    shell       = "true"
}
"""


def test_findings_are_shown_and_go_when_they_are_mended(neovim: Neovim) -> None:
    neovim.edit("a.envspec", BROKEN)
    assert neovim.until(neovim.diagnostics) == [(5, 5, "E0203"), (10, 19, "E0104")]
    shown = neovim.lua("return vim.diagnostic.get(0)[1].message")
    assert shown.startswith("unknown attribute `chanels`")
    neovim.keys("5Gdd:9s/sklaern/sklearn/<CR>")
    neovim.until(lambda: "E0104" not in [code for _, _, code in neovim.diagnostics()])


def test_a_quick_fix_mends_the_finding_below_the_cursor(neovim: Neovim) -> None:
    neovim.edit("a.envspec", BROKEN)
    neovim.until(neovim.diagnostics)
    neovim.keys("5G8|")
    neovim.lua("vim.lsp.buf.code_action({ apply = true })")
    neovim.until(lambda: neovim.lines()[4] == '    channels = ["conda-forge"]')
    neovim.until(lambda: (5, 5, "E0203") not in neovim.diagnostics())


def test_the_buffer_is_formatted(neovim: Neovim) -> None:
    neovim.edit("a.envspec", 'edition=1\nenvironment e {\n  python = "3.12"\n  pip=["six ==1.17.0",]\n}\n')
    neovim.ready()
    neovim.lua("vim.lsp.buf.format({ async = false, timeout_ms = 10000 })")
    assert neovim.lines() == [
        "edition = 1",
        "",
        "environment e {",
        '    python = "3.12"',
        '    pip    = ["six ==1.17.0"]',
        "}",
    ]


def test_names_are_completed(neovim: Neovim) -> None:
    neovim.edit("a.envspec", BROKEN)
    neovim.ready()
    neovim.keys("10G$ciwskl")
    assert neovim.completions() == ["sklearn"]
    neovim.keys("5GO    desc")
    assert neovim.completions() == ["description"]


def test_a_name_is_changed_in_all_files(neovim: Neovim) -> None:
    neovim.edit("base.envspec", 'edition = 1\nenvironment base {\n    python = "3.12"\n}\n')
    neovim.edit("a.envspec", IMPORTS)
    neovim.edit("closed.envspec", IMPORTS)
    neovim.rpc.command("bdelete")
    neovim.rpc.command("buffer base.envspec")
    neovim.ready()
    neovim.keys("2G/base<CR>")
    neovim.lua("vim.lsp.buf.rename('common')")
    neovim.until(lambda: "environment common {" in neovim.lines())
    for name in ("a.envspec", "closed.envspec"):
        assert neovim.lines(name)[3] == "    environment = base.common", name


def test_what_is_below_the_cursor_is_explained(neovim: Neovim) -> None:
    neovim.edit("base.envspec", 'edition = 1\nenvironment base {\n    python = "3.12"\n}\n')
    neovim.edit("a.envspec", IMPORTS)
    neovim.ready()
    neovim.keys("4G$")
    neovim.lua("vim.lsp.buf.hover()")

    def floating() -> str:
        return str(
            neovim.lua(
                "for _, w in ipairs(vim.api.nvim_list_wins()) do "
                "if vim.api.nvim_win_get_config(w).relative ~= '' then "
                "return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1, false), '\\n') "
                "end end return ''"
            )
        )

    assert 'python = "3.12"' in neovim.until(floating)
    neovim.keys("<Esc>")
    neovim.lua("vim.lsp.buf.definition()")
    neovim.until(lambda: neovim.lua("return vim.fn.expand('%:t')") == "base.envspec")
    assert neovim.lua("return vim.api.nvim_win_get_cursor(0)") == [2, 12]


def test_the_project_begins_where_the_compiler_says(neovim: Neovim) -> None:
    (neovim.project / "team").mkdir()
    neovim.edit("team/a.envspec", "edition = 1\n")
    neovim.ready()
    assert neovim.lua("return vim.lsp.get_clients()[1].root_dir") == str(neovim.project)


def test_a_buffer_of_the_language_is_set_up(neovim: Neovim) -> None:
    neovim.edit("a.envspec", "")
    options = neovim.lua(
        "return { vim.bo.filetype, vim.bo.commentstring, vim.bo.shiftwidth, vim.bo.expandtab }"
    )
    assert options == ["envspec", "# %s", 4, True]
    neovim.keys('ienvironment e {<CR>docker {<CR>image = "x"<CR>}<CR>pip = [<CR>"six",<CR>]<CR>}<Esc>')
    assert neovim.lines() == [
        "environment e {",
        "    docker {",
        '        image = "x"',
        "    }",
        "    pip = [",
        '        "six",',
        "    ]",
        "}",
    ]


HIGHLIGHTED = """\
edition = 1
import "base.envspec" as base
param epochs : integer = 1e-3
environment e extends base.e { # envspec: allow W0301 -- reason
    pip += ["six \\n ${param.epochs} $${x} \\q"]
    managed = true
    docker { shm_size = 2GiB, image = "x" }
}
run train {
    environment = e
    timeout = 30m
    python = 3.
    shell = \"\"\"
        echo "run" # no comment
    \"\"\"
    inputs = { a = run.other.outputs.x }
}
"""


GROUPS = (
    (1, "edition", "Statement"),
    (1, "1", "Number"),
    (2, "import", "Statement"),
    (2, '"base', "Path"),
    (2, "as base", "Statement"),
    (3, "param", "Statement"),
    (3, "epochs", "Param"),
    (3, "integer", "Type"),
    (3, "1e-3", "Number"),
    (4, "environment", "Block"),
    (4, "e extends", "Name"),
    (4, "extends", "Extends"),
    (4, "# ", "Comment"),
    (4, "envspec:", "Allow"),
    (5, "pip", "Attribute"),
    (5, "+=", "Operator"),
    (5, '"six', "String"),
    (5, "\\n", "Escape"),
    (5, "${param", "Hole"),
    (5, "$${", "Escape"),
    (5, "\\q", "UnknownEscape"),
    (6, "true", "Constant"),
    (7, "docker", "Record"),
    (7, "2GiB", "Size"),
    (9, "run", "Block"),
    (9, "train", "Name"),
    (10, "environment", "Attribute"),
    (11, "30m", "Duration"),
    (12, "3.", "Malformed"),
    (13, '"""', "String"),
    (14, "run", "String"),
    (14, "#", "String"),
    (16, "inputs", "Attribute"),
    (16, "run", "Root"),
)


def test_words_are_highlighted(neovim: Neovim) -> None:
    neovim.edit("a.envspec", HIGHLIGHTED)
    found = [(line, text, neovim.group(line, text).removeprefix("envspec")) for line, text, _ in GROUPS]
    assert found == list(GROUPS)
