"""The SBOM and the provenance: right by the official schemas and models, and the same each time."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from packageurl import PackageURL

from envspec.frozen import replace
from envspec.ir.types import Docker, Environment, PipPackage
from envspec.lock.model import LockedEnvironment, LockedPlatform
from envspec.supply_chain.materials import materials
from envspec.supply_chain.provenance import layer_of, provenance, read, subject_digest
from envspec.supply_chain.sbom import document_text, sbom
from tests.supply_chain.specimens import ENVIRONMENT, LOCKED, NUMPY, PLATFORM, PYTHON, SUBJECT

MADE_OF = materials(ENVIRONMENT, LOCKED, PLATFORM, image=True)
DIGEST = "sha256:" + "7" * 64
ONLY_PIP = Environment("p", "p", python="3.11", pip=(PipPackage("requirement", "six", "six"),))
LOCKED_PIP = LockedEnvironment("p", DIGEST, (LockedPlatform(PLATFORM, "3.11"),), "python:3.11-slim", "")


def bill() -> dict[str, Any]:
    return sbom(SUBJECT, MADE_OF)


@pytest.mark.parametrize(
    "made_of",
    [
        MADE_OF,
        materials(ENVIRONMENT, LOCKED, PLATFORM, image=False),
        materials(ONLY_PIP, LOCKED_PIP, PLATFORM, image=True),
        materials(
            replace(ONLY_PIP, docker=Docker(dockerfile="Dockerfile")), LOCKED_PIP, PLATFORM, image=True
        ),
        [],
    ],
)
def test_it_is_valid_cyclonedx(made_of: list[Any]) -> None:
    text = document_text(sbom(SUBJECT, made_of))
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert error is None, error


def test_the_schema_would_refuse_what_is_wrong() -> None:
    wrong = {**bill(), "serialNumber": "7"}
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(wrong)) is not None


def test_every_package_has_its_purl_version_and_sha256() -> None:
    components = {component["name"]: component for component in bill()["components"]}
    assert components["numpy"]["purl"] == (
        "pkg:conda/numpy@1%212.0.1%2Bx?build=py_0&channel=https://c.example/a%20b&subdir=linux-64&type=conda"
    )
    assert components["numpy"]["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert components["six"]["purl"] == "pkg:pypi/six@1.17.0?repository_url=https://packages.example/simple"
    # The lock allows two files, so no hash is that of the component.
    assert "hashes" not in components["six"]
    files = [reference["hashes"][0]["content"] for reference in components["six"]["externalReferences"]]
    assert files == ["c" * 64, "d" * 64]
    assert components["f"]["version"] == "1.0"
    base = components["registry.example:5000/team/base:1"]
    assert base["purl"] == (
        f"pkg:oci/base@sha256:{'9' * 64}?repository_url=registry.example:5000/team/base&tag=1"
    )
    assert "version" not in components["libgomp1"], "nobody knows it"


def test_purls_are_as_others_write_them() -> None:
    purls = [material.purl for material in MADE_OF if material.purl]
    assert len(purls) == 6
    assert [PackageURL.from_string(purl).to_string() for purl in purls] == purls


def test_what_the_lock_knows_of_dependencies() -> None:
    document = bill()
    known = {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}
    numpy, python = (
        next(c["bom-ref"] for c in document["components"] if c["name"] == name)
        for name in ("numpy", "python")
    )
    assert known[numpy] == [python] and known[python] == []
    assert "environment:e" in known and numpy in known["environment:e"]
    unknown = next(c for c in document["compositions"] if c["aggregate"] == "unknown")
    assert any("pypi/six" in reference for reference in unknown["dependencies"])
    assert document["compositions"][0]["aggregate"] == "incomplete", "nobody knows what the base image has"


def test_the_serial_number_is_made_from_the_content() -> None:
    again = materials(ENVIRONMENT, replace(LOCKED), PLATFORM, image=True)
    assert document_text(sbom(SUBJECT, again)) == document_text(bill())
    moved = replace(LOCKED.platforms[0], conda=(replace(NUMPY, sha256="2" * 64), PYTHON))
    other = sbom(SUBJECT, materials(ENVIRONMENT, replace(LOCKED, platforms=(moved,)), PLATFORM, image=True))
    assert other["serialNumber"] != bill()["serialNumber"]
    assert uuid.UUID(bill()["serialNumber"]).version == 5
    assert "timestamp" not in document_text(bill())


def statement() -> dict[str, Any]:
    return provenance(SUBJECT, MADE_OF, "registry.example/e", DIGEST, "sha256:2")


def test_it_is_an_in_toto_statement_with_slsa_provenance() -> None:
    value = statement()
    parsed = json_format.ParseDict(value, statement_pb2.Statement())
    Statement.copy_from_pb(parsed).validate()
    predicate = json_format.ParseDict(value["predicate"], provenance_pb2.Provenance())
    named = {
        dependency.name: dict(dependency.digest)
        for dependency in predicate.build_definition.resolved_dependencies
    }
    assert named["numpy-2.0.1-py_0.conda"] == {"sha256": "a" * 64}
    assert named["registry.example:5000/team/base:1"] == {"sha256": "9" * 64}
    assert named["lib"] == {"envspecTree1": "f" * 64}, "the digest of a tree is the sha256 of no file"
    assert predicate.run_details.builder.id.startswith("https://")


def test_an_unknown_field_would_not_be_slsa_provenance() -> None:
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict({"buildDefinitions": {}}, provenance_pb2.Provenance())


def test_what_a_statement_is_about() -> None:
    assert subject_digest(statement()) == DIGEST
    assert layer_of(statement()) == SUBJECT.hash
    for other in (
        None,
        [],
        {},
        {**statement(), "predicateType": "https://x.example"},
        {**statement(), "subject": []},
    ):
        assert subject_digest(other) == ""
    assert read(b"{") is None


def test_a_statement_has_nothing_of_the_machine() -> None:
    import getpass
    import socket

    text = json.dumps(statement()) + json.dumps(bill())
    assert not any(word in text for word in (socket.gethostname(), str(Path.cwd()), f"/{getpass.getuser()}/"))
