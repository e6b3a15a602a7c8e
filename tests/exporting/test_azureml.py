"""`azureml`: the files as Azure ML's command line reads them, and the commands as its shell does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from envspec.exporting.interface import Export
from tests.exporting.exported import HOSTILE, exported, project, quoted
from tests.exporting.shown import program, seen
from tests.exporting.test_manifests import SCORE
from tests.importing.imported import imported

SPEC = """
secret token { variable = "TOKEN" }
secret shop-key { variable = "SHOP_KEY" }
endpoint shop { auth = secret.shop-key }
environment e {
    description = "for both"
    tags        = { team = "x" }
    python      = ">=3.11"
    pip         = ["six", "./lib"]
    apt         = ["git"]
    variables   = { OMP = "1", TOKEN = secret.token }
    docker { shm_size = 2GiB }
}
environment built { docker { dockerfile = "./docker/Dockerfile" } }
environment own { managed = false, interpreter = "python3", docker { image = "debian:12" } }
run train {
    environment = e
    source      = "src"
    command     = ["show", "--data=${inputs.the-data}", inputs.folder, outputs.model, outputs.notes, "a b"]
    inputs      = { the-data = "./data/a.csv", folder = "./data" }
    outputs     = { model = "out/model.bin", notes = "out/notes" }
    variables   = { A = "1", WHERE = "${inputs.folder}/x" }
    resources   { nodes = 2, processes_per_node = 4, gpu = 1 }
    framework   = "pytorch"
    timeout     = 1h
    description = "trains"
}
run tune {
    environment = own
    matrix      = { alpha = [0.1, 1e-7, 2], kind = ["a b", "c"], flag = [true, false] }
    command     = ["show", matrix.alpha, "-k${matrix.kind}", matrix.flag]
    timeout     = 5m
}
run odd { environment = own, matrix = { kind = ["it's", "c"] }, command = ["show", matrix.kind] }
run script { environment = built, shell = "show \\"$ENVSPEC_INPUT_X\\"\\n", inputs = { x = "./data" } }
run registered { environment = "sklearn:3", command = ["show"] }
model wine { from = "./m" }
deployment blue {
    environment = e, source = "src", entry = "score.py", models = [wine], endpoint = shop, traffic = 90
    replicas    = 2
    health      { start_period = 30s, retries = 5 }
    limits      { timeout = 2s, concurrency = 3 }
}
deployment green { environment = e, source = "src", entry = "score.py", endpoint = shop, traffic = 10 }
deployment alone { environment = own, source = "src", entry = "score.py", variables = { B = "2" } }
"""
FILES = {
    "lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n', "data/a.csv": "1", "m/x.bin": "",
    "src/score.py": "def init(): ...\ndef run(data): return data\n", "docker/Dockerfile": "FROM debian:12\n",
}  # fmt: skip


def documents(made: Export) -> dict[str, Any]:
    return {name: yaml.safe_load(text) for name, text in made.files.items()}


def filled(text: str, **values: str) -> str:
    """What Azure makes of a command: it puts values in as they are."""
    text = re.sub(r"\$\[\[.*?\]\]", "", text)
    return re.sub(r"\$\{\{\s*([a-z_.A-Z0-9]+)\s*\}\}", lambda match: values.get(match[1], "UNKNOWN"), text)


@pytest.fixture
def made(tmp_path: Path) -> Export:
    return exported(project(tmp_path, SPEC, **FILES), "azureml", output=tmp_path / "azure")


def test_the_files_are_those_of_what_is_in_the_spec(made: Export) -> None:
    assert sorted(made.files) == [
        "conda-e.yml", "deployment-alone.yml", "deployment-blue.yml", "deployment-green.yml", "endpoint-alone.yml",
        "endpoint-shop.yml", "environment-built.yml", "environment-e.yml", "environment-own.yml", "job-odd-kind-c.yml",
        "job-odd-kind-it-s.yml", "job-registered.yml", "job-script.yml", "job-train.yml", "job-tune.yml",
    ]  # fmt: skip


def test_environments(made: Export) -> None:
    files = documents(made)
    e = files["environment-e.yml"]
    assert (e["name"], e["conda_file"], e["description"], e["tags"]) == (
        "e",
        "./conda-e.yml",
        "for both",
        {"team": "x"},
    )
    assert files["conda-e.yml"]["dependencies"] == ["python >=3.11", "pip", {"pip": ["six"]}]
    assert files["environment-built.yml"]["build"] == {"path": "../docker"}
    assert files["environment-own.yml"]["image"] == "debian:12"
    told = "\n".join(made.losses)
    assert "local packages of `pip` of `e` (`lib`)" in told and "`apt` of `e` (`git`)" in told


def test_a_command_job(made: Export, tmp_path: Path) -> None:
    job = documents(made)["job-train.yml"]
    assert job["inputs"] == {
        "the_data": {"type": "uri_file", "path": "../data/a.csv"},
        "folder": {"type": "uri_folder", "path": "../data"},
    }
    assert job["outputs"] == {"model": {"type": "uri_file"}, "notes": {"type": "uri_folder"}}
    assert job["resources"] == {"instance_count": 2, "shm_size": "2g"}
    assert job["distribution"] == {"type": "pytorch", "process_count_per_instance": 4}
    assert (job["limits"], job["code"], job["display_name"]) == ({"timeout": 3600}, "../src", "train")
    assert job["environment_variables"] == {"OMP": "1", "A": "1"}
    values = {"inputs.the_data": "/d", "inputs.folder": "/f", "outputs.model": "/m", "outputs.notes": "/n"}
    command = filled(job["command"], **values)
    arguments, variables, _ = seen(["bash", "-c", command], tmp_path, program(tmp_path / "bin"))
    assert (arguments, variables["WHERE"]) == (["--data=/d", "/f", "/m", "/n", "a b"], "/f/x")
    told = "\n".join(made.losses)
    assert (
        "`resources.gpu` of `train` (`1`)" in told
        and "`TOKEN` of `train`: the value of the secret `token`" in told
    )


def test_a_matrix_is_a_sweep_over_all_of_it(made: Export, tmp_path: Path) -> None:
    files = documents(made)
    job = files["job-tune.yml"]
    assert job["search_space"] == {
        "alpha": {"type": "choice", "values": [0.1, "1e-7", 2]},
        "kind": {"type": "choice", "values": ["a b", "c"]},
        "flag": {"type": "choice", "values": ["false", "true"]},
    }
    assert job["limits"] == {"max_total_trials": 12, "trial_timeout": 300}
    bin_ = program(tmp_path / "bin")
    values = {"search_space.alpha": "0.1", "search_space.kind": "a b", "search_space.flag": "true"}
    command = filled(job["trial"]["command"], **values)
    assert seen(["bash", "-c", command], tmp_path, bin_)[0] == ["0.1", "-ka b", "true"]
    command = files["job-odd-kind-it-s.yml"]["command"]
    assert seen(["bash", "-c", command], tmp_path, bin_)[0] == ["it's"]


def test_a_script_reads_its_inputs_from_variables(made: Export, tmp_path: Path) -> None:
    job = documents(made)["job-script.yml"]
    command = filled(job["command"], **{"inputs.x": "/x"})
    assert seen(["bash", "-c", command], tmp_path, program(tmp_path / "bin"))[0] == ["/x"]
    assert documents(made)["job-registered.yml"]["environment"] == "azureml:sklearn:3"


@pytest.mark.parametrize(
    ("written", "azure", "lost"),
    [
        ("AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest", None, False),
        ("my_env:1.0.0", None, False),
        ("my_env@stable", None, False),
        ("my_env", "azureml:my_env@latest", False),
        ("my_env@sha256:0123456789abcdef", "azureml:my_env@latest", True),
    ],
)
def test_a_registered_environment_goes_back_as_it_came(
    written: str, azure: str | None, lost: bool, tmp_path: Path
) -> None:
    spec = (
        f'run r {{ environment = "{written}", command = ["x"] }}\n'
        f'deployment d {{ environment = "{written}", source = "src", entry = "score.py" }}'
    )
    made = exported(project(tmp_path, spec, **SCORE), "azureml")
    files = documents(made)
    assert files["job-r.yml"]["environment"] == (azure or f"azureml:{written}")
    (deployment,) = [one for name, one in files.items() if name.startswith("deployment")]
    assert deployment["environment"] == (azure or f"azureml:{written}")
    assert [f"of `{written}`, which `{user}` uses" in " ".join(made.losses) for user in "rd"] == [lost, lost]


def test_deployments_share_an_endpoint_that_shares_its_requests(made: Export) -> None:
    files = documents(made)
    assert files["endpoint-shop.yml"]["traffic"] == {"blue": 90, "green": 10}
    assert "traffic" not in files["endpoint-alone.yml"]
    blue = files["deployment-blue.yml"]
    assert (blue["endpoint_name"], blue["instance_count"]) == ("shop", 2)
    assert blue["model"] == {"name": "wine", "path": "../m"}
    assert blue["code_configuration"] == {"code": "../src", "scoring_script": "score.py"}
    assert blue["request_settings"] == {"request_timeout_ms": 2000, "max_concurrent_requests_per_instance": 3}
    assert blue["liveness_probe"] == {"initial_delay": 30, "period": 10, "timeout": 5, "failure_threshold": 5}
    assert files["deployment-alone.yml"]["environment_variables"] == {"B": "2"}
    assert "shop-key" not in "".join(made.files.values())


def test_runs_that_need_each_other_are_steps_of_a_pipeline(tmp_path: Path) -> None:
    spec = """
