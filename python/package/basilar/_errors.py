"""Why something could not be scored: one sentence that names the file or argument and the remedy."""

from __future__ import annotations


class Error(Exception):
    """Anything that basilar cannot do."""

    kind: str
    """A word for the kind of error that stays the same between versions, such as ``too_short``."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind

    def __reduce__(self) -> tuple[type[Error], tuple[str, str]]:
        return type(self), (str(self), self.kind)


class ArgumentError(Error, ValueError):
    """An argument that cannot be used, such as an unknown model or samples without a rate."""


class FileError(Error, OSError):
    """A file that cannot be read or decoded."""

    # OSError would otherwise take two arguments for a number and its meaning.
    def __new__(cls, message: str, kind: str) -> FileError:
        return super().__new__(cls, message)

    def __str__(self) -> str:
        return str(self.args[0])


class NotFoundError(FileError, FileNotFoundError):
    """A file that is not there."""


class SignalError(Error):
    """A recording that cannot be judged: too short, silent, without speech, or with samples that are no numbers."""
