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
        return self._read("read", relative)

    def read_entry(self, relative: str) -> bytes:
        return self._read("entry", relative)

    def _read(self, question: str, relative: str) -> bytes:
        try:
            data = ProjectFiles.read_bytes(self, relative)
        except OSError as error:
            self.answers[f"{question} {relative}"] = f"error {type(error).__name__}"
            raise
        self.answers[f"{question} {relative}"] = digest(data)
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
        """Whether asking the same questions again gives the same answers. An entry script that changed counts as the
        same while it can be served; what it is now is then noted in the answers of these files."""
        root, known = str(self.root), dict[str, str]()
        changed = [asked for asked in answers.items() if not still_true(root, [asked], known)]
        return all(question.startswith("entry ") and self._can_be_served(question) for question, _ in changed)

    def _can_be_served(self, question: str) -> bool:
        from envspec.server.entry import check_entry

        path = question.partition(" ")[2]
        try:
            return not check_entry(self.read_entry(path).decode("utf-8"), path)
        except (OSError, UnicodeDecodeError):
            return False
