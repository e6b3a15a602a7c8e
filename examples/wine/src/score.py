"""Scores wines: `init()` loads the model once, `run()` answers each request."""

import os

import joblib

_state = {}


def init():
    _state.update(joblib.load(os.environ["ENVSPEC_MODEL_WINE"]))


def run(data):
    predicted = _state["model"].predict(data["wines"])
    return {"cultivars": [_state["cultivars"][index] for index in predicted]}
