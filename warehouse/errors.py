"""The ways a command can go wrong, each with its exit code and one sentence of the catalogue."""

from enum import IntEnum

from complaints.warehouse.messages import sentence_of


class ExitCode(IntEnum):
    """What a command ends with."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PUBLISHED_WITH_REJECTED_FILES = 3


class CataloguedError(Exception):
    """An error whose sentence is in messages.yml, under its code.

    Attributes:
        code: the code.
        places: what fills the sentence's places.
    """

    def __init__(self, code: str, /, **places: object) -> None:
        super().__init__(code)
        self.code, self.places = code, places

    def __str__(self) -> str:
        """Return the sentence."""
        return sentence_of(self.code, **self.places)


class OperatorError(CataloguedError):
    """A mistake met with one sentence: what is wrong, where, and what to do."""

    exit_code = ExitCode.FAILED


class RunFailedError(OperatorError):
    """The run cannot go on, and nothing is published."""

    exit_code = ExitCode.FAILED


class UsageError(OperatorError):
    """A wrong path, date, setting, sources file or reference file."""

    exit_code = ExitCode.USAGE
