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
    Code(
        "E0710",
        "error",
        Category.FINDING,
        "no base image with this CUDA",
        "`docker.cuda` chooses the vendor's image `nvidia/cuda:…-base-ubuntu22.04` as base, and tells the conda solver "
        "that `__cuda` is there. A version without such an image cannot be a base.\n\nWith `docker.image` the base is "
        "yours, and `cuda` is only what the solver may count on:\n\n"
        '```\ndocker { image = "registry.example/gpu:1", cuda = "12.4" }\n```',
    ),
    Code(
        "E0711",
        "error",
        Category.FINDING,
        "the base image with CUDA has no Python",
        "The vendor's images have no Python, and an environment of pip packages alone is made with the Python of its "
        "base.\n\nLet conda bring it, or name a base that has both:\n\n"
        '```\nconda = ["python"]\ndocker { cuda = "12.4" }\n```',
    ),
    Code(
        "E0712",
        "error",
        Category.FINDING,
        "a Dockerfile that cannot be the base",
        "`docker.dockerfile` names a Dockerfile whose last stage is the base. Its context is the folder it lies in, and of "
        "that the files that its `COPY` and `ADD` name. Sources with variables, here-documents, mounts of the context and "
        "another escape character are not supported, and neither are files outside its folder.\n\nBuild such a base by "
        'itself and name it: `docker { image = "registry.example/base:1" }`.',
    ),
)
