"""E14 the supply chain: pushing, verifying, auditing."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_E = Category.ENGINE
_F = Category.FINDING
_U = Category.USAGE

ROWS: tuple[Code, ...] = (
    Code("E1401", "error", _E, "the image was not pushed",
         "The engine began to push an image and did not finish; the note has its own words. Layers that arrived stay "
         "in the registry, so pushing again goes on from there."),
    Code("E1402", "error", _E, "the registry does not answer",
         "Nobody answers at the registry's address, or the connection broke. The engine pushes the image, and this "
         "machine attaches the documents: both have to reach the registry. Over plain HTTP only a registry on "
         "loopback is spoken to.\n\nWhat has been pushed is found again by the next `envspec build --push`."),
    Code("E1403", "error", _E, "the registry refuses this user",
         "The registry wants to know who pushes or pulls, or this user may not. Credentials are those of "
         "`docker login`: `config.json` in `~/.docker` or `$DOCKER_CONFIG`, with its credential helpers. They are "
         "never taken from a spec. A configuration or a helper that cannot be read is told too, when the registry wants "
         "to know."),
    Code("E1404", "error", _E, "the registry does something else than was asked",
         "An answer is not what the OCI distribution-spec says, or a manifest or blob has other bytes than its digest "
         "says. The note tells what it was. What does not fit its digest is never used."),
    Code("E1405", "error", _E, "what was attached does not stay",
         "The registry has no referrers API, so what is attached to an image is listed by an index under the tag "
         "`sha256-HEX`. Something else kept writing that tag while this machine added its own entries. Nothing of "
         "others was taken away; push again."),
    Code("E1406", "error", _U, "nothing is locked for this platform",
         "Bills of materials, provenance and verification say what the lock says, and the lock has nothing for the "
         "environment on this platform. Add the platform to `docker.platforms` and run `envspec lock`. An environment "
         "with `managed = false` is not locked at all."),
    Code("E1407", "error", _U, "nowhere to push to",
         "`build --push` needs a registry and an engine that makes images.\n\n"
         '```\nenvironment e {\n    docker { registry = "registry.example/team" }\n}\n```\n\n'
         "`envspec build --target docker --push` then pushes `registry.example/team/e:HASH12`; `--registry` says "
         "it on the command line."),
    Code("E1410", "error", _F, "the image does not say what it was made from",
         "An image of envspec has the labels `dev.envspec.hash` and `dev.envspec.preimage`: the hash of its layer, and "
         "exactly what was hashed. They are missing, or one is not the hash of the other: the image was made by "
         "something else, or its labels were changed. It is not used, and what is in it is not looked at."),
    Code("E1411", "error", _F, "the image was made from something else",
         "The labels are in order, and name another layer than the spec and `envspec.lock` give now: the spec, the "
         "lock or a file that is in the image has changed since it was built, or it is of another project. "
         "`envspec build` makes the one that fits; the note says in which parts they differ."),
    Code("E1412", "error", _F, "a locked package is not there",
         "`envspec.lock` has a package that is not installed: neither `conda-meta/NAME.json` nor "
         "`NAME-VERSION.dist-info` is there."),
    Code("E1413", "error", _F, "another package than the locked one is there",
         "The package is installed in another version, build or with another sha256 than `envspec.lock` says."),
    Code("E1414", "error", _F, "a package is there that is not locked",
         "Something installed a package that `envspec.lock` does not have: a `docker.run` script, a command in a "
         "running container that was committed, or somebody who changed the image. Put it into `conda` or `pip` of "
         "the environment, or build anew."),
    Code("E1415", "error", _F, "a file of a package was changed",
         "A file has other bytes than its package said when it was installed (`RECORD` of a wheel, `conda-meta` of a "
         "conda package). Build anew, and find out who changed it."),
    Code("E1416", "error", _F, "a file of a package is gone",
         "A file that a package brought when it was installed is not there any more, or something else is in its "
         "place."),
    Code("E1417", "error", _F, "a file is there that no package brought",
         "There is a file in the environment that belongs to no package and that no installer makes. Python runs "
         "`sitecustomize.py`, `usercustomize.py` and lines of `.pth` files by itself, and any module that is found "
         "first: such a file changes what the environment does. A `docker.run` script should put its files "
         "elsewhere."),
    Code("E1418", "error", _U, "no such image or environment",
         "Neither the engine nor, where the name has a registry in it, the registry has this image; or the environment "
         "has not been built. `envspec build` makes it."),
    Code("E1419", "error", _F, "the provenance is of something else",
         "The provenance attached to the image is not about this image, or says that it was built from another layer "
         "than its labels do. Somebody attached a wrong statement; `envspec build --push` attaches the right one."),
    Code("E1420", "error", _F, "a system package is not there",
         "The environment asks for a package of the system in `apt`, and the image's own list of installed packages "
         "(`/var/lib/dpkg/status`) does not have it."),
    Code("E1430", "error", _F, "a package has a known vulnerability",
         "The database says that the locked version of a package is affected. The finding stands at the line of the "
         "spec that asks for the package, or, for one that came along, at its line in `envspec.lock`.\n\n"
         "Take a version that mends it (`envspec lock --upgrade NAME`), or, where the vulnerability does not matter "
         "here, say so with `--ignore ID`."),
    Code("E1431", "error", _U, "no database of vulnerabilities",
         "`envspec audit --database` reads records in the OSV format (https://ossf.github.io/osv-schema/): a zip file or "
         "a folder of JSON files, a file with one record a line, or one JSON file. The file is not there or is "
         "nothing of that. Nothing is ever fetched: get the database by the means of your house."),
)  # fmt: skip