environment e { pip = ["six"] }
run data { environment = e, command = ["show", outputs.a-b], outputs = { a-b = "x" } }
run fit { environment = e, matrix = { k = [1, 2] }, command = ["show", inputs.i], inputs = { i = run.data.outputs.a-b } }
run alone { environment = e, command = ["show"] }
"""
    made = exported(project(tmp_path, spec), "azureml", output=tmp_path / "azure")
    pipeline = documents(made)["pipeline.yml"]
    assert set(pipeline["jobs"]) == {"data", "fit_k_1", "fit_k_2"} and "job-alone.yml" in made.files
    assert pipeline["jobs"]["fit_k_1"]["inputs"] == {"i": "${{parent.jobs.data.outputs.a_b}}"}
    alone = exported(tmp_path, "azureml", "fit", output=tmp_path / "azure")
    assert any("write the name of that job into its path" in loss for loss in alone.losses)


@pytest.mark.parametrize("value", [*HOSTILE, "$[[x]]"])
def test_a_text_is_a_text(tmp_path: Path, value: str) -> None:
    bin_ = program(tmp_path / "bin")
    spec = f"""
environment e {{ pip = ["six"], variables = {{ A = {quoted(value)} }} }}
run one {{ environment = e, command = ["show", {quoted(value)}] }}
run two {{ environment = e, shell = {quoted(f"show '{value}'" if "'" not in value else "show x")} }}
deployment dep {{ environment = e, source = "src", entry = "score.py" }}
"""
    made = exported(project(tmp_path, spec, **FILES), "azureml", output=tmp_path / "azure")
    files = documents(made)
    for name in ("one", "two"):
        job = files[f"job-{name}.yml"]
        arguments, variables, _ = seen(
            ["bash", "-c", filled(job["command"])], tmp_path, bin_, job.get("environment_variables")
        )
        assert arguments == [value if name == "one" or "'" not in value else "x"]
        assert variables["A"] == value
    if "${{" in value or "$[[" in value:
        assert "A" not in files["deployment-dep.yml"].get("environment_variables", {})
        assert any(loss.startswith("`A` of `dep`: Azure would put") for loss in made.losses)
    else:
        assert files["deployment-dep.yml"]["environment_variables"]["A"] == value


def test_a_script_has_inputs_in_the_place_of_their_variables(tmp_path: Path) -> None:
    """Between quotes; one that it reads in another way too, or not at all, is a variable."""
    script = (
        'show "$ENVSPEC_INPUT_X/a" "${ENVSPEC_INPUT_X}b" | cat > $ENVSPEC_OUTPUT_O/y\n'
        "echo \\$ENVSPEC_INPUT_X ${ENVSPEC_INPUT_Z%/} $ENVSPEC_INPUT_ZZ '$ENVSPEC_INPUT_X'\n"
    )
    spec = f"""
