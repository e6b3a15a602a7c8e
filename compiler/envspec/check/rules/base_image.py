"""W0307: a base image without a tag, or with `latest`: another one each time it is pulled."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, environment in subject.project.environments.items():
        image = environment.docker.image
        tag = image.rpartition("/")[2].partition(":")[2]
        if not image or "@" in image or tag not in ("", "latest"):
            continue
        what = f"the tag of `{image}` moves" if tag else f"`{image}` has no tag, which means `latest`"
        yield Diagnostic(
            "W0307",
            what,
            subject.resolution.origins.locate(f"/environments/{key}/docker/image"),
            "another image each time it is pulled",
            help="name a version, such as `debian:bookworm-slim`, or a digest",
        )


RULE = Rule("unpinned-base-image", ("W0307",), _check)
