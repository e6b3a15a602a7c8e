"""The rules, one file each. Adding one is a file and a line in `RULES`."""

from __future__ import annotations

from envspec.check.rules import (
    base_image,
    channel_order,
    conflicting_bounds,
    deployment_name,
    dropped_list,
    duplicate_package,
    entry_script,
    gpu_without_cuda,
    missing_file,
    missing_python,
    misspelt_package,
    pip_over_conda,
    python_end_of_life,
    secret_literal,
    shadowed_attribute,
    too_little_memory,
    unfit_wheel,
    unpinned_package,
    unreachable_cell,
    unused_environment,
    unused_import,
    unused_output,
    unused_param,
    unused_secret,
    user_managed,
    variable_for_secret,
)
from envspec.check.rules.rule import Rule, Subject

__all__ = ["RULES", "Rule", "Subject"]

RULES: tuple[Rule, ...] = (
    user_managed.RULE,
    missing_file.RULE,
    entry_script.RULE,
    unpinned_package.RULE,
    duplicate_package.RULE,
    pip_over_conda.RULE,
    conflicting_bounds.RULE,
    python_end_of_life.RULE,
    missing_python.RULE,
    base_image.RULE,
    unused_environment.RULE,
    unused_param.RULE,
    unused_import.RULE,
    unused_secret.RULE,
    secret_literal.RULE,
    variable_for_secret.RULE,
    shadowed_attribute.RULE,
    unreachable_cell.RULE,
    dropped_list.RULE,
    channel_order.RULE,
    unused_output.RULE,
    deployment_name.RULE,
    too_little_memory.RULE,
    gpu_without_cuda.RULE,
    unfit_wheel.RULE,
    misspelt_package.RULE,
)