environment e {{ pip = ["six"] }}
run one {{
    environment = e, shell = {quoted(script.replace("'$ENVSPEC_INPUT_X'", "").replace(chr(92) + "$ENVSPEC_INPUT_X", ""))}
    inputs = {{ x = "./data", z = "./data", q = "./data" }}, outputs = {{ o = "o" }}
}}
run two {{ environment = e, shell = {quoted(script)}, inputs = {{ x = "./data" }}, outputs = {{ o = "o" }} }}
run each {{
    environment = e, matrix = {{ k = [1, 2] }}, shell = "show $INPUT_K && show \\"$INPUT_K.$INPUT_M\\""
    variables = {{ INPUT_K = "${{matrix.k}}", INPUT_M = "m${{matrix.k}}" }}
}}
"""
    files = documents(exported(project(tmp_path, spec, **FILES), "azureml", output=tmp_path / "azure"))
    assert files["job-one.yml"]["command"] == (
        "export ENVSPEC_INPUT_Z=${{inputs.z}}\nexport ENVSPEC_INPUT_Q=${{inputs.q}}\n"
        'show "${{inputs.x}}/a" "${{inputs.x}}b" | cat > "${{outputs.o}}"/y\n'
        "echo  ${ENVSPEC_INPUT_Z%/} $ENVSPEC_INPUT_ZZ "
    )
    assert files["job-two.yml"]["command"].startswith(
        'export ENVSPEC_INPUT_X=${{inputs.x}}\nshow "$ENVSPEC_INPUT_X/a"'
    )
    assert files["job-each.yml"]["trial"]["command"] == (
        "export INPUT_M=m${{search_space.k}}\n"
        'show "${{search_space.k}}" && show "${{search_space.k}}.$INPUT_M"'
    )
    bin_ = program(tmp_path / "bin")
    command = filled(
        files["job-one.yml"]["command"].split("|")[0],
        **{"inputs.x": "/a b", "inputs.z": "/z", "inputs.q": "/q"},
    )
    arguments, variables, _ = seen(["bash", "-c", command], tmp_path, bin_)
    assert arguments == ["/a b/a", "/a bb"] and variables["ENVSPEC_INPUT_Q"] == "/q"


def test_a_model_by_itself_and_one_of_a_deployment(tmp_path: Path) -> None:
    wine = 'from = "./m", framework = "mlflow", description = "d"'
    model = f'model wine {{{{ {wine}, tags = {{{{ {{version}}, a = "b" }}}} }}}}'
    project(tmp_path, model.format(version='"azureml.version" = "3"'), **FILES)
    (document,) = documents(exported(tmp_path, "azureml", output=tmp_path / "azure")).values()
    assert document.pop("$schema").endswith("/model.schema.json")
    whole = {
        "name": "wine",
        "version": 3,
        "path": "../m",
        "type": "mlflow_model",
        "description": "d",
        "tags": {"a": "b"},
    }
    assert document == whole
    environment = (
        'environment e { managed = false, interpreter = "python", docker { image = "debian:12" } }\n'
    )
    for blocks, names in (
        ("", ["environment-e.yml", "model-wine.yml"]),
        ("run r { environment = e, command = ['x'] }", None),
    ):
        project(
            tmp_path,
            model.format(version='"azureml.version" = "3"') + "\n" + environment + blocks.replace("'", '"'),
            **FILES,
        )
        whole = exported(tmp_path, "azureml", output=tmp_path / "azure").files
        assert sorted(whole) == (names or ["environment-e.yml", "job-r.yml"])
    spec = (
        'environment e {{ managed = false, interpreter = "python", docker {{ image = "debian:12" }} }}\n'
        'deployment my-dep {{ environment = e, source = "src", entry = "score.py", models = [wine] }}\n'
    )
    project(tmp_path, model.format(version='version = "new"') + "\n" + spec.format(), **FILES)
    files = documents(exported(tmp_path, "azureml", output=tmp_path / "azure"))
    assert sorted(files) == ["deployment-my-dep.yml", "endpoint-my-dep.yml", "environment-e.yml"]
    assert files["deployment-my-dep.yml"]["model"] == {
        "name": "wine", "path": "../m", "type": "mlflow_model", "description": "d", "tags": {"version": "new", "a": "b"},
    }  # fmt: skip


MACHINES = """
environment own { managed = false, interpreter = "python3", docker { image = "debian:12" } }
run kind { environment = own, command = ["show"], resources { nodes = 2, machine = "Standard_NC6" } }
run cluster { environment = own, command = ["show"], resources { nodes = 2, machine = "azureml:gpu" } }
run tried {
    environment = own, matrix = { x = [1, 2] }, command = ["show", matrix.x], resources { machine = "azureml:gpu" }
}
environment s { pip = ["pyspark ==3.4.1"] }
run etl { environment = s, command = ["spark-submit", "m.py"], resources { machine = "standard_e8s_v3" } }
run pool { environment = s, command = ["spark-submit", "m.py"], resources { machine = "azureml:synapse" } }
deployment pod {
    environment = own, source = "src", entry = "score.py", tags = { azureml = "kubernetes" }
    resources { cpu = 1, machine = "gpu-large" }
}
deployment small { environment = own, source = "src", entry = "score.py", resources { machine = "Standard_F4s" } }
deployment plain { environment = own, source = "src", entry = "score.py" }
deployment odd { environment = own, source = "src", entry = "score.py", resources { machine = "azureml:gpu" } }
"""


def test_the_machine_is_a_kind_or_a_cluster(tmp_path: Path) -> None:
    out = exported(project(tmp_path, MACHINES, **FILES), "azureml", output=tmp_path / "azure")
    files = documents(out)
    kind, cluster, tried = (files[f"job-{name}.yml"] for name in ("kind", "cluster", "tried"))
    assert (
        kind["resources"] == {"instance_count": 2, "instance_type": "Standard_NC6"} and "compute" not in kind
    )
    assert (cluster["resources"], cluster["compute"]) == ({"instance_count": 2}, "azureml:gpu")
    assert tried["compute"] == "azureml:gpu" and not {"compute", "resources"} & set(tried["trial"])
    assert files["deployment-small.yml"]["instance_type"] == "Standard_F4s"
    pod = files["deployment-pod.yml"]
    assert (pod["instance_type"], pod["resources"]["limits"]) == ("gpu-large", {"cpu": "1"})
    etl, pool = files["job-etl.yml"], files["job-pool.yml"]
    assert etl["resources"] == {"instance_type": "standard_e8s_v3", "runtime_version": "3.4"}
    assert (etl["type"], pool["type"], pool["compute"]) == ("spark", "spark", "azureml:synapse")
    assert "compute" not in etl and "resources" not in pool
    told = "\n".join(out.losses)
    assert "`runtime_version` of `pool` (`3.4`)" in told and "`instance_type` of `pool`" not in told
    assert "`instance_type` of `small`" not in told and "`instance_type` of `plain`" in told
    assert "`instance_type` of `odd`" in told and "`resources.machine` of `odd` (`azureml:gpu`)" in told
    assert "`resources.machine`" not in told.replace("`resources.machine` of `odd`", "")


SPARK = """
environment s { pip = ["pyspark ==3.4.1"], spark { packages = ["a:b:1"], conf = { "spark.driver.cores" = "1" } } }
environment t { pip = ["pyspark ==3.4.1", "six"] }
run etl {
    environment = s
    source      = "src"
    command     = ["spark-submit", "--files", "x,y", "--conf", "c=d=e", "m.py", inputs.i, "a b"]
    inputs      = { i = "./data" }
    timeout     = 1h
}
run other { environment = t, command = ["spark-submit", "m.py"] }
run option { environment = s, command = ["spark-submit", "--master", "local", "m.py"] }
run class { environment = s, command = ["spark-submit", "--class", "a.B", "m.jar"] }
run varied { environment = s, command = ["spark-submit", "m.py"], variables = { A = "1" } }
run hole { environment = s, command = ["spark-submit", inputs.i, "m.py"], inputs = { i = "./data" } }
run lone { environment = s, command = ["spark-submit", "--files", "x"] }
"""


def test_a_program_for_spark_is_a_spark_job(tmp_path: Path) -> None:
    """Where a Spark job says all of it: with another option, variables, or a program that is an input, it stays a
    command."""
    project(tmp_path, SPARK, **FILES)
    made = exported(tmp_path, "azureml", output=tmp_path / "azure")
    files = documents(made)
    kinds = {
        name: document.get("type", "command") for name, document in files.items() if name.startswith("job-")
    }
    assert kinds == {
        "job-etl.yml": "spark", "job-other.yml": "spark", "job-option.yml": "command", "job-class.yml": "command",
        "job-varied.yml": "command",
        "job-hole.yml": "command", "job-lone.yml": "command",
    }  # fmt: skip
    etl = files["job-etl.yml"]
    assert (
        etl["$schema"].endswith("/sparkJob.schema.json") and "environment" not in etl and "command" not in etl
    )
    assert (etl["entry"], etl["files"]) == ({"file": "m.py"}, ["x", "y"])
    conf = {**etl["conf"]}
    assert {key: conf.pop(key) for key in ("spark.jars.packages", "spark.driver.cores", "c")} == {
        "spark.jars.packages": "a:b:1", "spark.driver.cores": 1, "c": "d=e",
    }  # fmt: skip
    assert conf == {
        "spark.driver.memory": "2g", "spark.executor.cores": 2, "spark.executor.memory": "2g", "spark.executor.instances": 2,
    }  # fmt: skip
    assert any(loss.startswith("`conf` of `etl`") and "driver.cores" not in loss for loss in made.losses)
    assert etl["args"] == "${{inputs.i}} 'a b'" and etl["resources"]["runtime_version"] == "3.4"
    assert etl["inputs"] == {"i": {"type": "uri_folder", "path": "../data", "mode": "direct"}}
    assert files["job-other.yml"]["environment"] == "file:environment-t.yml" and "environment-s.yml" in files
    told = "\n".join(made.losses)
    assert "`timeout` of `etl` (`3600s`)" in told and "`instance_type` of `etl`" in told
    alone = exported(tmp_path, "azureml", "etl", output=tmp_path / "azure")
    assert list(alone.files) == ["job-etl.yml"] and not any("`spark`" in loss for loss in alone.losses)


def test_steps_may_be_spark_jobs(tmp_path: Path) -> None:
    spec = """
