"""Score organisations against maturity models, and carry results from one to another.

Names are resolved when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maturitykit.assessment.agreement import (
        average_deviation as average_deviation,
    )
    from maturitykit.assessment.agreement import (
        krippendorff_alpha as krippendorff_alpha,
    )
    from maturitykit.assessment.agreement import (
        ordinal_consensus as ordinal_consensus,
    )
    from maturitykit.assessment.agreement import (
        r_wg as r_wg,
    )
    from maturitykit.assessment.agreement import (
        weighted_kappa as weighted_kappa,
    )
    from maturitykit.assessment.ratings import (
        NOT_APPLICABLE as NOT_APPLICABLE,
    )
    from maturitykit.assessment.ratings import (
        UNKNOWN as UNKNOWN,
    )
    from maturitykit.assessment.ratings import (
        Assessment as Assessment,
    )
    from maturitykit.assessment.ratings import (
        Rating as Rating,
    )
    from maturitykit.definition.dimension import (
        Dimension as Dimension,
    )
    from maturitykit.definition.dimension import (
        Gate as Gate,
    )
    from maturitykit.definition.dimension import (
        Guidance as Guidance,
    )
    from maturitykit.definition.dimension import (
        Note as Note,
    )
    from maturitykit.definition.issue import Issue as Issue
    from maturitykit.definition.model import (
        Label as Label,
    )
    from maturitykit.definition.model import (
        Model as Model,
    )
    from maturitykit.definition.model import (
        Reading as Reading,
    )
    from maturitykit.definition.model import (
        Source as Source,
    )
    from maturitykit.definition.scale import (
        Scale as Scale,
    )
    from maturitykit.definition.scale import (
        Stage as Stage,
    )
    from maturitykit.definition.scorer import (
        Rule as Rule,
    )
    from maturitykit.definition.scorer import (
        Scorer as Scorer,
    )
    from maturitykit.definition.translation import ModelText as ModelText
    from maturitykit.errors import (
        AssessmentError as AssessmentError,
    )
    from maturitykit.errors import (
        FileError as FileError,
    )
    from maturitykit.errors import (
        Finding as Finding,
    )
    from maturitykit.errors import (
        MaturityError as MaturityError,
    )
    from maturitykit.errors import (
        ModelError as ModelError,
    )
    from maturitykit.errors import (
        PluginError as PluginError,
    )
    from maturitykit.errors import (
        ScoringError as ScoringError,
    )
    from maturitykit.files.assessment import (
        read as read,
    )
    from maturitykit.files.assessment import (
        read_all as read_all,
    )
    from maturitykit.files.model import read_model as read_model
    from maturitykit.registry import (
        Entry as Entry,
    )
    from maturitykit.registry import (
        models as models,
    )
    from maturitykit.registry import (
        scorers as scorers,
    )
    from maturitykit.scoring.result import (
        Disagreement as Disagreement,
    )
    from maturitykit.scoring.result import (
        Result as Result,
    )
    from maturitykit.scoring.result import (
        Score as Score,
    )
    from maturitykit.scoring.result import (
        Span as Span,
    )
    from maturitykit.scoring.roadmap import (
        Raise as Raise,
    )
    from maturitykit.scoring.roadmap import (
        Roadmap as Roadmap,
    )
    from maturitykit.scoring.roadmap import (
        roadmap as roadmap,
    )
    from maturitykit.scoring.score import score as score

_PLACES = {
    "assessment.agreement": (
        "average_deviation",
        "krippendorff_alpha",
        "ordinal_consensus",
        "r_wg",
        "weighted_kappa",
    ),
    "assessment.ratings": ("NOT_APPLICABLE", "UNKNOWN", "Assessment", "Rating"),
    "definition.dimension": ("Dimension", "Gate", "Guidance", "Note"),
    "definition.issue": ("Issue",),
    "definition.model": ("Label", "Model", "Reading", "Source"),
    "definition.scale": ("Scale", "Stage"),
    "definition.scorer": ("Rule", "Scorer"),
    "definition.translation": ("ModelText",),
    "errors": (
        "AssessmentError",
        "FileError",
        "Finding",
        "MaturityError",
        "ModelError",
        "PluginError",
        "ScoringError",
    ),
    "files.assessment": ("read", "read_all"),
    "files.model": ("read_model",),
    "registry": ("Entry", "models", "scorers"),
    "scoring.result": ("Disagreement", "Result", "Score", "Span"),
    "scoring.roadmap": ("Raise", "Roadmap", "roadmap"),
    "scoring.score": ("score",),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = ["model", *_PLACE_OF]  # noqa: PLE0604


def model(id: str) -> Model:
    """The installed model of this name.

    Raises:
        PluginError: If there is none, or more than one, or it is broken.
    """
    from maturitykit.registry import models

    return models.load(id)


def __getattr__(name: str) -> Any:
    if name not in _PLACE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_PLACE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
