"""How a deployment of Azure ML's CLI v2 serves: instances, what each may use, its probes and its limits.

The defaults of Azure are not written: an attribute that is not there has the language's own.
"""

from __future__ import annotations

import math
from fractions import Fraction

from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.machine import add_machine
from envspec.importing.azureml.values import whole_number
from envspec.importing.fields.azureml import DEPLOYMENT
from envspec.importing.fields.row import Kept, reason_of, reasons
from envspec.importing.limits import out_of_range
from envspec.importing.spec import Block, Written
from envspec.importing.yaml_text import Node
from envspec.ir.types import Health, Limits
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.numbers import LARGEST

_QUANTITY = lazy_pattern(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)(?:([eE][+-]?[0-9]{1,2})|([munkKMGTPE]|[KMGTPE]i))?")
_SUFFIXES = {
    "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000),
    "k": Fraction(10**3), "K": Fraction(10**3), "M": Fraction(10**6), "G": Fraction(10**9), "T": Fraction(10**12),
    "P": Fraction(10**15), "E": Fraction(10**18),
    "Ki": Fraction(2**10), "Mi": Fraction(2**20), "Gi": Fraction(2**30), "Ti": Fraction(2**40), "Pi": Fraction(2**50),
    "Ei": Fraction(2**60),
}  # fmt: skip
_ISO = lazy_pattern(
    r"P(?:(?P<d>[0-9]{1,6})D)?(?:T(?:(?P<h>[0-9]{1,6})H)?(?:(?P<m>[0-9]{1,8})M)?(?:(?P<s>[0-9]{1,9}(?:\.[0-9]{1,3})?)S)?)?"
)
_BINARY = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
_TIMES = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms"))
_GPUS = ("nvidia.com/gpu", "gpu", "amd.com/gpu")
_PROBE = tuple(
    (row.name.rpartition(".")[2], row.became.removeprefix("health."))
    for row in DEPLOYMENT
    if row.name.startswith("liveness_probe.") and row.became.startswith("health.")
)
_USUAL = {
    "initial_delay": int(Health().start_period),
    "period": int(Health().interval),
    "timeout": int(Health().timeout),
    "failure_threshold": Health().retries,
}
"""What an export does not write of a deployment that came from Azure ML, because it says nothing."""
_ONE_QUESTION = Kept("there is one question, and `liveness_probe` says how it is asked")
_AT_ONCE = "max_concurrent_requests_per_instance"
_COUNT = "a whole number of at least 1"
_MILLISECONDS = "a whole number of milliseconds"
_ONE = Fraction(1)


def add_serving(fields: Fields, block: Block) -> None:
    """Adds `replicas`, `resources`, `health` and `limits`."""
    _instances(fields, block)
    _resources(fields, block)
    add_machine(fields, block)
    _limits(fields, block)
    _health(fields, block)


def quantity(text: str) -> Fraction | None:
    """A quantity of Kubernetes (`500m`, `0.1Gi`), which knows no sign here."""
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        return None
    number = Fraction(match[1] + (match[2] or ""))
    return number * _SUFFIXES[match[3]] if match[3] else number


def size_text(amount: int) -> str:
    """Bytes in the largest unit that leaves no rest."""
    for unit, factor in _BINARY:
        if amount and amount % factor == 0:
            return f"{amount // factor}{unit}"
    return f"{amount}B"


def milliseconds(node: Node) -> int | None:
    """A time as a number of seconds or as ISO 8601 has it (`PT1M30S`), in milliseconds."""
    text = node.text.strip()
    seconds = quantity(text) if text[-1:].isdigit() else None
    if seconds is None:
        match = _ISO.fullmatch(text.upper())
        if match is None or text.upper() in ("P", "PT"):
            return None
        parts = match.groupdict(default="0")
        seconds = (
            Fraction(parts["s"]) + 60 * int(parts["m"]) + 3600 * int(parts["h"]) + 86400 * int(parts["d"])
        )
    amount = seconds * 1000
    return int(amount) if amount.denominator == 1 and 0 < amount <= LARGEST else None


