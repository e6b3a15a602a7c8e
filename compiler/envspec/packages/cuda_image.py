"""Which base image has a version of CUDA.

The images are the vendor's, `nvidia/cuda`, whose tags the vendor lists in `doc/supported-tags.md` of its repository
`container-images/cuda`. Taken is the flavour `base` on Ubuntu 22.04, which every release from 11.7 on has for both
machines: the runtime library (`cudart`), and the variables that make a container see the GPU
(`NVIDIA_VISIBLE_DEVICES`, `NVIDIA_DRIVER_CAPABILITIES`). More of CUDA comes with the packages that use it, or with
another `docker.image`.
"""

from __future__ import annotations

_RELEASES = {
    "11.7": "11.7.1",
    "11.8": "11.8.0",
    "12.0": "12.0.1",
    "12.1": "12.1.1",
    "12.2": "12.2.2",
    "12.3": "12.3.2",
    "12.4": "12.4.1",
    "12.5": "12.5.1",
    "12.6": "12.6.3",
    "12.8": "12.8.1",
    "12.9": "12.9.1",
}
"""Minor → its last release. Moving one makes another image; a spec that names a release itself is not moved."""

CUDA_VERSIONS = tuple(_RELEASES)


def cuda_image(version: str) -> str:
    """The image for a minor (`12.4`) or a release of one (`12.4.0`); empty when none is known."""
    minor, _, patch = version.rpartition(".") if version.count(".") == 2 else (version, "", "")
    if minor not in _RELEASES or (patch and not (patch.isascii() and patch.isdigit())):
        return ""
    release = version if patch else _RELEASES[minor]
    return f"nvidia/cuda:{release}-base-ubuntu22.04"
