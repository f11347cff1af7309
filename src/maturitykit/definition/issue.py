"""Issues: remarks that a result carries beside its numbers."""

from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["info", "warning"]


class Issue(NamedTuple):
    """A remark that readers of a result should know.

    Args:
        code: Stable identifier for programs.
        severity: ``warning`` if it limits what the result can be used for.
        where: Id of the dimension that it concerns.
        message: Sentence for people.
    """

    code: str
    severity: Severity
    where: str
    message: str
