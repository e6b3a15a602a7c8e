"""Which registered version a reference means, or why it means none.

What is archived is not the newest of anything; whoever names it exactly, or by a label, finds it all the same.
"""

from __future__ import annotations

from envspec.language.environment_reference import EnvironmentReference, label_problem
from envspec.workspace.environments import WHOLE, Environments, EnvironmentVersion, version_of
from envspec.workspace.not_registered import NotRegistered, ambiguous, digests
from envspec.workspace.pruned import Pruned, Tombstone


class EnvironmentLookup(Environments, Pruned):
    def find_environment(self, reference: EnvironmentReference) -> EnvironmentVersion | NotRegistered:
        name = reference.name
        if reference.number is not None:
            found = self.environment(name, reference.number)
        elif reference.digest:
            digest = reference.digest
            rows = self.rows(
                f"{WHOLE}WHERE e.name = ? AND substr(e.version_hash, 1, ?) = ? ORDER BY e.number DESC",
                (name, len(digest), digest),
            )
            if len(rows) > 1:
                return ambiguous([version_of(row).reference for row in rows])
            found = version_of(rows[0]) if rows else None
        elif reference.label:
            row = self.row(
                f"{WHOLE}WHERE e.name = ? AND e.number = "  # noqa: S608
                "(SELECT number FROM environment_labels WHERE name = ? AND label = ?)",
                (name, name, reference.label),
            )
            found = version_of(row) if row else None
        else:
            found = self.environment(name)
        return found or self._why_not(reference)

    def _why_not(self, reference: EnvironmentReference) -> NotRegistered:
        from envspec.resolve.suggest import did_you_mean, known

        name = reference.name
        versions = self.list_environments(name, archived=True)
        if not versions:
            names = self.environment_names()
            nothing = "none is registered here; building one does it (`envspec build`), and so does `envspec env pull`"
            return NotRegistered(
                f"no environment is registered as `{name}`",
                did_you_mean(name, names) or known(names, nothing),
            )
        newest = f"its newest version is `{versions[0].reference}`"
        gone = self._pruned(reference)
        if gone is not None:
            shared = self.row(
                "SELECT repository, manifest FROM shared_versions WHERE kind = 'environment' AND name = ? AND digest = ? "
                "ORDER BY moved DESC LIMIT 1",
                (name, gone.digest),
            )
            back = (
                f"`envspec env pull {shared['repository']}@{shared['manifest']}` has it again"
                if shared
                else newest
            )
            return NotRegistered(f"`{name}:{gone.number}` was pruned on {gone.day}", back)
        if reference.number is not None:
            return NotRegistered(f"`{name}` has no version {reference.number}", newest)
        if reference.digest:
            return NotRegistered(
                f"no version of `{name}` has a digest that begins with `{reference.digest}`",
                digests((version.reference, version.version_hash) for version in versions),
            )
        if reference.label and label_problem(reference.label):  # a number that is too large to be one
            return NotRegistered(f"`{name}` has no version {reference.label}", newest)
        if reference.label:
            labels = sorted({label for version in versions for label in version.labels})
            give = f"give it to a version: `envspec env tag {versions[0].reference} {reference.label}`"
            return NotRegistered(
                f"no version of `{name}` has the label `{reference.label}`",
                did_you_mean(reference.label, labels) or give,
            )
        return NotRegistered(
            f"every version of `{name}` is archived",
            f"name one, such as `{versions[0].reference}`, or take them back: `envspec env restore {name}`",
        )

    def _pruned(self, reference: EnvironmentReference) -> Tombstone | None:
        if reference.number is not None:
            return self.pruned("environment", reference.name, reference.number)
        if reference.digest:
            return self.pruned_digest("environment", reference.name, reference.digest)
        return None
