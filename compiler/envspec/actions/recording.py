"""Project files that remember what was asked of them, so that a result can be kept until an answer changes."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.frozen import field, frozen
from envspec.kept.questions import digest, still_true
from envspec.resolve.files import ProjectFiles


@frozen
class RecordingFiles(ProjectFiles):
    """`answers` maps a question, such as `read src/train.py`, to what the answer was."""

    answers: dict[str, str] = field(default_factory=dict)

    def read_bytes(self, relative: str) -> bytes:
        try:
            data = ProjectFiles.read_bytes(self, relative)
        except OSError as error:
            self.answers[f"read {relative}"] = f"error {type(error).__name__}"
            raise
        self.answers[f"read {relative}"] = digest(data)
        return data

    def is_file(self, relative: str) -> bool:
        return self._noted("is_file", relative, ProjectFiles.is_file(self, relative))

    def is_dir(self, relative: str) -> bool:
        return self._noted("is_dir", relative, ProjectFiles.is_dir(self, relative))

    def exists(self, relative: str) -> bool:
        return self._noted("exists", relative, ProjectFiles.exists(self, relative))

    def walk(self, relative: str) -> Iterator[tuple[str, bool]]:
        self.answers[f"walk {relative}"] = "never kept"
        return ProjectFiles.walk(self, relative)

    def _leaves_by_symlink(self, path: str) -> bool:
        return self._noted("leaves", path, ProjectFiles._leaves_by_symlink(self, path))

    def _noted(self, question: str, relative: str, answer: bool) -> bool:
        self.answers[f"{question} {relative}"] = str(answer)
        return answer

    def still_true(self, answers: dict[str, str]) -> bool:
        """Whether asking the same questions again gives the same answers."""
        return still_true(str(self.root), answers.items(), {})
