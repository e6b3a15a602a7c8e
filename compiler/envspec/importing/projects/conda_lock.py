"""`conda-lock.yml` (version 1): what conda-lock chose, as exact packages.

A lock has a list of packages for each platform. Builds differ between platforms, so each Linux platform is an
environment: the first is the main one, every other is named after its platform. Packages of other categories than
`main` make environments that extend it.
"""

from __future__ import annotations

from envspec.importing.asked import Asked, read_text, unreadable
from envspec.importing.default_index import is_file_of_default
from envspec.importing.entries import Packages
from envspec.importing.fields.conda_lock import CONDA_LOCK_YML
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.conda_pins import LINUX, conda_file, match_spec
from envspec.importing.projects.document import Document
from envspec.importing.projects.extending import based_on, block_of, fill_extending
from envspec.importing.spec import Block, Spec, texts
from envspec.importing.yaml_text import Node, nodes_of
from envspec.packages.conda_hosts import multichannel_name
from envspec.packages.pip import normalized_name
from envspec.starting.names import unique

_MAIN = "main"
_ELSEWHERE = "its `url` is of another index"
_METADATA = reasons(CONDA_LOCK_YML, "metadata.")


def read(asked: Asked) -> Spec:
    """An environment for each Linux platform, and one for each other category."""
    text = read_text(asked.path)
    document = Document(asked, asked.path, text, nodes_of(asked, asked.path, text, lock=True))
    root = document.root
    if root.kind != "mapping" or root.get("package").kind != "sequence":
        raise unreadable(asked, asked.path, "it has no list `package`, as `conda-lock.yml` has")
    version = root.get("version").text
    if version not in ("1", ""):
        raise unreadable(asked, asked.path, f"version {version} of conda-lock's format is not known")
    return _Lock(document).read()


class _Lock:
    def __init__(self, document: Document) -> None:
        self.document, self.asked = document, document.asked
        self.rows: dict[str, list[Node]] = {}
        for row in document.tables("package", document.root.get("package")):
            self.rows.setdefault(row.get("platform").text, []).append(row)
        self.channels: list[str] = []

    def read(self) -> Spec:
        spec, document, root = Spec(), self.document, self.document.root
        metadata = root.get("metadata")
        document.entries("metadata", metadata)
        self._channels(metadata.get("channels"))
        platforms = [one for one in LINUX if one in self.rows]
        for number, platform in enumerate(platforms):
            label = (
                self.asked.name
                if not number
                else unique(f"{self.asked.name}-{platform}", spec.labels("environment"))
            )
            self._environment(spec, label, platform)
        self._platforms(metadata.get("platforms"))
        for platform, rows in self.rows.items():
            if platform not in LINUX:
                word = "package" if len(rows) == 1 else "packages"
                count = f"{len(rows)} {word} of {platform or 'no platform'}"
                self.asked.report.dropped(
                    count,
                    document.shown,
                    rows[0].line,
                    reason_of(CONDA_LOCK_YML, "package[].platform", "it is not Linux"),
                )
        hashes = sum(len(row.get("hash").entries) for rows in self.rows.values() for row in rows)
        self.asked.report.hashes(hashes, document.shown)
        document.rest(
            "metadata", metadata, keys_read(CONDA_LOCK_YML, "metadata."), _METADATA, _METADATA[OTHER]
        )
        document.rest("", root, keys_read(CONDA_LOCK_YML), {}, reason_of(CONDA_LOCK_YML, OTHER))
        return spec

    def _channels(self, node: Node) -> None:
        for item in node.items:
            url = item.text if item.kind == "scalar" else item.get("url").text
            variables = item.get("used_env_vars")
            if variables.items:
                self.document.dropped(
                    "used_env_vars", variables, reason_of(CONDA_LOCK_YML, "metadata.channels[].used_env_vars")
                )
            if url:
                self.channels.append(multichannel_name(url))

    def _platforms(self, node: Node) -> None:
        for item in node.items:
            if item.text in LINUX:
                self.document.carried(f"platforms: {item.text}", item, "docker.platforms")
            else:
                reason = reason_of(CONDA_LOCK_YML, "metadata.platforms", "it is not Linux")
                self.document.dropped(f"platforms: {item.text}", item, reason)

    def _environment(self, spec: Spec, label: str, platform: str) -> None:
        rows = self.rows[platform]
        base = Packages(self.asked)
        node = self.document.root.get("metadata").get("channels")
        for number, channel in enumerate(self.channels):
            item = node.items[number] if number < len(node.items) else node
            base.add_channel(channel, self.document.shown, item.line)
        groups: dict[str, list[Node]] = {}
        for row in rows:
            for category in _categories(row):
                groups.setdefault(category, []).append(row)
        for row in groups.pop(_MAIN, []):
            self._add(base, row)
        environment = Block("environment", label)
        spec.blocks.append(environment)
        base.fill(environment, spec)
        if LINUX[platform] != "linux/amd64":
            environment.inner("docker").add("platforms", texts([LINUX[platform]]))
        for category, members in groups.items():
            more = based_on(self.asked, base)
            for row in members:
                self._add(more, row)
            block = block_of(spec, label, category)
            block.above.append(f"the category `{category}`")
            fill_extending(block, base, more)
            spec.blocks.append(block)

    def _add(self, packages: Packages, row: Node) -> None:
        document = self.document
        name, version, url = row.get("name").text, row.get("version").text, row.get("url").text
        what = f"{name} {version} ({row.get('platform').text})"
        if not name or not version:
            document.dropped("package", row, "it has no name or no version")
            return
        reason = reason_of(CONDA_LOCK_YML, "package[].any other key")
        document.rest(f"package {name}", row, keys_read(CONDA_LOCK_YML, "package[]."), {}, reason)
        if row.get("manager").text == "pip":
            text = f"{normalized_name(name)}=={version}"
            if url.startswith("git+") or row.get("source").get("type").text == "url":
                text = f"{normalized_name(name)} @ {url}"
            elsewhere = "@" not in text and "://" in url and not is_file_of_default(self.asked, url)
            reason = reason_of(CONDA_LOCK_YML, "package[].manager: pip", _ELSEWHERE) if elsewhere else ""
            packages.add_pip(document.entry(text, row, what=what, why=reason))
            return
        found = conda_file(url)
        channel = found.channel if found is not None and len(self.channels) > 1 else ""
        build = row.get("build").text or (found.build if found is not None else "")
        packages.add_conda(document.entry(match_spec(name, version, build, channel), row, what=what))


def _categories(row: Node) -> list[str]:
    listed = [one.text for one in row.get("categories").items if one.kind == "scalar" and one.text]
    return listed or [row.get("category").text or _MAIN]
