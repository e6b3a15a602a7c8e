"""The data of a run configuration of Azure ML's SDK v1: references to datastores, datasets, outputs.

An argument names one of them as `$AZUREML_DATAREFERENCE_name`, `DatasetConsumptionConfig:name` or
`DatasetOutputConfig:name`; a script also reads the variables of these names.
"""

from __future__ import annotations

import posixpath
import re

from envspec.importing.asked import Asked
from envspec.importing.azureml.values import string_with
from envspec.importing.azureml_v1.fields import V1Fields
from envspec.importing.fields.azureml_v1 import RUNCONFIG
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.spec import Spec, Text, Value, Written
from envspec.lazy_pattern import lazy_pattern
from envspec.starting.names import name_of, unique

_USED = lazy_pattern(
    r"\$\{?AZUREML_DATAREFERENCE_(?P<reference>\w+)\}?|DatasetConsumptionConfig:(?P<input>[\w-]+)"
    r"|(?:DatasetOutputConfig|DatasetRegistrationConfig|OutputFileDatasetConfig):(?P<output>[\w-]+)"
)
_GIVE, _KEPT = reason_of(RUNCONFIG, "data.*"), reason_of(RUNCONFIG, "outputData.*")


class Data:
    """`inputs`, `outputs` and `variables` of the run, with the params of the spec."""

    def __init__(self, asked: Asked, spec: Spec, shown: str) -> None:
        self._asked, self._spec, self._shown = asked, spec, shown
        self.inputs: dict[str, Value] = {}
        self.outputs: dict[str, Value] = {}
        self.variables: dict[str, Value] = {}
        self._by_name: dict[str, str] = {}

    def read(self, fields: V1Fields) -> None:
        """Takes the sections of data."""
        for section, of_one in (
            ("dataReferences", self._reference),
            ("data", self._dataset),
            ("outputData", self._output),
        ):
            inner = fields.inner(section)
            for name in list(inner.left) if inner is not None else ():
                assert inner is not None
                one = inner.inner(name)
                if one is not None:
                    of_one(name, one)

    def filled(self, text: str) -> Value:
        """An argument with what it names filled in."""
        parts, references, at = [""], [], 0
        for match in _USED.finditer(text):
            place = self._by_name.get(match["reference"] or match["input"] or match["output"])
            if place is None:
                continue
            if match[0] == text:
                return Written(place)
            parts[-1] = text[at : match.start()]
            parts.append("")
            references.append(place)
            at = match.end()
        parts[-1] = text[at:]
        return Written(string_with(parts, references)) if references else Text(text)

    def _reference(self, name: str, fields: V1Fields) -> None:
        mode, target = fields.scalar("mode"), fields.scalar("pathOnCompute")
        store, path = fields.scalar("dataStoreName"), fields.scalar("pathOnDataStore")
        fields.take("overwrite")
        fields.drop_known(reasons(RUNCONFIG, "dataReferences.*."))
        where = "/".join(one.text.strip("/") for one in (store, path) if one is not None)
        if mode is not None and mode.text.lower() == "upload":
            if self._leave(name, target.text if target is not None else name, fields):
                self._told(
                    fields,
                    where,
                    self._by_name[name],
                    _KEPT,
                )
            return
        label = self._take(name, f"AZUREML_DATAREFERENCE_{name}")
        self._told(fields, where, f"inputs.{label}", _GIVE)
        if target is not None:
            fields.dropped("pathOnCompute", target, reason_of(RUNCONFIG, "data.*.pathOnCompute"))

    def _dataset(self, name: str, fields: V1Fields) -> None:
        location = fields.inner("dataLocation")
        where = ""
        if location is not None:
            where = _location(location)
        variable, target = fields.scalar("environmentVariableName"), fields.scalar("pathOnCompute")
        for key in ("createOutputDirectories", "mechanism", "overwrite"):
            fields.take(key)
        fields.drop_known(reasons(RUNCONFIG, "data.*."))
        label = self._take(name, variable.text if variable is not None else name)
        self._told(fields, where, f"inputs.{label}", _GIVE)
        if target is not None:
            fields.dropped("pathOnCompute", target, reason_of(RUNCONFIG, "data.*.pathOnCompute"))

    def _output(self, name: str, fields: V1Fields) -> None:
        location = fields.inner("outputLocation")
        where = _location(location) if location is not None else ""
        variable = fields.scalar("environmentVariableName")
        for key in ("mechanism", "overwrite", "additionalOptions"):
            node = fields.take(key)
            if key == "additionalOptions" and node.kind:
                fields.dropped(key, node, reason_of(RUNCONFIG, "outputData.*.additionalOptions"))
        fields.drop_known(reasons(RUNCONFIG, "outputData.*."))
        if self._leave(name, f"outputs/{name}", fields):
            self._told(fields, where, self._by_name[name], _KEPT)
            if variable is not None and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable.text):
                self.variables[variable.text] = Written(self._by_name[name])

    def _take(self, name: str, variable: str) -> str:
        label = self._label(name, self.inputs)
        params = [param.partition(":")[0].strip() for param in self._spec.params]
        param = unique(label, params)
        self._spec.params.append(f"{param}: path")
        self.inputs[label] = Written(f"param.{param}")
        self._by_name[name] = f"inputs.{label}"
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
            self.variables[variable] = Written(f"inputs.{label}")
        return label

    def _leave(self, name: str, path: str, fields: V1Fields) -> bool:
        plain = posixpath.normpath(path)
        if plain.startswith(("/", "..")) or plain == "." or "\0" in plain or "\\" in plain:
            reason = "an output is a path inside the run's folder"
            self._asked.report.dropped(fields.above.rstrip("."), self._shown, fields.node.line, reason)
            return False
        label = self._label(name, self.outputs)
        self.outputs[label] = Text(plain)
        self._by_name[name] = f"outputs.{label}"
        return True

    def _label(self, name: str, taken: dict[str, Value]) -> str:
        """A name that differs from the others also when `-` is read as `_`."""
        alike = {one.replace("-", "_") for one in taken}
        return unique(name_of(name, "data").replace("-", "_"), alike)

    def _told(self, fields: V1Fields, where: str, became: str, reason: str) -> None:
        what = fields.above.rstrip(".")
        self._asked.report.changed(
            f"{what}: {where}" if where else what, self._shown, fields.node.line, became, reason
        )


def _location(location: V1Fields) -> str:
    """What a data location says, in words for the report."""
    found: list[str] = []
    for key in ("dataset", "dataPath", "uri"):
        inner = location.inner(key)
        for part in ("name", "id", "version", "datastoreName", "relativePath", "path"):
            node = inner.scalar(part) if inner is not None else None
            if node is not None:
                found.append(node.text)
        if inner is not None:
            inner.drop_known(reasons(RUNCONFIG, "data.*."))
    location.drop_known(reasons(RUNCONFIG, "data.*."))
    return "/".join(found)