def time_text(amount: int) -> str:
    """Milliseconds in the largest unit that leaves no rest; hours are the largest that a probe is told in."""
    factor, unit = next((factor, unit) for factor, unit in _TIMES if amount % factor == 0)
    return f"{amount // factor}{unit}"


def _whole(
    fields: Fields, key: str, expected: str, block: str, attribute: str, unit: Fraction = _ONE
) -> tuple[Node, int] | None:
    """A whole number of at least 1 with its node, for an attribute; what is none is told, as what was `expected`, and what
    the language has no room for. `unit` is how many seconds one is."""
    node = fields.scalar(key)
    if node is None:
        return None
    number = whole_number(node)
    reason = (
        f"{expected} is expected here" if number is None else out_of_range(block, attribute, number * unit)
    )
    if number is None or reason:
        fields.dropped(key, node, Kept(reason))
        return None
    return node, number


def _instances(fields: Fields, block: Block) -> None:
    if count := _whole(fields, "instance_count", _COUNT, "deployment", "replicas"):
        block.add("replicas", Written(str(count[1])))
        fields.carried("instance_count", count[0], "replicas")
    elif not fields.node.get("instance_count").kind:
        fields.not_written("instance_count")
    scale = fields.inner("scale_settings")
    if scale is None:
        return
    kind = scale.scalar("type" if "type" in scale.left else "scale_type")
    fixed = reason_of(DEPLOYMENT, "scale_settings.type")
    if kind is not None and kind.text == "default":
        scale.carried("type" if "type" in scale.node.entries else "scale_type", kind, "replicas")
        scale.kept("type", kind)
    elif kind is not None:
        scale.dropped("type" if "type" in scale.node.entries else "scale_type", kind, fixed)
    least = scale.scalar("min_instances")
    number = whole_number(least) if least is not None else None
    wrong = out_of_range("deployment", "replicas", number) if number is not None else ""
    if least is not None and number is not None and not wrong and "replicas" not in block.attributes:
        block.add("replicas", Written(str(number)))
        scale.changed(
            "min_instances", least, "replicas", reason_of(DEPLOYMENT, "scale_settings.min_instances")
        )
        scale.kept("min_instances", least)
    elif least is not None:
        scale.dropped("min_instances", least, Kept(wrong) if wrong else fixed)
    scale.drop_rest({}, fixed)


def _resources(fields: Fields, block: Block) -> None:
    """What is asked for (`requests`) and what is the most (`limits`): the language has the most."""
    section = fields.inner("resources")
    if section is None:
        return
    if section.node.get("limits").value != section.node.get("requests").value:
        section.whole = fields.kept("resources", section.node)
    limits, requests = section.inner("limits"), section.inner("requests")
    section.drop_rest(reasons(DEPLOYMENT, "resources."))
    found = Block("resources")
    for given, reason in (
        (limits, ""),
        (requests, reason_of(DEPLOYMENT, "resources.requests.cpu")),
    ):
        if given is None:
            continue
        for key in [*(one for one in ("cpu", "memory", *_GPUS) if one in given.left)]:
            node = given.scalar(key)
            if node is not None:
                _resource(given, key, node, found, reason)
        given.drop_rest(reasons(DEPLOYMENT, "resources.limits."))
    if found.attributes:
        block.attributes["resources"] = found


def _resource(given: Fields, key: str, node: Node, found: Block, reason: str) -> None:
    attribute = "gpu" if key in _GPUS else key
    amount = quantity(node.text)
    if attribute in found.attributes and _written(attribute, amount) == found.attributes[attribute]:
        given.carried(key, node, f"resources.{attribute}")
        return
    if attribute in found.attributes:
        given.dropped(key, node, Kept("`resources.limits` is what counts"))
        return
    if amount is None or amount > LARGEST or (attribute == "gpu" and amount.denominator != 1):
        given.dropped(key, node, Kept("a quantity such as `500m`, `2` or `1.5Gi` is expected here"))
        return
    if wrong := out_of_range("resources", attribute, amount):
        given.dropped(key, node, Kept(wrong))
        return
    if attribute == "memory" and amount.denominator != 1:
        reason = f"{reason}, in whole bytes" if reason else "it is in whole bytes, as Kubernetes rounds it"
    written = _written(attribute, amount)
    assert written is not None
    found.add(attribute, written)
    if reason:
        given.changed(key, node, f"resources.{attribute} = {written.text}", reason)
    else:
        given.carried(key, node, f"resources.{attribute}")


