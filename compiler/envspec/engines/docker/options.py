"""What a user may say about builds without it being part of a spec.

None of this is in any hash: it says how to reach packages, not what to build. It comes from
`[tool.envspec.docker]` or the command line; proxies alone may come from the caller's variables, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.frozen import Frozen, field, frozen


@frozen
class BuildOptions(Frozen):
    """`network` is the network of build steps (`host`, `none`, a network's name; empty: the engine's
    default). `ca_bundle` is the path of a PEM file that the installers trust while building; it reaches
    them as a build secret and stays in no layer. `builder` is `buildkit`
    or `classic` for one of them only, else the best there is. `pull` asks for a newer base image. `proxies` are
    those of build steps, by variable (`engines.docker.proxies`); they may hold passwords."""

    network: str = ""
    ca_bundle: str = ""
    builder: str = ""
    no_cache: bool = False
    pull: bool = False
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
