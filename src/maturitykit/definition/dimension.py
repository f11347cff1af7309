"""Dimensions: the tree of the parts that a model judges, with their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property

from attrs import Factory, evolve, field, frozen

from maturitykit.definition.fields import LABEL, SENTENCE, TupleOf, held_to_types, with_texts
from maturitykit.definition.scale import Scale
from maturitykit.definition.scorer import Scorer
from maturitykit.errors import Finding, ModelError, quoted


@frozen(field_transformer=held_to_types(ModelError))
class Guidance:
    """Advice on what to do *while at* each stage, on one topic.

    Args:
        id: Unique on its model or dimension.
        name: The topic ("What to develop?").
        texts: Texts by the id of a stage on the scale of the outcome or the dimension.
    """

    id: str
    name: str = field(default=Factory(lambda self: self.id, takes_self=True), metadata=LABEL)
    texts: Mapping[str, str] = field(factory=dict, hash=False, metadata=SENTENCE)


@frozen(field_transformer=held_to_types(ModelError))
class Note:
    """A text of a kind that the model declares, such as "precondition" or "missing".

    Args:
        id: Unique on its model or dimension.
        kind: Id of the kind.
        text: A text of the source, or a remark on the source.
    """

    id: str
    kind: str
    text: str = field(metadata=SENTENCE)


@frozen(field_transformer=held_to_types(ModelError))
class Gate:
    """A condition for a stage of the parent: the lowest stage that a child must be at.

    Args:
        stage: Id of the parent's stage. If any stage has a gate, each that is directly above
            exactly one other stage needs one.
        dimension: Id of the child.
        minimum: Id of the lowest stage, on the child's scale, that is enough.
    """

    stage: str
    dimension: str
    minimum: str


#: A larger numerator or denominator of a weight is a mistake, and its products would overflow a float.
_LARGEST = 10**24
_LONG_EXPONENT = re.compile(r"e[+-]?[0-9_]{4}", re.IGNORECASE)


def exact_weight(weight: int | float | str | Fraction) -> Fraction:
    """Return a weight as a fraction, so that sums of weights do not depend on their order."""
    if isinstance(weight, Fraction):
        return weight
    problem = "is too large or too exact"
    try:
        # The decimal text of a float gives the number that its author wrote: 0.1 is a tenth.
        text = str(weight)
        # Computing a power of ten with a long exponent would take too long.
        if len(text) < 100 and not _LONG_EXPONENT.search(text):
            exact = Fraction(text)
            if max(abs(exact.numerator), exact.denominator) < _LARGEST:
                return exact
    except (ValueError, ZeroDivisionError):
        problem = "is not a number"
    expected = 'a number above zero, or a text such as "1/3"'
    raise ModelError(
        "a weight cannot be used", [Finding("weight", f"{quoted(weight)} {problem}", expected, "MK109")]
    )


@frozen(field_transformer=held_to_types(ModelError))
class Dimension:
    """A node in the tree of what a model judges: a leaf is rated, any other node is scored.

    Args:
        id: Unique in its model.
        name: The label as published.
        summary: Description of what is judged.
        question: The question that respondents are asked.
        tags: Ids of tags that the model declares ("long-term").
        weight: Its weight among its siblings. With 0 it is asked and shown, but never scored.
        by_parts: Whether it weighs as much as its applicable leaves together, whatever its own weight.
        scale: The scale that it is rated or scored on. A node with children may have none: then
            they are not combined.
        scorer: Its rule, or the id of its rule; by default the one that the caller chooses, or
            the first that the model offers.
        gates: Requirements of its stages on its children, for rules that use gates.
        not_applicable: The stage that it has when it is not applicable: ``top`` or ``bottom``. By default it then
            takes no part.
        descriptors: Description of the dimension at each stage, by the stage's id.
        guidance: Advice on what to do at each stage.
        notes: Other texts of the source, or remarks on it.
        children: The dimensions that it consists of.
    """

    id: str
    name: str = field(default=Factory(lambda self: self.id, takes_self=True), metadata=LABEL)
    summary: str = field(default="", metadata=SENTENCE)
    question: str = field(default="", metadata=SENTENCE)
    tags: tuple[str, ...] = field(default=(), converter=TupleOf[str])
    weight: Fraction = field(default=Fraction(1), converter=exact_weight)
    by_parts: bool = False
    scale: Scale | None = field(default=None, metadata=with_texts(at="scales"))
    scorer: str | Scorer | None = None
    gates: tuple[Gate, ...] = field(default=(), converter=TupleOf[Gate])
    not_applicable: str = ""
    descriptors: Mapping[str, str] = field(factory=dict, hash=False, metadata=SENTENCE)
    guidance: tuple[Guidance, ...] = field(
        default=(), converter=TupleOf[Guidance], metadata=with_texts("By the id of a topic.")
    )
    notes: tuple[Note, ...] = field(
        default=(), converter=TupleOf[Note], metadata=with_texts("By the id of a note.")
    )
    children: tuple[Dimension, ...] = field(
        default=(), converter=TupleOf["Dimension"], metadata=with_texts(at="dimensions")
    )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    @property
    def is_leaf(self) -> bool:
        """True if it is rated rather than scored from children."""
        return not self.children

    @property
    def stage_of_absence(self) -> int | None:
        """The position that it has when it is not applicable; None if it then takes no part."""
        if not self.not_applicable or self.scale is None:
            return None
        return self.scale.top if self.not_applicable == "top" else 0

    @cached_property
    def scored(self) -> Dimension:
        """The dimension without the children that are never scored."""
        children = tuple(child for child in self.children if child.weight)
        return self if len(children) == len(self.children) else evolve(self, children=children)

    def scored_leaves(self) -> Iterator[Dimension]:
        """Yield the leaves that its score follows from; itself, if it is one."""
        if self.is_leaf:
            yield self
        for child in self.scored.children:
            yield from child.scored_leaves()

    def walk(self) -> Iterator[Dimension]:
        """Yield this dimension and all below it, each before its children."""
        return (dimension for dimension, _ in self._walk_with_depth())

    def _walk_with_depth(self) -> Iterator[tuple[Dimension, int]]:
        """Yield the same, each with its depth below this dimension."""
        # A loop rather than recursion, as a file may nest deeper than Python's stack.
        waiting = [(self, 0)]
        while waiting:
            dimension, depth = waiting.pop()
            yield dimension, depth
            waiting += [(child, depth + 1) for child in reversed(dimension.children)]
