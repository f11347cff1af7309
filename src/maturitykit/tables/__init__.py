"""Tables: many assessments at once, in the engine that holds them.

It needs narwhals: ``pip install maturitykit[tables]``.
"""

try:
    import narwhals as _narwhals  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "narwhals":
        raise
    raise ImportError("tables need narwhals: pip install maturitykit[tables]", name="narwhals") from error

from maturitykit.tables.links import translate
from maturitykit.tables.peers import distribution, peers
from maturitykit.tables.results import Results, score

__all__ = ["Results", "distribution", "peers", "score", "translate"]