def _written(attribute: str, amount: Fraction | None) -> Written | None:
    """A quantity in the language's words."""
    if amount is None:
        return None
    if attribute == "memory":
        return Written(size_text(math.ceil(amount)))
    if amount.denominator == 1:
        return Written(str(int(amount)))
    return Written(f"{float(amount):.9f}".rstrip("0").rstrip("."))


def _limits(fields: Fields, block: Block) -> None:
    section = fields.inner("request_settings")
    if section is None:
        return
    limits = Block("limits")
    usual = {"request_timeout_ms": str(int(Limits().timeout * 1000)), _AT_ONCE: str(Limits().concurrency)}
    for key, value in usual.items():
        node = section.node.get(key)
        if node.text.strip() == value and node.plain:
            section.kept(key, node)
        elif not node.kind:
            section.not_written(key)
    if timeout := _whole(
        section, "request_timeout_ms", _MILLISECONDS, "limits", "timeout", Fraction(1, 1000)
    ):
        limits.add("timeout", Written(time_text(timeout[1])))
        section.carried("request_timeout_ms", timeout[0], "limits.timeout")
    if at_once := _whole(section, _AT_ONCE, _COUNT, "limits", "concurrency"):
        limits.add("concurrency", Written(str(at_once[1])))
        section.carried(_AT_ONCE, at_once[0], "limits.concurrency")
    section.drop_rest(reasons(DEPLOYMENT, "request_settings."))
    if limits.attributes:
        block.attributes["limits"] = limits


def _health(fields: Fields, block: Block) -> None:
    """One question whether it is healthy: that of `liveness_probe`, and what only `readiness_probe` says."""
    health = Block("health")
    many = reason_of(DEPLOYMENT, "liveness_probe.success_threshold", "it is more than 1")
    for probe in ("liveness_probe", "readiness_probe", "startup_probe"):
        tag = ""
        if not _is_as_exported(fields, probe):
            tag = fields.kept(probe, fields.node.get(probe))  # `null` for one that is not there
        section = fields.inner(probe)
        if section is None:
            continue
        section.whole = tag
        for key, attribute in _PROBE:
            node = section.scalar(key)
            if node is None:
                continue
            if attribute in health.attributes:
                section.dropped(key, node, _ONE_QUESTION)
                continue
            number = whole_number(node) if attribute == "retries" else milliseconds(node)
            if number is None:
                expected = "a whole number" if attribute == "retries" else "a number of seconds, or `PT…`,"
                section.dropped(key, node, Kept(f"{expected} is expected here"))
                continue
            unit = _ONE if attribute == "retries" else Fraction(1, 1000)
            if wrong := out_of_range("health", attribute, number * unit):
                section.dropped(key, node, Kept(wrong))
                continue
            health.add(attribute, Written(str(number) if attribute == "retries" else time_text(number)))
            section.carried(key, node, f"health.{attribute}")
        success = section.scalar("success_threshold")
        if success is not None and success.text.strip() == "1":
            section.carried("success_threshold", success, "health")
        elif success is not None:
            section.dropped("success_threshold", success, many)
        section.drop_rest(reasons(DEPLOYMENT, f"{probe}."))
    if health.attributes:
        block.attributes["health"] = health


def _is_as_exported(fields: Fields, probe: str) -> bool:
    """Whether a probe is what an export makes of `health`: whole seconds of each of the four, for two probes alike; or
    none at all."""
    probes = {one: fields.node.get(one) for one in ("liveness_probe", "readiness_probe", "startup_probe")}
    if probe == "startup_probe" or not any(one.kind for one in probes.values()):
        return not probes[probe].kind
    liveness, node = probes["liveness_probe"], probes[probe]
    whole = node.entries.keys() == {key for key, _ in _PROBE} and all(
        (number := whole_number(node.get(key))) is not None
        and not out_of_range("health", attribute, Fraction(number))
        for key, attribute in _PROBE
    )
    return whole and node.value == liveness.value and node.value != _USUAL
