"""Why an installation fails: one row for each cause, with its sentence and what to do on each engine.

The key of a row is the cause in words; the tables of the installers and `docs/failures.md` use it.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.engines.causes.cause import Advice, Cause
from envspec.lock.sentences import SENTENCES

_LOCK_AGAIN = "run `envspec lock --upgrade {name}`, which takes one that is there"
_SAME_MACHINE = "the platform and the Python that build must be those that were locked; run `envspec lock`"
_ASK_WHO = "if the change is meant, run `envspec lock`; otherwise find out who changed the file"
_CREDENTIALS = "check the `username` and the secret of the `index` or `channel` block"
_WAIT = "the server is in trouble, not the spec: build again later, or use a mirror"
_NETWORK_DOCKER = (
    "check that containers of this engine reach the network; `--network` and `--ca-bundle`, or the same under "
    "`[tool.envspec.docker]`, help behind proxies"
)
_NETWORK_LOCAL = "check the network, `HTTPS_PROXY` and `SSL_CERT_FILE`, then build again"
_BACKEND = "the output below is from its own build backend"
_APT_NAMES = "check the name against the release of the base image"

CAUSES: Mapping[str, Cause] = {
    "disk full": Cause(
        SENTENCES["disk full"],
        Advice("E0809", "free some space, for example with `envspec prune`"),
        Advice("E0909", "free some with `envspec prune` or `docker builder prune`"),
    ),
    "hash mismatch": Cause(
        "{package} has another sha256 than `envspec.lock` says",
        Advice("E0806", _ASK_WHO),
        Advice("E0940", _ASK_WHO),
    ),
    "changed under us": Cause(
        "{source} does not fit its own index: a file has another hash or size",
        Advice("E0806", "wait until the mirror is whole again, then build again"),
        Advice("E0940", "wait until the mirror is whole again, or choose another one in the base image"),
    ),
    "credentials refused": Cause(
        SENTENCES["credentials refused"], Advice("E0840", _CREDENTIALS), Advice("E0941", _CREDENTIALS)
    ),
    "index in trouble": Cause(SENTENCES["index in trouble"], Advice("E0841", _WAIT), Advice("E0942", _WAIT)),
    "network": Cause(SENTENCES["network"], Advice("E0808", _NETWORK_LOCAL), Advice("E0908", _NETWORK_DOCKER)),
    "broken off": Cause(
        SENTENCES["broken off"],
        Advice("E0808", "build again; when it happens again, look at the proxy or the mirror between"),
        Advice("E0908", "build again; when it happens again, look at the proxy or the mirror between"),
    ),
    "no such package": Cause(
        "{source} has no package {package}",
        Advice("E0807", "check the name and the index it comes from; then run `envspec lock`"),
        Advice("E0907", "check the name and the index it comes from; then run `envspec lock`"),
    ),
    "no such version": Cause(
        "{source} has no version {version} of {package}",
        Advice("E0807", _LOCK_AGAIN),
        Advice("E0907", _LOCK_AGAIN),
    ),
    "file gone": Cause(
        "{package} is locked, and {source} does not have its file any more",
        Advice("E0807", _LOCK_AGAIN),
        Advice("E0907", _LOCK_AGAIN),
    ),
    "no wheel": Cause(
        "{package} has no wheel for this Python and platform",
        Advice("E0807", _SAME_MACHINE),
        Advice("E0907", _SAME_MACHINE),
    ),
    "no apt package": Cause(
        "apt knows no package {package} in the base image's release",
        Advice("E0807", _APT_NAMES),
        Advice("E0907", _APT_NAMES),
    ),
    "no apt version": Cause(
        "apt knows no {version} of {package} in the base image's release",
        Advice("E0807", "take the version away, or write one of the base image's release"),
        Advice("E0907", "take the version away, or write one of the base image's release"),
    ),
    "apt conflict": Cause(
        "the `apt` packages contradict each other",
        Advice("E0807", "take one of them away"),
        Advice("E0944", "take one of those that conflict away; the output below says which"),
    ),
    "needs a compiler": Cause(
        SENTENCES["needs a compiler"],
        Advice(
            "E0842", "choose a version that has a wheel, take it from conda, or install it on this machine"
        ),
        Advice(
            "E0943",
            "choose a version that has a wheel, take it from conda, or a `docker.image` that has a compiler",
        ),
    ),
    "build fails": Cause(SENTENCES["build fails"], Advice("E0801", _BACKEND), Advice("E0906", _BACKEND)),
}
