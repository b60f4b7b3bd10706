"""The two ways a command can go wrong, each with its exit code and one sentence."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PUBLISHED_WITH_REJECTED_FILES = 3


class OperatorError(Exception):
    """A mistake met with one sentence: what is wrong, where, and what to do."""

    exit_code = ExitCode.FAILED


class RunFailedError(OperatorError):
    """The run cannot go on, and nothing is published."""

    exit_code = ExitCode.FAILED


class UsageError(OperatorError):
    """A wrong path, date, setting, sources file or reference file."""

    exit_code = ExitCode.USAGE