environment s { pip = ["pyspark"] }
run data { environment = s, command = ["spark-submit", "m.py", outputs.o], outputs = { o = "x" } }
run fit { environment = s, command = ["spark-submit", "n.py", inputs.i], inputs = { i = run.data.outputs.o } }
"""
    made = exported(project(tmp_path, spec), "azureml", output=tmp_path / "azure")
    jobs = documents(made)["pipeline.yml"]["jobs"]
    assert (jobs["data"]["type"], jobs["data"]["outputs"]["o"]["mode"]) == ("spark", "direct")
    assert jobs["fit"]["inputs"] == {"i": {"path": "${{parent.jobs.data.outputs.o}}", "mode": "direct"}}
    assert list(made.files) == ["pipeline.yml"]


LITERALS = """
param alpha  = 0.5
param epochs = 20
param name   = "wine"
param text   = "two words"
param python = "3.12"
param data   = "./a.csv"
environment e {
    python = param.python
    pip    = ["six >=1"]
}
run train {
    environment = e
    command     = ["show", "--alpha", param.alpha, "--where=${inputs.data}/${param.name}-${param.epochs}"]
    inputs      = { data = "./data/a.csv" }
    variables   = { RATE = "${param.alpha}" }
}
run script {
    environment = e
    shell       = "show --alpha $PARAM_ALPHA --name $PARAM_NAME"
    variables   = { PARAM_ALPHA = "${param.alpha}", PARAM_NAME = param.name }
}
run quoted {
    environment = e
    command     = ["show", param.text, param.alpha]
}
run clash {
    environment = e
    command     = ["show", param.data, inputs.data]
    inputs      = { data = "./data/a.csv" }
}
"""


def test_params_of_a_command_are_literal_inputs(tmp_path: Path) -> None:
    files = {"data/a.csv": "1"}
    made = exported(project(tmp_path, LITERALS, **files), "azureml", output=tmp_path / "out")
    jobs = {name: yaml.safe_load(text) for name, text in made.files.items() if name.startswith("job-")}
    train = jobs["job-train.yml"]
    where = "${{inputs.data}}/${{inputs.name}}-${{inputs.epochs}}"
    assert train["command"] == "show --alpha ${{inputs.alpha}} --where=" + where
    literals = {"alpha": 0.5, "name": "wine", "epochs": 20}
    assert {key: train["inputs"][key] for key in literals} == literals
    assert train["environment_variables"] == {"RATE": "0.5"}  # Azure fills nothing in there
    script = jobs["job-script.yml"]
    assert script["command"] == 'show --alpha "${{inputs.alpha}}" --name "${{inputs.name}}"'
    assert script["inputs"] == {"alpha": 0.5, "name": "wine"}
    # What a shell would take for several words is in quotes; the name of an input stays as it is.
    assert jobs["job-quoted.yml"]["command"] == 'show "${{inputs.text}}" ${{inputs.alpha}}'
    assert jobs["job-quoted.yml"]["inputs"] == {"text": "two words", "alpha": 0.5}
    assert jobs["job-clash.yml"]["command"] == "show ./a.csv ${{inputs.data}}"


def test_literal_inputs_are_params_and_literal_inputs_again(tmp_path: Path) -> None:
    made = exported(project(tmp_path, LITERALS, **{"data/a.csv": "1"}), "azureml", output=tmp_path)
    for name, text in made.files.items():
        (tmp_path / name).write_text(text)
    job = tmp_path / "job-train.yml"
    again = imported("azureml", job).text
    for param in ("param alpha = 0.5", "param epochs = 20", 'param name = "wine"'):
        assert param in again
    (tmp_path / "b.envspec").write_text(again)
    once_more = exported(tmp_path, "azureml", file="b.envspec", output=tmp_path)
    first, second = (yaml.safe_load(one) for one in (job.read_text(), once_more.files["job-train.yml"]))
    assert (second["command"], second["inputs"]) == (first["command"], first["inputs"])
