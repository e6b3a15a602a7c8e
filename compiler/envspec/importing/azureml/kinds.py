"""Jobs and components of Azure ML that no run stands for, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping

OTHERS: Mapping[str, str] = {
    "parallel": "it splits its data among processes: write a run whose program does",
    "automl": "what it would run is chosen in the cloud",
    "automl_component": "what it would run is chosen in the cloud",
    "finetuning": "what it would run is chosen in the cloud",
    "distillation": "what it would run is chosen in the cloud",
    "data_transfer": "it copies data in a cloud",
    "import": "it copies data in a cloud",
    "if_else": "a step that depends on a result is not imported",
    "do_while": "a loop is not imported",
    "parallel_for": "a loop is not imported: write `matrix`",
}
"""By `type`."""
