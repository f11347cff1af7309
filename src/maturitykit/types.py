"""The types of what models and results are made of, and of what functions take and return."""

from maturitykit.assessment.ratings import Answer
from maturitykit.comparison.derived import Contribution, DerivedScore, Use
from maturitykit.comparison.movement import Movement
from maturitykit.comparison.network import Route, UsedCrosswalk
from maturitykit.comparison.translation import Way
from maturitykit.definition.crosswalk import Coding, StageSpan
from maturitykit.definition.dimension import Guidance, Note
from maturitykit.definition.issue import Issue, Severity
from maturitykit.definition.model import Label, Reading, Source
from maturitykit.definition.scale import Position
from maturitykit.definition.scorer import Parts, Rule
from maturitykit.files.collect import Collection
from maturitykit.files.result import ComparisonEntry, Direction, Inferable, ResultEntry, ScoreEntry
from maturitykit.files.text import Content, Readable
from maturitykit.registry import Entry, Models, Registry
from maturitykit.rules.consensus import Consensus
from maturitykit.scoring.roadmap import Raise, Roadmap
from maturitykit.scoring.score import Weights
from maturitykit.scoring.scores import Disagreement

__all__ = [
    "Answer",
    "Coding",
    "Collection",
    "ComparisonEntry",
    "Consensus",
    "Content",
    "Contribution",
    "DerivedScore",
    "Direction",
    "Disagreement",
    "Entry",
    "Guidance",
    "Inferable",
    "Issue",
    "Label",
    "Models",
    "Movement",
    "Note",
    "Parts",
    "Position",
    "Raise",
    "Readable",
    "Reading",
    "Registry",
    "ResultEntry",
    "Roadmap",
    "Route",
    "Rule",
    "ScoreEntry",
    "Severity",
    "Source",
    "StageSpan",
    "Use",
    "UsedCrosswalk",
    "Way",
    "Weights",
]
