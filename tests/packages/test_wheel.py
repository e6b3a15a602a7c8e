"""Wheels that cannot be installed, against what the locker takes for the same Python and platform."""

from __future__ import annotations

from itertools import product

import pytest

from envspec.lock.platforms import PLATFORMS
from envspec.lock.wheel_tags import fits
from envspec.packages.wheel import unfit_for_platform, unfit_for_python

PYTHONS = ("3.9", "3.11", "3.12", "3.13")
TAGS = [
    *(f"{python}-none-any" for python in ("py3", "py2", "py2.py3", "py311", "py312", "cp312", "pp310")),
    *(
        f"{python}-{abi}-{platform}"
        for python, abi, platform in product(
            ("cp39", "cp311", "cp312"),
            ("cp39", "cp311", "cp312", "abi3"),
            ("manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux1_x86_64", "linux_aarch64",
             "manylinux_2_28_aarch64", "win_amd64", "win32", "macosx_11_0_arm64", "macosx_10_9_universal2"),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_refused_is_what_the_locker_refuses(platform: str) -> None:
    """Never more; and of these tags all that it refuses, but for an ABI of another Python."""
    refused = 0
    for tag in TAGS:
        filename = f"x-1.0-{tag}.whl"
        elsewhere = unfit_for_platform(filename, platform)
        for python in PYTHONS:
            unfit = bool(elsewhere or unfit_for_python(filename, [python]))
            interpreter, abi, _ = tag.split("-", 2)
            refused += unfit
            if unfit or abi in (interpreter, "abi3", "none"):
                assert fits(filename, python, platform) is not unfit, (tag, python)
    assert refused > len(TAGS)


@pytest.mark.parametrize(
    "filename", ["x.whl", "x-1.0.tar.gz", "x-1.0-py3-none.whl", "", "x-1-2-3-py3-none-any.whl"]
)
def test_what_is_no_name_of_a_wheel_is_not_refused(filename: str) -> None:
    assert not unfit_for_python(filename, ["3.12"]) and not unfit_for_platform(filename, "linux/amd64")


def test_in_words() -> None:
    assert unfit_for_python("x-1-cp311-cp311-linux_x86_64.whl", ["3.12"]) == "CPython 3.11"
    assert unfit_for_python("x-1-cp313-abi3-linux_x86_64.whl", ["3.12"]) == "CPython 3.13 and newer"
    assert unfit_for_python("x-1-pp310-pypy310_pp73-linux_x86_64.whl", ["3.10"]) == "PyPy 3.10"
    assert unfit_for_python("x-1-py2-none-any.whl", ["3.12"]) == "Python 2"
    assert unfit_for_python("x-1-cp311-cp311-linux_x86_64.whl", ["3.11", "3.12"]) == ""
