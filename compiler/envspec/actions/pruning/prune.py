"""Takes away what is not needed, or says what would go.

The order, which gives that no record ever names something that is half gone, whenever this is killed:

1. hold the lock of the store alone: nobody is between storing something and naming it in a record;
2. choose, from the records as they are now;
3. images and prefixes go, each unless a process works with it, and then its record: one that is recorded and not there is
   built again by whoever needs it;
4. the records go, all in one transaction;
5. what no record names goes: folders leave their places by one rename each, of the store the folders before the files;
6. without the lock, what left its place is deleted, and the disk gets back what the database has no use for.

Killed after any of them, it goes on from there the next time: whatever is left is named by no record.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.actions.answering import answering
from envspec.actions.pruning.built import ChosenImages, choose_images
from envspec.actions.pruning.choosing import KINDS, Chosen, Rules, choose
from envspec.actions.pruning.content import Leftovers, folder_size, leftovers, names_in
from envspec.actions.pruning.remembered import locked_versions, remembered
from envspec.actions.recorded_images import LOCAL, recorded_images
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.local.environment import prefix_of
from envspec.engines.local.removal import is_ours, remove_folder, why_not
from envspec.engines.put_away import delete_removed, put_away
from envspec.frozen import Frozen, frozen, replace
from envspec.workspace.arriving import not_writable
from envspec.workspace.database import Workspace
from envspec.workspace.holding import collecting
from envspec.workspace.pruned import Tombstone, image_name

if TYPE_CHECKING:
    from envspec.engines.interface import Engine, Say

_SILENT_SECONDS = 24 * 3600.0
"""How long a lost run must have written nothing before it can go."""


@frozen
class Item(Frozen):
    """Something that goes: `count` of a kind; `size` in bytes; `why` is a clause."""

    kind: str
    name: str
    size: int
    why: str
    count: int = 1


@frozen
class Pruned(Frozen):
    """`kept` are what was asked for and stays, and why. `notes` are for people. `done` is false for a dry run."""

    items: tuple[Item, ...]
    kept: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    done: bool

    @property
    def size(self) -> int:
        return sum(item.size for item in self.items)


def rules_of(
    older: float | None = None, keep: int | None = None, kinds: Iterable[str] = (), now: float | None = None
) -> Rules:
    """`older` in seconds."""
    moment = time.time() if now is None else now
    return Rules(
        "" if older is None else _text_of(moment - older),
        keep,
        frozenset(kinds) or frozenset(KINDS),
        _text_of(moment - _SILENT_SECONDS),
    )


def _text_of(moment: float) -> str:
    try:
        time_ = datetime.fromtimestamp(max(moment, 0.0), UTC)
    except (ValueError, OverflowError, OSError):
        time_ = datetime.fromtimestamp(0, UTC)
    return time_.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def would_go(workspace: Workspace, rules: Rules) -> Pruned:
    """A dry run: nothing is written."""
    work = _chosen(workspace, rules)
    left = work.left
    folders = [*work.run_folders.values(), *left.runs, *left.copies, *left.builds, *left.documents]
    return _said(work, {folder: folder_size(folder) for folder in folders}, done=False)


def prune(root: Path, rules: Rules, say: Say) -> Pruned:
    """Does it. Raises `Failure` where the workspace or the lock file cannot be read or written."""
    with Workspace.open(root) as workspace:
        state = workspace.state
        try:
            with collecting(state, waiting=lambda: say("waiting for those who are storing something")):
                work = _chosen(workspace, rules)
                work = _without_images(workspace, work)
                workspace.bury(_tombstones(work))
                moved, sizes = _take_away(workspace, work)
                workspace.store.sweep()
            sizes |= {folder: folder_size(now) for folder, now in moved.items()}
            delete_removed(state)
            workspace.shrink()
        except OSError as error:
            raise Failure(not_writable(state, error)) from None
    return _said(work, sizes, done=True)


@frozen
class _Work(Frozen):
    state: Path
    rules: Rules
    chosen: Chosen
    images: ChosenImages
    sizes: Mapping[str, int]
    left: Leftovers
    engines: Mapping[str, Engine]
    notes: tuple[str, ...]
    run_folders: Mapping[str, Path]


def _chosen(workspace: Workspace, rules: Rules) -> _Work:
    everything = remembered(workspace, locked_versions(workspace.root))
    images = recorded_images(workspace, everything)
    engines, silent = answering(workspace.root, {one.engine for one in images})
    notes = [f"what was built on `{name}` stays: {why}" for name, why in silent.items()]
    rules = replace(rules, unreachable=frozenset({one.engine for one in images} - engines.keys()))
    chosen = choose(everything, rules)
    picked = choose_images(images, chosen, rules)
    go, kept, sizes = [], list(picked.kept), {}
    for one, why in picked.go:
        if one.engine not in engines:
            continue  # said once for all
        if one.engine == LOCAL and not is_ours(one.location, one.hash):
            continue
        standing = engines[one.engine].standing(one.location)
        reason = why_not(prefix_of(workspace.state, one.hash)) if one.engine == LOCAL else ""
        if reason:
            kept.append((one, reason))
        else:
            go.append((one, why))
            sizes[one.location] = standing.size if standing.known else one.size
    going = {run.id for run in chosen.go.runs}
    run_folders = {
        name: workspace.state / "runs" / name for name in names_in(workspace.state / "runs") & going
    }
    names = {run.id for run in chosen.stay.runs} | going
    prefixes = {one.hash for one in images if one.engine == LOCAL}
    hashes = {
        row["hash"]
        for row in workspace.rows("SELECT hash FROM environment_images UNION SELECT hash FROM images")
    }
    hashes |= {one.image for one in everything.deployments}
    left = leftovers(workspace.state, chosen.stay, names, prefixes, hashes)
    busy = {prefix: why for prefix in left.builds if (why := why_not(prefix))}
    left = replace(left, builds=tuple(prefix for prefix in left.builds if prefix not in busy))
    notes += [
        f"the folder `{digest[:19]}` of the store is damaged: no file of the store goes"
        for digest in left.damaged
    ]
    notes += [f"`{_shown(str(prefix), workspace.state)}` stays: {why}" for prefix, why in busy.items()]
    return _Work(
        workspace.state, rules, chosen, ChosenImages(tuple(go), tuple(kept)), sizes, left, engines, tuple(notes),
        run_folders,
    )  # fmt: skip


def _without_images(workspace: Workspace, work: _Work) -> _Work:
    """Step 3; what went and what did not, after all."""
    go, kept, notes = [], list(work.images.kept), list(work.notes)
    for image, why in work.images.go:
        try:
            reason = work.engines[image.engine].remove(image.location, image.hash, workspace.state)
        except Failure as failure:
            reason = _clause(failure.diagnostics[0])
            notes.append(f"`{image.location}` stays: {reason}")
        if reason:
            kept.append((image, reason))
            continue
        go.append((image, why))
        if image.kind == "environment":
            workspace.bury([Tombstone("image", image_name(image.engine, image.location), 0, image.hash)])
    return replace(work, images=ChosenImages(tuple(go), tuple(kept)), notes=tuple(notes))


def _clause(diagnostic: Diagnostic) -> str:
    return diagnostic.notes[0] if diagnostic.notes else diagnostic.message


def _tombstones(work: _Work) -> list[Tombstone]:
    go = work.chosen.go
    return [
        *(Tombstone("run", run.name, run.number, "") for run in go.runs),
        *(Tombstone("environment", one.name, one.number, one.digest) for one in go.environments),
        *(Tombstone("model", one.name, one.number, one.digest) for one in go.models),
        *(Tombstone("deployment", one.name, one.number, "") for one in go.deployments),
    ]


def _take_away(workspace: Workspace, work: _Work) -> tuple[dict[Path, Path], dict[Path, int]]:
    """Step 5. Where each folder is that left its place, and how large those were that are not told so."""
    state, store, left = workspace.state, workspace.store, work.left
    folders = [*work.run_folders.values(), *left.runs, *left.copies, *left.documents]
    moved = {folder: put_away(folder, state) for folder in folders}
    workspace.forget_hashes(folders)
    sizes = {prefix: folder_size(prefix) for prefix in left.builds}
    for prefix in left.builds:
        remove_folder(prefix, state)
    for digests, place in ((left.trees, store.tree_path), (left.files, store.path)):
        for digest in digests:
            place(digest).unlink(missing_ok=True)
    return moved, sizes


def _said(work: _Work, sizes: Mapping[Path, int], done: bool) -> Pruned:
    rules, go, left = work.rules, work.chosen.go, work.left
    why = asked(rules)
    size_of = {run: sizes[folder] for run, folder in work.run_folders.items()}
    items = [Item("run", run.id, size_of.get(run.id, 0), why) for run in go.runs]
    items += [Item("environment", f"{one.name}:{one.number}", 0, why) for one in go.environments]
    items += [Item("model", f"{one.name}:{one.number}", 0, why) for one in go.models]
    items += [Item("deployment", f"{one.name} #{one.number}", 0, why) for one in go.deployments]
    items += [
        Item("image", _shown(one.location, work.state), work.sizes[one.location], reason)
        for one, reason in work.images.go
    ]
    items += [Item("run folder", one.name, sizes[one], "no run is remembered of it") for one in left.runs]
    items += [
        Item("build", _shown(str(one), work.state), sizes[one], "nothing is recorded of it")
        for one in left.builds
    ]
    for kind, some, reason in (
        ("copies", [sizes[one] for one in left.copies], "nothing that goes on needs them"),
        ("documents", [sizes[one] for one in left.documents], "what they are about is not remembered"),
        ("store", [*left.trees.values(), *left.files.values()], "nothing that stays refers to it"),
        (
            "removed",
            [left.removed] if left.removed else [],
            "an earlier `prune` was ended before it was done",
        ),
    ):
        if some:
            items.append(Item(kind, "", sum(some), reason, len(some)))
    kept = [
        *work.chosen.kept.items(),
        *((f"image {_shown(one.location, work.state)}", reason) for one, reason in work.images.kept),
    ]
    return Pruned(tuple(items), tuple(kept), work.notes, done)


def asked(rules: Rules) -> str:
    """Why a record goes, as a clause."""
    older = f"older than {rules.before[:10]}" if rules.before else ""
    count = f"not among the newest {rules.keep}" if rules.keep is not None else ""
    return " and ".join(filter(None, (older, count)))


def _shown(location: str, state: Path) -> str:
    path = Path(location)
    return path.relative_to(state.parent).as_posix() if path.is_relative_to(state.parent) else location
