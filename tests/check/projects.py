"""Random projects of several files, as hypothesis strategies: mostly sensible, sometimes not."""

from __future__ import annotations

import hypothesis.strategies as st

from envspec.language.attributes import BLOCKS, RECORDS, BlockKind
from envspec.language.types import Type

NAMES = ("a", "b", "base", "e", "train")
FILES = ("main.envspec", "lib.envspec", "deep/more.envspec")

names = st.sampled_from(NAMES)
words = st.sampled_from(
    ["x", "", "3.12", "numpy >=1.26", "numpy ==2", "linux/amd64", "debian:bookworm-slim", "conda-forge", "../up",
     "src", "train.py", "requirements.txt", "environment.yml", "pyproject.toml", "https://h.example/x", "1000:1000",
     "sklearn:3", "-e ./src",
     "python 3.7.9.*", "python 3.7.9.1*", "python >=3.8,<4a0|3.1.*", "python ~=3", "a =1=b_0",
     "x-1-cp39-cp39-win32.whl", "defaults", "conda-forge", "pytorch", "==3.9.*,!=3.9.1", "debian", "a@sha256:0",
     "é", "a b", "${param.a}", "${matrix.a}", "${inputs.a}", "$${x}", "\\u{0}", "\\n"]
)  # fmt: skip
strings = words.map(lambda word: f'"{word}"')
numbers = st.sampled_from(["0", "1", "-1", "3.10", "1e3", "0.5", "2GiB", "30m", "99999", "1e-3"])
cells = st.just("") | names.map(lambda n: f'[a="{n}"]') | st.just("[a=1]") | st.just("[a=matrix.a]")
references = st.one_of(
    names,
    st.tuples(names, cells).map("".join),
    names.map(lambda n: f"lib.{n}"),
    names.map(lambda n: f"lib.more.{n}"),
    names.map(lambda n: f"param.{n}"),
    names.map(lambda n: f"matrix.{n}"),
    names.map(lambda n: f"inputs.{n}"),
    names.map(lambda n: f"outputs.{n}"),
    names.map(lambda n: f"secret.{n}"),
    names.map(lambda n: f"target.{n}"),
    st.tuples(names, cells, names).map(lambda t: f"run.{t[0]}{t[1]}.outputs.{t[2]}"),
    st.sampled_from(["true", "false", "none", "docker", "kubernetes"]),
)
scalars = strings | numbers | references
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(names, inner), max_size=3).map(
            lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"
        )
    ),
    max_leaves=5,
)


def fitting(kind: Type) -> st.SearchStrategy[str]:
    """Values of the right shape; whether they are right is another matter."""
    match kind.kind:
        case "list" if kind.item is not None:
            return st.lists(fitting(kind.item), max_size=3).map(lambda items: f"[{', '.join(items)}]")
        case "map" if kind.item is not None:
            return st.lists(st.tuples(names, fitting(kind.item)), max_size=3).map(
                lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"
            )
        case "record":
            return body(RECORDS[kind.target], 2).map(lambda text: "{ " + ", ".join(text) + " }")
        case "boolean":
            return st.sampled_from(["true", "false"])
        case "integer" | "number" | "size" | "duration" | "scalar":
            return numbers | strings
        case "reference" | "enumeration" | "run_input":
            return references | strings
        case "either":
            return st.one_of([fitting(option) for option in kind.options])
        case _:
            return strings


def body(kind: BlockKind, most: int = 6) -> st.SearchStrategy[list[str]]:
    rows = st.sampled_from(kind.attributes)
    operator = st.sampled_from([" = ", " = ", " = ", " += "])

    def entry(row: object) -> st.SearchStrategy[str]:
        attribute = next(r for r in kind.attributes if r is row)
        value = fitting(attribute.type) | fitting(attribute.type) | anything
        return st.tuples(operator, value).map(lambda pair: attribute.name + "".join(pair))

    return st.lists(rows.flatmap(entry), max_size=most)


def _block(kind: BlockKind) -> st.SearchStrategy[str]:
    extends = st.just("") | st.sampled_from([*NAMES, "lib.a", "lib.base"]).map(lambda n: f" extends {n}")
    inner = st.just([]) | st.just(["environment {\n        python = matrix.a\n    }"])
    return st.tuples(names, extends, body(kind), inner).map(
        lambda t: f"{kind.name} {t[0]}{t[1]} {{\n" + "".join(f"    {e}\n" for e in [*t[2], *t[3]]) + "}\n"
    )


blocks = st.sampled_from(sorted(BLOCKS)).flatmap(lambda name: _block(BLOCKS[name]))
params = st.tuples(
    names, st.sampled_from(["", " : path", " : integer", " : list"]), st.just("") | scalars
).map(lambda t: f"param {t[0]}{t[1]}" + (f" = {t[2]}" if t[2] else "") + "\n")
imports = st.sampled_from(
    ['import "lib.envspec" as lib\n', 'import "deep/more.envspec" as more\n', 'import "../lib.envspec" as lib\n',
     'import "main.envspec" as lib\n', 'import "gone.envspec" as lib\n']
)  # fmt: skip
modules = st.lists(blocks | blocks | params | imports, max_size=6).map(
    lambda parts: "edition = 1\n\n" + "\n".join(parts)
)
projects = st.fixed_dictionaries(dict.fromkeys(FILES, modules))
