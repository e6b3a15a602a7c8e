"""Jobs and components of Azure ML that no run stands for, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.azureml import PIPELINE_JOB
from envspec.importing.fields.row import by_value

OTHERS: Mapping[str, str] = by_value(PIPELINE_JOB, "jobs.*")
"""By `type`."""
