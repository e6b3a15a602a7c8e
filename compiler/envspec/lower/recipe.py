"""One integer for each lowering.

Raise it when what is emitted builds something else: images made by the older instructions then count as
different. `tests/lower/golden/instructions.json` keeps the instructions of each recipe; the test fails when they
move and the integer does not.
"""

from __future__ import annotations

PYTHON_RECIPE = 1
IMAGE_RECIPE = 3
DEPLOYMENT_RECIPE = 2
