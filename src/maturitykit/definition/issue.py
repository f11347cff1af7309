"""What a result has to say about itself, beside its numbers."""

from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["info", "warning"]


class Issue(NamedTuple):
    """Something a reader of a result should know.

    Args:
        code: Stable, for programs.
        severity: ``warning`` where it bears on what the result can be used for.
        where: Id of the dimension that it concerns.
        message: For people.
    """

    code: str
    severity: Severity
    where: str
    message: str
