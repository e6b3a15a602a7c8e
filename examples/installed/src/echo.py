"""A scoring script without a model: `init` once, `run` for each request, with the headers when it asks for them."""

import platform

_state = {}


def init():
    _state["python"] = platform.python_version()


def run(data, request_headers):
    language = request_headers.get("Accept-Language", "en")
    return {"text": data["text"] * data["times"], "language": language, "python": _state["python"]}
