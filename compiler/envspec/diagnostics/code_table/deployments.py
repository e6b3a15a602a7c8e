"""E10 deployments."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E1001",
        "error",
        Category.FINDING,
        "entry has no `init`",
        "The entry script of a deployment defines `init()`, called once before the first request: the place "
        "to load models. The script is read, never run, to find this out.\n\n"
        "```python\nimport os, pickle\n\n\ndef init():\n    global model\n"
        '    with open(os.environ["ENVSPEC_MODEL_WINE"], "rb") as file:\n'
        "        model = pickle.load(file)\n```\n\n"
        "A deployment that needs no preparation writes `def init(): pass`.",
    ),
    Code(
        "E1002",
        "error",
        Category.FINDING,
        "entry has no `run`",
        "The entry script of a deployment defines `run(data)` or `run(data, request_headers)`, called for each "
        "request; what it returns is the answer.\n\n"
        '```python\ndef run(data):\n    return {"prediction": model.predict(data["rows"])}\n```\n\n'
        "`data` is the parsed JSON body. It is the body's text when the parameter is called `raw_data` or is "
        "annotated `str`, and its bytes when it is annotated `bytes`. Dicts, lists, strings, numbers and "
        "arrays become JSON; `bytes` are sent as they are.",
    ),
    Code(
        "E1003",
        "error",
        Category.FINDING,
        "wrong parameters of the entry",
        "`init()` is called without arguments, `run` with the data, or with the data and the request's headers. "
        "Further parameters need defaults; neither function may be `async`.\n\n"
        "```python\ndef run(data, request_headers): ...  # both\n"
        "def run(data, threshold=0.5): ...  # the data; threshold keeps its default\n```",
    ),
    Code(
        "E1004",
        "error",
        Category.FINDING,
        "entry does not parse",
        "The entry script is not valid Python, so it could not be served. It is parsed by the Python that runs "
        "`envspec`: syntax newer than that is not known to it.",
    ),
    Code(
        "E1010",
        "error",
        Category.ENGINE,
        "`init()` failed",
        "The server started the entry script, and its import or its `init()` raised or ended the process. The "
        "traceback shown is the script's own; nothing was deployed, and what served before still does.\n\n"
        "Common causes: a package that is not in the environment (`ModuleNotFoundError`: add it to `pip` or "
        "`conda`), a model that is not in `models` (its path is in `ENVSPEC_MODEL_NAME`), a model trained with "
        "another version of its library.",
    ),
    Code(
        "E1011",
        "error",
        Category.ENGINE,
        "not ready in time",
        "`init()` had not returned when the deployment's `start_period` was over (60 seconds unless it says "
        "otherwise), so it was ended.\n\n```\nhealth = { start_period = 5m }\n```",
    ),
    Code(
        "E1012",
        "error",
        Category.ENGINE,
        "the sample was refused",
        "The request in `sample` is sent to a new deployment before it is called healthy. It was answered with "
        "an error, so the new deployment was ended; what served before still does.\n\n"
        "The sample's content type follows its name: `.json` (or none) is JSON, `.csv` is `text/csv`, what is "
        "not known is sent as bytes.",
    ),
    Code(
        "E1013",
        "error",
        Category.ENGINE,
        "the port cannot be used",
        "A deployment on this machine listens on its `port` of the loopback address. Somebody else listens "
        "there, or the port is below 1024 and needs privileges. A deployment of the same name is replaced and "
        "is never in its own way.\n\n"
        "Choose another one (`port = 8081`), or stop what holds it: `envspec deployments stop NAME`, or "
        "`ss -ltnp` shows which program it is.",
    ),
    Code(
        "E1014",
        "error",
        Category.ENGINE,
        "the server did not start",
        "The scoring server ended before the entry script was loaded. The end of its log says why. It needs "
        "Python 3.9 or later in the deployment's environment.",
    ),
    Code(
        "E1015",
        "error",
        Category.ENGINE,
        "a model of the deployment is not there",
        "A model that the deployment names has no file or folder. It is made by a run (`envspec run`, or `up`, "
        "which runs what is missing), or it names a path that does not exist.",
    ),
    Code(
        "E1016",
        "error",
        Category.ENGINE,
        "the deployment's token cannot be used",
        "`auth` names a secret whose value every request must bring as `Authorization: Bearer …`. An empty "
        "value would let nobody or everybody in, and blanks or line ends cannot be sent in a header.",
    ),
    Code(
        "E1017",
        "error",
        Category.ENGINE,
        "the environment has no Python for the server",
        "The scoring server runs by the interpreter of the deployment's environment. This one has none: add "
        "`python` to it.",
    ),
    Code(
        "E1018",
        "error",
        Category.ENGINE,
        "the deployment could not be stopped",
        "Its processes were asked to end and then killed, and are still there. That happens when a process "
        "waits in the kernel, for example for a disk or network file system that does not answer.",
    ),
    Code(
        "E1019",
        "error",
        Category.ENGINE,
        "the deployment was stopped while it was deployed",
        "Somebody ended it (`envspec deployments stop`, `Webservice.delete`) between its start and the answer to its "
        "sample. Nothing of it serves.",
    ),
)
