"""E00 the text does not parse."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code


def _code(code: str, title: str, explanation: str) -> Code:
    return Code(code, "error", Category.SYNTAX, title, explanation)


ROWS: tuple[Code, ...] = (
    _code(
        "E0001",
        "unexpected text",
        "A word or a sign stands where the language has no place for it. A file is made of statements: "
        "`import`, `param`, attributes and blocks.\n\n"
        "```\nenvironment sk learn {      # a name is one word\n```\n\n"
        '```\nenvironment sklearn {\n    python = "3.11"\n}\n```\n',
    ),
    _code(
        "E0002",
        "string without closing quote",
        'A string in `"` ends on the line where it begins.\n\n'
        '```\nentry = "score.py\n```\n\n```\nentry = "score.py"\n```\n\n'
        'Text of several lines stands between `"""`.\n',
    ),
    _code(
        "E0003",
        "long string without end",
        'A string that begins with `"""` goes on until the next `"""`. None follows, or the next one begins '
        'another string.\n\n```\ndescription = """\n    Training and scoring\n"""\n```\n',
    ),
    _code(
        "E0004",
        "unknown character",
        "The character has no meaning outside of strings and comments. Comments begin with `#`, entries end at a "
        "newline or a comma, and blanks are plain blanks or tabs; a no-break space copied from a web page is "
        'none.\n\n```\npython = "3.11";   // fast\n```\n\n```\npython = "3.11"    # fast\n```\n',
    ),
    _code(
        "E0005",
        "bracket that is never closed",
        "A `{` or `[` has no partner. The place that is shown is where it was opened; the second place is the first "
        "line that cannot belong to it.\n\n"
        '```\nconda = ["numpy"\npip = ["pillow"]\n```\n\n```\nconda = ["numpy"]\npip = ["pillow"]\n```\n',
    ),
    _code(
        "E0006",
        "bracket that closes nothing",
        "A `}` or `]` stands where none is open. Often one above it closes too early.\n\n"
        '```\nrun train {\n    command = ["python", "train.py"]]\n}\n```\n',
    ),
    _code(
        "E0007",
        "missing comma",
        "The elements of a list are separated by commas, on one line or on several. A comma after the last one is "
        'fine.\n\n```\nconda = ["numpy" "scipy"]\n```\n\n```\nconda = ["numpy", "scipy"]\n```\n',
    ),
    _code(
        "E0008",
        "two entries on a line",
        "In a block and in a map an entry ends at a newline or a comma, at the top level of a file at a newline.\n\n"
        "```\nresources = { cpu = 2 memory = 4GiB }\n```\n\n```\nresources = { cpu = 2, memory = 4GiB }\n```\n",
    ),
    _code(
        "E0009",
        "bad escape",
        'In a string a backslash begins one of `\\n`, `\\t`, `\\"`, `\\\\` and `\\u{…}`, the last one with the '
        "hexadecimal number of a Unicode character. A backslash itself is written twice.\n\n"
        '```\npath = "C:\\data"\n```\n\n```\npath = "C:\\\\data"\n```\n',
    ),
    _code(
        "E0010",
        "bad placeholder",
        "`${…}` in a string holds one reference of plain names: `${param.epochs}`. It is not filled in within import "
        "paths and keys. To keep the characters `${` as they are, write `$${`.\n\n"
        '```\ncommand = ["--epochs=${epochs + 1}"]\n```\n\n```\ncommand = ["--epochs=${param.epochs}"]\n```\n',
    ),
    _code(
        "E0011",
        "unknown unit",
        "A number with letters is a size (`B`, `KB`, `MB`, `GB`, `TB`, `KiB`, `MiB`, `GiB`, `TiB`) or a duration "
        "(`ms`, `s`, `m`, `h`, `d`). Capitals count.\n\n```\nmemory = 2Gb\n```\n\n```\nmemory = 2GB\n```\n",
    ),
    _code(
        "E0012",
        "malformed number",
        "Numbers are decimal, as in JSON: `20`, `-5`, `0.1`, `1e-3`; no leading zeros, no `+`, no `_`. Sizes and "
        "durations have no sign, and there is no blank before the unit. Versions, dates and tags are text and need "
        'quotes.\n\n```\ntag = 1.2.3\n```\n\n```\ntag = "1.2.3"\n```\n',
    ),
    _code(
        "E0013",
        "nesting too deep",
        "Blocks, lists and maps nest at most 100 deep. Nothing in the language needs more than a handful of levels.\n",
    ),
    _code(
        "E0014",
        "control character",
        "The file holds a character that cannot be seen: a control character, a lone carriage return, or a mark that "
        "turns the direction of writing and can make a line read otherwise than it is. If a string needs one, write "
        "it as `\\u{…}`.\n",
    ),
    _code(
        "E0015",
        "not UTF-8",
        "Specifications are UTF-8. Tell the editor to save the file so, or convert it: "
        "`iconv -f LATIN1 -t UTF-8`.\n",
    ),
    _code(
        "E0016",
        "not a text file",
        "The file holds NUL bytes, so it is no text. Most likely another file was meant.\n",
    ),
    _code(
        "E0017",
        "file too large",
        "A specification has at most 512 KiB. Data belongs in files of its own, which the specification names.\n",
    ),
    _code(
        "E0018",
        "missing value",
        "An attribute has a value after its `=`. To take an inherited value away, write `none`.\n\n"
        '```\npython =\n```\n\n```\npython = "3.11"\n```\n',
    ),
    _code(
        "E0019",
        "missing `=`",
        "Between the name of an attribute, or the key of a map, and its value stands `=`; not `:`, not a blank.\n\n"
        '```\npython: "3.11"\n```\n\n```\npython = "3.11"\n```\n',
    ),
    _code(
        "E0020",
        "other quotes",
        'Strings stand between `"`. Single quotes and typographic quotes are not quotes here.\n\n'
        "```\nsource = 'src'\n```\n\n```\nsource = \"src\"\n```\n",
    ),
    _code(
        "E0021",
        "text without quotes",
        "A bare word is a reference to something that has this name. Text, such as an image, a version or a package, "
        'stands in quotes.\n\n```\nimage = python:3.11-slim\n```\n\n```\nimage = "python:3.11-slim"\n```\n',
    ),
    _code(
        "E0022",
        "unknown word",
        "The statement has the shape of one that the language knows, but begins with, or contains, another word: "
        '`import "path" as name`, `param name : type = value`, `keyword name extends other { … }`.\n\n'
        '```\nimportt "common.envspec" as common\n```\n\n```\nimport "common.envspec" as common\n```\n',
    ),
    _code(
        "E0023",
        "comma too many",
        "A comma separates two entries, or follows the last one. The statements of a file end at a newline.\n\n"
        '```\nconda = ["numpy",, "scipy"]\n```\n\n```\nconda = ["numpy", "scipy"]\n```\n',
    ),
    _code(
        "E0024",
        "name in quotes",
        "The name of a block is a plain word.\n\n"
        '```\nenvironment "sklearn" { … }\n```\n\n```\nenvironment sklearn { … }\n```\n',
    ),
    _code(
        "E0025",
        "statement inside a block",
        "`import` and `param` belong to the file, not to a block.\n\n"
        "```\nrun train {\n    param epochs = 20\n}\n```\n\n```\nparam epochs = 20\n\nrun train { … }\n```\n",
    ),
    _code(
        "E0026",
        "too many mistakes",
        "Only the first 500 mistakes of a file are shown. Is it an `.envspec` file?\n",
    ),
    _code(
        "E0027",
        "neither an attribute nor a block",
        "Two words stand alone on a line. An attribute needs `=`, a block needs `{ … }`.\n\n"
        "```\nenvironment sklearn\n```\n\n```\nenvironment = sklearn\n```\n",
    ),
    _code(
        "E0028",
        "number out of range",
        "Whole numbers lie between -(2^53 - 1) and 2^53 - 1, others within an IEEE 754 double: beyond that JSON "
        "loses digits, and so would the hash of the definition. Write an identifier as a string.\n",
    ),
    _code(
        "E0029",
        "line break in the wrong place",
        "An attribute's `=` and the beginning of its value stand on the line of its name, and the `{` of a block on "
        "the line of its keyword, because entries end at newlines.\n\n"
        "```\nrun train\n{\n```\n\n```\nrun train {\n```\n",
    ),
)
