"""One integer for each lowering. Raise it when what is emitted builds something else: images made by the older
instructions then count as different. Goldens in `tests/lower/golden` fail until it is done."""

from __future__ import annotations

PYTHON_RECIPE = 1
IMAGE_RECIPE = 1
DEPLOYMENT_RECIPE = 1
