"""Types of the parts of models and results, and of the arguments and results of functions."""

from maturitykit.assessment.ratings import Answer, NoStage
from maturitykit.comparison.derived import Contribution, DerivedScore, Use
from maturitykit.comparison.movement import Movement
from maturitykit.comparison.network import UsedCrosswalk
from maturitykit.comparison.translation import Route
from maturitykit.definition.crosswalk import Coding, StageSpan
from maturitykit.definition.dimension import Guidance, Note
from maturitykit.definition.issue import Issue, Severity
from maturitykit.definition.model import Label, Reading, Source
from maturitykit.definition.scale import Band, Position
from maturitykit.definition.scorer import Bounds, Parts, Rule
from maturitykit.files.collect import Collection
from maturitykit.files.result import (
    ComparisonEntry,
    CrosswalkName,
    Derived,
    Direction,
    DisagreementEntry,
    ImprovementEntry,
    Included,
    Inferable,
    IssueEntry,
    LinkUse,
    ModelName,
    MovementEntry,
    Numbers,
    OmissionEntry,
    Omitted,
    Origin,
    ResultEntry,
    RoadmapEntry,
    Scored,
    ScoreEntry,
    SparedEntry,
    Stages,
    TieEntry,
    WeightBoundsEntry,
    WhatHoldsEntry,
)
from maturitykit.files.text import Content, Readable
from maturitykit.files.write import SupportsToDict
from maturitykit.registry import Entry, Models, Registry
from maturitykit.rules.consensus import Consensus
from maturitykit.scoring.records import ScoreRow
from maturitykit.scoring.roadmap import Improvement, Roadmap, Spared
from maturitykit.scoring.robustness import Extremes, Omission, Robustness
from maturitykit.scoring.score import Weights
from maturitykit.scoring.scores import Disagreement, Reason
from maturitykit.scoring.weights import Tie, WeightBounds, Within

__all__ = [
    "Answer",
    "Band",
    "Bounds",
    "Coding",
    "Collection",
    "ComparisonEntry",
    "Consensus",
    "Content",
    "Contribution",
    "CrosswalkName",
    "Derived",
    "DerivedScore",
    "Direction",
    "Disagreement",
    "DisagreementEntry",
    "Entry",
    "Extremes",
    "Guidance",
    "Improvement",
    "ImprovementEntry",
    "Included",
    "Inferable",
    "Issue",
    "IssueEntry",
    "Label",
    "LinkUse",
    "ModelName",
    "Models",
    "Movement",
    "MovementEntry",
    "NoStage",
    "Note",
    "Numbers",
    "Omission",
    "OmissionEntry",
    "Omitted",
    "Origin",
    "Parts",
    "Position",
    "Readable",
    "Reading",
    "Reason",
    "Registry",
    "ResultEntry",
    "Roadmap",
    "RoadmapEntry",
    "Robustness",
    "Route",
    "Rule",
    "ScoreEntry",
    "ScoreRow",
    "Scored",
    "Severity",
    "Source",
    "Spared",
    "SparedEntry",
    "StageSpan",
    "Stages",
    "SupportsToDict",
    "Tie",
    "TieEntry",
    "Use",
    "UsedCrosswalk",
    "WeightBounds",
    "WeightBoundsEntry",
    "Weights",
    "WhatHoldsEntry",
    "Within",
]
