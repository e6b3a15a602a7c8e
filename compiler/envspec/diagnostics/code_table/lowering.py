"""E07 lowering."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E0701",
        "error",
        Category.FINDING,
        "not an image reference",
        "A Dockerfile's `FROM` takes an image reference: `host/path:tag`, perhaps with `@sha256:…`, and nothing "
        'else.\n\n```\ndocker { image = "debian:bookworm-slim" }\n```',
    ),
    Code(
        "E0702",
        "error",
        Category.FINDING,
        "an image cannot have this yet",
        "The language knows this attribute, but it is not lowered to an image yet. It is refused rather than "
        "left out silently.\n\nUntil then, `docker.image` can name a base that has what is needed, and `apt` and "
        "`docker.run` can add to it.",
    ),
    Code(
        "E0703",
        "error",
        Category.FINDING,
        "no installer for this platform",
        "The installers that build a managed environment are pinned by hash, and there are none for this "
        "platform. `linux/amd64` and `linux/arm64` have them.\n\nWith `managed = false` an image for any platform "
        "can be used as it is.",
    ),
    Code(
        "E0704",
        "error",
        Category.FINDING,
        "not locked for this platform",
        "`envspec.lock` knows the environment, but not on this platform. Packages differ from platform to "
        "platform, so an image is built from the lock of its own.\n\nRun `envspec lock` after changing "
        "`docker.platforms`.",
    ),
    Code(
        "E0706",
        "error",
        Category.FINDING,
        "this index or channel needs a lock",
        "An `index` or `channel` with `packages` is the only source of what matches. Installers of a Dockerfile cannot be told "
        "so; a lock can, because it says for every package where it comes from.\n\nRun `envspec lock`, then "
        "`envspec compile`.",
    ),
)
