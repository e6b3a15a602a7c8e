"""What a run gets to know of its user's MLflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.engines.tracking import absolute, remember, remembered, tracking_of

HOME = Path("/home/me")


@pytest.mark.parametrize(
    ("uri", "there"),
    [
        ("mlruns", "/home/me/mlruns"),
        ("./a/../mlruns", "/home/me/a/../mlruns"),
        ("/srv/mlruns", "/srv/mlruns"),
        ("file:///srv/mlruns", "file:///srv/mlruns"),
        ("sqlite:///runs.db", "sqlite:////home/me/runs.db"),
        ("sqlite:///sub/runs.db?timeout=5", "sqlite:////home/me/sub/runs.db?timeout=5"),
        ("sqlite:////srv/runs.db", "sqlite:////srv/runs.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("http://mlflow.example:5000", "http://mlflow.example:5000"),
        ("databricks", "databricks"),
        ("databricks://profile", "databricks://profile"),
        ("arn:aws:sagemaker:x", "arn:aws:sagemaker:x"),
    ],
)
def test_a_place_is_the_same_from_the_folder_of_a_run(uri: str, there: str) -> None:
    assert absolute(uri, HOME) == there
    assert tracking_of({}, ambient={"MLFLOW_TRACKING_URI": uri}, folder=HOME).variables == {
        "MLFLOW_TRACKING_URI": there
    }


@pytest.mark.parametrize(
    ("uri", "shown", "hidden"),
    [
        ("http://me:pa%40ss@mlflow.example/x", "http://mlflow.example/x", {"pa%40ss", "pa@ss"}),
        ("http://a-token@mlflow.example", "http://mlflow.example", {"a-token"}),
        ("http://me:a@b@mlflow.example", "http://mlflow.example", {"a@b"}),
        ("postgresql://me:word@db.example/runs", "postgresql://db.example/runs", {"word"}),
        ("postgresql://db.example/runs?sslmode=require&password=word", "postgresql://db.example/runs", {"word"}),
        ("http://mlflow.example?access_token=word#x", "http://mlflow.example", {"word#x"}),
        ("http://mlflow.example", "http://mlflow.example", set()),
        ("file:///a?b", "file:///a?b", set()),
    ],
)  # fmt: skip
def test_what_is_remembered_of_an_address_has_no_credential(uri: str, shown: str, hidden: set[str]) -> None:
    found = tracking_of({}, ambient={"MLFLOW_TRACKING_URI": uri})
    assert found.variables == {"MLFLOW_TRACKING_URI": uri}, "the program logs in as its user does"
    assert (found.shown, set(found.secret_values)) == (shown, hidden)


def test_credentials_of_the_user_go_to_their_server_alone() -> None:
    own = {
        "MLFLOW_TRACKING_URI": "https://mine.example",
        "MLFLOW_TRACKING_USERNAME": "me",
        "MLFLOW_TRACKING_PASSWORD": "word",
        "MLFLOW_TRACKING_TOKEN": "token",
        "MLFLOW_EXPERIMENT_NAME": "wine",
        "MLFLOW_TRACKING_SERVER_CERT_PATH": "/etc/ca.pem",
        "MLFLOW_SOMETHING": "else",
    }
    found = tracking_of({}, ambient=own)
    assert found.variables == {name: value for name, value in own.items() if name != "MLFLOW_SOMETHING"}
    assert found.secret_values == ("word", "token") and found.shown == "https://mine.example"
    inside = tracking_of({}, ambient=own, container=True)
    assert found.variables.keys() - inside.variables.keys() == {"MLFLOW_TRACKING_SERVER_CERT_PATH"}

    theirs = tracking_of({"MLFLOW_TRACKING_URI": "https://theirs.example"}, ambient=own)
    assert theirs.variables == {"MLFLOW_EXPERIMENT_NAME": "wine"}
    assert (theirs.shown, theirs.secret_values) == ("https://theirs.example", ())
    secret = tracking_of({"MLFLOW_TRACKING_URI": "https://x.example"}, ["https://x.example"], ambient=own)
    assert secret.shown == "", "what is a secret of the spec is not remembered"

    spec = tracking_of({"MLFLOW_TRACKING_TOKEN": "spec's", "MLFLOW_EXPERIMENT_ID": "7"}, ambient=own)
    assert "MLFLOW_TRACKING_TOKEN" not in spec.variables and "MLFLOW_EXPERIMENT_NAME" not in spec.variables
    del own["MLFLOW_TRACKING_URI"]
    assert tracking_of({}, ambient=own).variables == {"MLFLOW_EXPERIMENT_NAME": "wine"}


@pytest.mark.parametrize(
    "uri",
    [
        "mlruns", "file:///srv/mlruns", "sqlite:///runs.db", "http://localhost:5000", "http://127.0.0.1:5000",
        "http://127.1.2.3", "http://[::1]:5000/x", "postgresql://me:word@localhost/runs",
    ],
)  # fmt: skip
def test_a_container_does_not_get_what_it_would_not_find(uri: str) -> None:
    own = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_TRACKING_TOKEN": "token", "MLFLOW_EXPERIMENT_NAME": "wine"}
    found = tracking_of({}, ambient=own, folder=HOME, container=True)
    assert (found.variables, found.shown) == ({}, "")
    assert "does not get it" in found.note and "word" not in found.note
    assert tracking_of({}, ambient=own, folder=HOME).note == ""
    inside = tracking_of({"MLFLOW_TRACKING_URI": uri}, ambient=own, container=True)
    assert (inside.note, inside.shown != "") == ("", True), "what the spec says is meant as it is"


def test_it_is_remembered_beside_the_log(tmp_path: Path) -> None:
    assert remembered(tmp_path / "run") == ""
    remember(tmp_path / "run", tracking_of({}, ambient={}))
    assert not (tmp_path / "run").exists()
    remember(
        tmp_path / "run", tracking_of({}, ambient={"MLFLOW_TRACKING_URI": "http://me:word@mlflow.example"})
    )
    assert remembered(tmp_path / "run") == "http://mlflow.example"
