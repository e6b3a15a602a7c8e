"""The findings that every format is shown with."""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Edit, Fix, Label, Source, Span

TEXT = """edition = 1

# Trained on 葡萄酒.
param epochs = 20
param depth  = 4

environment sklearn {
    python  = "3.11"
    chanels = ["conda-forge"]
\tpip = ["grüße ==1", "注意 ==2", "e\u0301te ==3"]
    conda = ["numpy", "\u202enumpy\x1b[31m"]
}

run train { environment = sklearn, command = ["python", "train.py", "--data", "%s"], history = tru, timeout = 30m }
run tune {
    matrix = {
        alpha = [0.1],
        beta = [0.5],
        gamma = [0.9],
    }
}
""" % ("x" * 200)

SOURCE = Source.of("train.envspec", TEXT)
OTHER = Source.of("common/base.envspec", 'edition = 1\nenvironment sklearn { python = "3.10" }\n')
SOURCES = {source.file: source for source in (SOURCE, OTHER)}


def at(text: str, source: Source = SOURCE, skip: int = 0) -> Span:
    start = source.text.index(text)
    for _ in range(skip):
        start = source.text.index(text, start + 1)
    return Span(source.file, start, start + len(text))


def findings() -> dict[str, Diagnostic]:
    return {
        "unknown_attribute": Diagnostic(
            "E0203",
            "unknown attribute `chanels` in `environment`",
            at("chanels"),
            "not an attribute of `environment`",
            (Label(at("environment sklearn"), "attributes of this block are checked here"),),
            help="did you mean `channels`?",
            fixes=(Fix("write `channels`", (Edit(at("chanels"), "channels"),)),),
        ),
        "two_files": Diagnostic(
            "E0203",
            "`sklearn` is there twice",
            at("sklearn"),
            "again",
            (Label(at("sklearn", OTHER), "first here"),),
            fixes=(
                Fix("rename this one", (Edit(at("sklearn"), "sklearn2"),), safe=False),
                Fix("rename both", (Edit(at("sklearn"), "a"), Edit(at("sklearn", OTHER), "b")), safe=False),
            ),
        ),
        "tab_and_wide": Diagnostic("E0203", "not a package", at('"注意 ==2"'), "this one"),
        "combining": Diagnostic("E0203", "not a package", at('"e\u0301te ==3"'), "this one"),
        "control_characters": Diagnostic("E0203", "bad name `\x1b]0;x\x07`", at("\u202enumpy\x1b[31m"), "a\x1b[2Jb"),
        "long_line": Diagnostic(
            "E0203", "no such word `tru`", at("tru,").__class__("train.envspec", at("tru,").start, at("tru,").end - 1),
            "a boolean", (Label(at("run train"), "in this run"), Label(at("30m"), "and this")),
        ),
        "several_lines": Diagnostic("E0203", "three cells of one value", at(TEXT[TEXT.index("matrix = {"):-3]), "all of it"),
        "two_lines": Diagnostic("E0203", "params without a use", at("param epochs = 20\nparam depth  = 4\n"), "both"),
        "same_line": Diagnostic(
            "E0203", "`numpy` twice", at("numpy", skip=1), "again", (Label(at("numpy"), "first here"),),
            context=at("environment sklearn {"),
        ),
        "end_of_file": Diagnostic("E0203", "something is missing", Span(SOURCE.file, len(TEXT), len(TEXT)), "here"),
        "no_place": Diagnostic(
            "E1010", "`init()` of deployment `scorer` failed: KeyError: 'rows'",
            notes=("in `src/score.py`, line 3\nand a second line",), help="mend the script",
            log='Traceback (most recent call last):\n  File "src/score.py", line 3, in init\nKeyError: \'rows\'\x1b[0m',
        ),
        "unknown_source": Diagnostic("E0203", "not valid", Span("else,where:1.envspec", 3, 5), "here"),
    }  # fmt: skip
