"""Tables: many assessments at once, in the engine that holds them.

They need Polars and PyArrow: ``pip install maturitykit[tables]``.
"""

try:
    import polars as _polars  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "polars":
        raise
    from maturitykit.errors import install_hint

    raise ImportError(install_hint("polars", "tables"), name="polars") from error

from maturitykit.tables.links import translate
from maturitykit.tables.peers import distribution, peers
from maturitykit.tables.results import Results, score
from maturitykit.tables.stored import read_results

__all__ = ["Results", "distribution", "peers", "read_results", "score", "translate"]
