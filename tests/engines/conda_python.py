"""Stages the CPython that runs the tests as a conda package `python` that works in any prefix.

Taken are the interpreter, its library, the standard library without its tests and Tk, the headers, and
every shared library the extension modules need but the C library's own (so that the package works in
a bare image). Run paths are made relative with patchelf, and text that holds the old prefix gets
conda's placeholder. Debian's own interpreter looks for packages in `dist-packages` only; it is
changed to look in `site-packages` as every other one does.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from tests.engines import EngineMissingError
from tests.engines.conda_package import PLACEHOLDER, CondaPackage

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python of the channel, as in `python = "3.11"`."""

_LIBRARY = f"lib/python{VERSION}"
_LEFT_OUT = (
    *("test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "__pycache__"),
    *("site-packages", "dist-packages", "config-*", "EXTERNALLY-MANAGED"),
    *("_tkinter*", "_test*", "_xxtest*", "xxlimited*", "_ctypes_test*", "sitecustomize.py"),
)
_C_LIBRARY = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|rt|util|resolv|nsl|anl)\.so\.\d+|linux-vdso.*)")
_TEXT_WITH_PREFIX = ("_sysconfigdata_*.py",)


def stage_python(prefix: Path, subdir: str) -> CondaPackage:
    """Fill `prefix` with the files of the package; what the package says of itself."""
    patchelf = shutil.which("patchelf", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if patchelf is None:
        raise EngineMissingError("the conda channel needs patchelf: install the extra `dev`")
    _copy(prefix)
    binary = prefix / "bin" / f"python{VERSION}"
    elves = [binary, *(prefix / "lib").glob("libpython*.so*"), *prefix.glob(f"{_LIBRARY}/lib-dynload/*.so")]
    elves = [file for file in elves if not file.is_symlink()]
    elves += _copy_shared_libraries(elves, prefix / "lib")
    for file in elves:
        _relocate(patchelf, file, prefix)
    _replace_prefix(prefix)
    _compile(prefix / _LIBRARY)
    version = ".".join(map(str, sys.version_info[:3]))
    return CondaPackage("python", version, "0_cpython", subdir, license="PSF-2.0")


def _copy(prefix: Path) -> None:
    names = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix, "installed_base": sys.base_prefix}
    ignore = shutil.ignore_patterns(*_LEFT_OUT)
    for scheme_path in ("stdlib", "platstdlib"):
        source = sysconfig.get_path(scheme_path, "posix_prefix", names)
        shutil.copytree(source, prefix / _LIBRARY, ignore=ignore, symlinks=False, dirs_exist_ok=True)
    (prefix / _LIBRARY / "site-packages").mkdir(exist_ok=True)
    (prefix / _LIBRARY / "site-packages" / "README.txt").write_text("For packages of other makers.\n")
    include = Path(sysconfig.get_path("include", "posix_prefix", names))
    if include.is_dir():
        shutil.copytree(include, prefix / "include" / include.name)
    bin_dir = prefix / "bin"
    bin_dir.mkdir()
    shutil.copy2(Path(sys.executable).resolve(), bin_dir / f"python{VERSION}")
    for alias in ("python", "python3"):
        (bin_dir / alias).symlink_to(f"python{VERSION}")
    if "deb_system" in sysconfig.get_scheme_names():
        _undo_debian(prefix / _LIBRARY)


def _undo_debian(library: Path) -> None:
    """Have `site-packages` searched besides Debian's folders, and the upstream install scheme.

    `site` itself is frozen into the interpreter, so what it searches is added to by a `.pth` file.
    """
    searched = library.parent / "python3" / "dist-packages"
    searched.mkdir(parents=True)
    folder = f"/{_LIBRARY}/site-packages"
    (searched / "site-packages.pth").write_text(
        f"import site, sys; site.addsitedir(sys.prefix + {folder!r})\n"
    )
    scheme = library / "sysconfig.py"
    text, count = re.subn(
        "prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'", scheme.read_text()
    )
    if count == 0:
        raise EngineMissingError("this Debian Python's sysconfig.py is not known: use another Python")
    scheme.write_text(text)


def _copy_shared_libraries(elves: list[Path], target: Path) -> list[Path]:
    """Copy what `ldd` finds beyond the C library into `target`; the new files."""
    copied = {}
    for file in elves:
        for library in _needed(file):
            if not (target / library.name).exists():
                shutil.copy2(library.resolve(), target / library.name)
                copied[library.name] = target / library.name
    return list(copied.values())


def _needed(file: Path) -> Iterator[Path]:
    listing = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout
    for match in re.finditer(r"^\s*(\S+) => (/\S+)", listing, re.MULTILINE):
        if not _C_LIBRARY.fullmatch(match[1]):
            yield Path(match[2])


def _relocate(patchelf: str, file: Path, prefix: Path) -> None:
    """Strip the file where `strip` is to be had, and make its run path relative to where it lies."""
    file.chmod(file.stat().st_mode | 0o200)
    if shutil.which("strip") is not None:
        subprocess.run(["strip", "--strip-unneeded", str(file)], check=True, capture_output=True)
    up = os.path.relpath(prefix / "lib", file.parent)
    run_path = "$ORIGIN" if up == "." else f"$ORIGIN/{up}"
    subprocess.run([patchelf, "--set-rpath", run_path, str(file)], check=True, capture_output=True)


def _replace_prefix(prefix: Path) -> None:
    if sys.base_prefix == "/usr":
        return  # every other path begins with it too, and Debian's interpreter computes its own
    for pattern in _TEXT_WITH_PREFIX:
        for file in (prefix / _LIBRARY).glob(pattern):
            file.write_text(file.read_text().replace(sys.base_prefix, PLACEHOLDER))


def _compile(library: Path) -> None:
    """Byte-code that is valid whatever the times of the files are, as a package's own has to be."""
    done = compileall.compile_dir(
        library,
        quiet=2,
        stripdir=str(library.parents[1]),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
        rx=re.compile(r"_sysconfigdata|site-packages"),
    )
    if not done:
        raise EngineMissingError("the standard library of this Python does not compile")
