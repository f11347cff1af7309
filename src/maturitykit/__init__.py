"""Score organisations against maturity models, and carry results from one model to another.

Names are resolved when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

# Type checkers treat this name as true. Importing typing would take most of the time of importing this package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from maturitykit import (
        agreement as agreement,
        links as links,
        sssom as sssom,
        tables as tables,
        types as types,
    )
    from maturitykit.assessment.ratings import (
        NOT_APPLICABLE as NOT_APPLICABLE,
        UNKNOWN as UNKNOWN,
        Assessment as Assessment,
        Rating as Rating,
    )
    from maturitykit.comparison.movement import Comparison as Comparison, compare as compare
    from maturitykit.comparison.network import Network as Network
    from maturitykit.comparison.translation import Translation as Translation, translate as translate
    from maturitykit.definition.crosswalk import Crosswalk as Crosswalk, Link as Link, NotInferable as NotInferable
    from maturitykit.definition.dimension import Dimension as Dimension, Gate as Gate
    from maturitykit.definition.model import Model as Model
    from maturitykit.definition.scale import Scale as Scale, Stage as Stage
    from maturitykit.definition.scorer import Scorer as Scorer
    from maturitykit.errors import (
        AssessmentError as AssessmentError,
        ComparisonError as ComparisonError,
        FileError as FileError,
        Finding as Finding,
        MaturityError as MaturityError,
        ModelError as ModelError,
        PluginError as PluginError,
        ScoringError as ScoringError,
    )
    from maturitykit.files.assessment import read as read, read_all as read_all
    from maturitykit.files.collect import collect as collect
    from maturitykit.files.crosswalk import read_crosswalk as read_crosswalk
    from maturitykit.files.model import read_model as read_model
    from maturitykit.files.write import write as write
    from maturitykit.form import write_form as write_form
    from maturitykit.registry import crosswalks as crosswalks, models as models, scorers as scorers
    from maturitykit.scoring.result import Result as Result
    from maturitykit.scoring.roadmap import roadmap as roadmap
    from maturitykit.scoring.score import score as score
    from maturitykit.scoring.scores import Score as Score, Span as Span
    from maturitykit.scoring.stored import read_result as read_result
    from maturitykit.scoring.what_if import what_if as what_if

#: Public names, by the module that each is imported from when it is first used.
_NAMES_BY_MODULE = {
    "assessment.ratings": ("NOT_APPLICABLE", "UNKNOWN", "Assessment", "Rating"),
    "comparison.movement": ("Comparison", "compare"),
    "comparison.network": ("Network",),
    "comparison.translation": ("Translation", "translate"),
    "definition.crosswalk": ("Crosswalk", "Link", "NotInferable"),
    "definition.dimension": ("Dimension", "Gate"),
    "definition.model": ("Model",),
    "definition.scale": ("Scale", "Stage"),
    "definition.scorer": ("Scorer",),
    "errors": (
        "AssessmentError",
        "ComparisonError",
        "FileError",
        "Finding",
        "MaturityError",
        "ModelError",
        "PluginError",
        "ScoringError",
    ),
    "files.assessment": ("read", "read_all"),
    "files.collect": ("collect",),
    "files.crosswalk": ("read_crosswalk",),
    "files.model": ("read_model",),
    "files.write": ("write",),
    "form": ("write_form",),
    "registry": ("crosswalks", "models", "scorers"),
    "scoring.result": ("Result",),
    "scoring.roadmap": ("roadmap",),
    "scoring.score": ("score",),
    "scoring.scores": ("Score", "Span"),
    "scoring.what_if": ("what_if",),
    "scoring.stored": ("read_result",),
}
#: Modules that are imported when they are first used, as the names are.
_MODULES = ("agreement", "links", "sssom", "tables", "types")
_MODULE_OF = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

#: Deprecated names, each with its replacement and the version that removes it.
_RENAMED: dict[str, tuple[str, str]] = {}

__version__: str
__all__ = ["model", *_MODULE_OF]  # noqa: PLE0604


def model(id: str) -> Model:
    """Return the installed model of this name: its id, or ``id@version`` for a certain version of it.

    Raises:
        PluginError: If there is none, or more than one, or it is broken.
    """
    from maturitykit.registry import models

    return models.load(id)


if not TYPE_CHECKING:
    # Hidden from type checkers, which would otherwise accept any name.
    def __getattr__(name):
        from importlib import import_module

        if name in _RENAMED:
            from warnings import warn

            new, version = _RENAMED[name]
            text = f"maturitykit.{name} is now maturitykit.{new}; the old name goes in version {version}"
            warn(text, DeprecationWarning, stacklevel=2)
            return globals().get(new) or __getattr__(new)
        if name == "__version__":
            from maturitykit.registry import version

            return version()
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
