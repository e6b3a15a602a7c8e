"""`pixi.lock` (versions 4 to 7): what pixi chose, as exact packages.

A lock has for each environment and platform a list of packages. Builds differ between platforms, so each Linux platform
of each environment is an environment of its own; a platform other than the first is named after itself. In version 7 a
platform has a name of its own, and `platforms` says which of conda's it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.frozen import replace
from envspec.importing.asked import Asked, read_text, unreadable
from envspec.importing.default_index import is_default
from envspec.importing.entries import Packages
from envspec.importing.fields.pixi import PIXI_LOCK
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.conda_pins import LINUX, conda_file, match_spec
from envspec.importing.projects.document import Document
from envspec.importing.spec import Block, Spec, texts
from envspec.importing.yaml_text import Node, nodes_of
from envspec.packages.conda_hosts import multichannel_name
from envspec.packages.pip import normalized_name
from envspec.starting.names import name_of, unique

_VERSIONS = ("4", "5", "6", "7")
_ENVIRONMENT, _PLATFORM = reasons(PIXI_LOCK, "environments.*."), reasons(PIXI_LOCK, "platforms[].")
_FILE = re.compile(
    r"([A-Za-z0-9._]+)-([A-Za-z0-9.!+_]+?)(?:-[^/]*)?\.whl\Z|(.+)-([0-9][A-Za-z0-9.!+_]*)\.(?:tar\.gz|zip)\Z"
)


def read_lock(asked: Asked) -> Spec:
    """An environment for each environment and Linux platform."""
    text = read_text(asked.path)
    document = Document(asked, asked.path, text, nodes_of(asked, asked.path, text, lock=True))
    root = document.root
    if root.kind != "mapping" or root.get("environments").kind != "mapping":
        raise unreadable(asked, asked.path, "it has no `environments`, as `pixi.lock` has")
    version = root.get("version").text
    if version not in _VERSIONS:
        raise unreadable(asked, asked.path, f"version `{version}` is not known; {', '.join(_VERSIONS)} are")
    return _Lock(document).read()


class _Lock:
    def __init__(self, document: Document) -> None:
        self.document, self.asked = document, document.asked
        self.details: dict[tuple[str, str], Node] = {}
        for row in document.tables("packages", document.root.get("packages")):
            kind, address = _kind_and_address(row)
            if kind:
                self.details[kind, address] = row
        self._told: set[int] = set()
        self.subdirs = self._subdirs()

    def read(self) -> Spec:
        spec, document = Spec(), self.document
        found: list[tuple[Block, Packages]] = []
        shared: Packages | None = None
        for name, node in document.entries("environments", document.root.get("environments")).items():
            platforms = node.get("packages")
            document.entries(f"environments.{name}.packages", platforms)
            first = True
            for platform in platforms.entries:
                if self._subdir(platform) not in LINUX:
                    self._elsewhere(platform, platforms.get(platform))
            for platform in [
                one for linux in LINUX for one in platforms.entries if self._subdir(one) == linux
            ]:
                wanted = self.asked.name if name == "default" else f"{self.asked.name}-{name}"
                wanted = wanted if first else f"{wanted}-{platform}"
                first = False
                block = Block(
                    "environment", unique(name_of(wanted, self.asked.name), spec.labels("environment"))
                )
                packages = Packages(self.asked)
                if shared is not None:
                    packages.indexes, packages.secrets = shared.indexes, shared.secrets
                shared = packages
                self._fill(packages, node, platforms.get(platform))
                spec.blocks.append(block)
                found.append((block, packages))
                if (image := LINUX[self._subdir(platform)]) != "linux/amd64":
                    block.inner("docker").add("platforms", texts([image]))
            document.rest(
                f"environments.{name}", node, ("channels", "indexes", "packages"),
                _ENVIRONMENT, _ENVIRONMENT[OTHER],
            )  # fmt: skip
        for block, packages in found:
            docker = block.attributes.pop("docker", None)
            apart = Spec()
            packages.fill(block, apart)
            block.add("docker", docker)
        if shared is not None:
            spec.blocks[:0] = [*shared.secrets, *shared.indexes]
        hashes = re.findall(r"^\s+(?:md5|sha256): \S", document.text, re.MULTILINE)
        self.asked.report.hashes(len(hashes), document.shown)
        document.rest("", document.root, keys_read(PIXI_LOCK), {}, reason_of(PIXI_LOCK, OTHER))
        return spec

    def _subdirs(self) -> Mapping[str, str]:
        """What conda calls each platform of version 7, by the name that it has here."""
        document = self.document
        found: dict[str, str] = {}
        for row in document.tables("platforms", document.root.get("platforms")):
            name = document.word("platforms.name", _quoted(row.get("name")))
            found[name] = document.word(f"platforms.{name}.subdir", _quoted(row.get("subdir"))) or name
            known = keys_read(PIXI_LOCK, "platforms[].")
            document.rest(f"platforms.{name}", row, known, _PLATFORM, _PLATFORM[OTHER])
        return found

    def _subdir(self, platform: str) -> str:
        return self.subdirs.get(platform, platform)

    def _elsewhere(self, platform: str, node: Node) -> None:
        count = len(node.items)
        word = "package" if count == 1 else "packages"
        self.asked.report.dropped(
            f"{count} {word} of {platform}",
            self.document.shown,
            node.line,
            reason_of(PIXI_LOCK, "environments.*.packages.*", "it is not Linux"),
        )

    def _fill(self, packages: Packages, environment: Node, rows: Node) -> None:
        said = self.asked.report.said()
        again = environment.start in self._told
        self._told.add(environment.start)
        several = len(environment.get("channels").items) > 1
        for item in environment.get("channels").items:
            url = item.text if item.kind == "scalar" else item.get("url").text
            if url:
                packages.add_channel(multichannel_name(url), self.document.shown, item.line)
        for item in environment.get("indexes").items:
            if item.kind != "scalar" or not item.text:
                continue
            if is_default(self.asked, item.text):
                self.document.carried("indexes", item, "the default index")
            else:
                only = len(environment.get("indexes").items) == 1
                packages.add_index(item.text, self.document.entry(item.text, item), only=only)
        if again:
            self.asked.report.forget(said)
        for row in rows.items:
            kind, address = _kind_and_address(row)
            details = self.details.get((kind, address), row)
            if kind in ("conda", "conda_source"):
                self._conda(packages, row, address, details, several=several)
            elif kind == "pypi":
                self._pypi(packages, row, address, details)
            else:
                self.document.dropped("packages", row, "a conda or PyPI package is expected here")

    def _conda(self, packages: Packages, row: Node, address: str, details: Node, *, several: bool) -> None:
        found = conda_file(address)
        if found is None:
            reason = reason_of(PIXI_LOCK, "environments.*.packages.*[].conda_source")
            self.document.dropped(address or "conda", row, reason)
            return
        channel = found.channel if several else ""
        what = f"{found.name} {found.version} ({found.subdir})"
        name = details.get("name").text or found.name
        version, build = (
            details.get("version").text or found.version,
            details.get("build").text or found.build,
        )
        packages.add_conda(self.document.entry(match_spec(name, version, build, channel), row, what=what))

    def _pypi(self, packages: Packages, row: Node, address: str, details: Node) -> None:
        document = self.document
        name, version = details.get("name").text, details.get("version").text
        if not re.match(r"[a-z+]+://|git\+", address):
            place = address if address.startswith((".", "/")) else f"./{address}"
            editable = details.get("editable").text == "true"
            text, what = f"-e {place}" if editable else place, f"{name or address} {version}".strip()
            packages.add_pip(document.entry(text, row, what=what))
            return
        if not name or not version:
            match = _FILE.search(address.split("#")[0].rpartition("/")[2])
            if match is not None:
                name, version = name or match[1] or match[3], version or match[2] or match[4]
        if not name:
            document.dropped(address, row, "its address does not say what package it is")
            return
        text = f"{normalized_name(name)}=={version}" if version else f"{normalized_name(name)} @ {address}"
        if address.startswith(("git+", "direct+")):
            text = f"{normalized_name(name)} @ {_commit(address.removeprefix('direct+'))}"
        packages.add_pip(document.entry(text, row, what=f"{name} {version}".strip()))


def _quoted(node: Node) -> Node:
    """A text without quotes as one with them: in YAML both are texts, unlike numbers."""
    return replace(node, plain=False) if isinstance(node.value, str) else node


def _kind_and_address(row: Node) -> tuple[str, str]:
    """`- conda: URL` and `- pypi: URL`; in older locks details are `- kind: conda` with `url` or `path`."""
    entries: Mapping[str, Node] = row.entries
    for kind in ("conda", "pypi", "conda_source"):
        if entries.get(kind, Node()).kind == "scalar":
            return kind, entries[kind].text
    kind = row.get("kind").text
    return (kind, row.get("url").text or row.get("path").text) if kind in ("conda", "pypi") else ("", "")


def _commit(address: str) -> str:
    """`git+https://…?rev=main#COMMIT` of pixi as pip has it."""
    base, _, commit = address.partition("#")
    base, _, query = base.partition("?")
    wanted = dict(one.partition("=")[::2] for one in query.split("&"))
    revision = commit or wanted.get("rev") or wanted.get("tag") or wanted.get("branch") or ""
    tail = f"#subdirectory={wanted['subdirectory']}" if wanted.get("subdirectory") else ""
    return f"{base}@{revision}{tail}" if revision and base.startswith("git+") else f"{base}{tail}"
