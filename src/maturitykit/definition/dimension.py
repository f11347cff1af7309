"""Dimensions: the tree of what is judged, with the texts that go with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import Factory, field, frozen

from maturitykit.definition.fields import LABEL, SENTENCE, TupleOf, held_to_types, with_texts
from maturitykit.definition.scale import Scale
from maturitykit.definition.scorer import Scorer
from maturitykit.errors import Finding, ModelError, quoted


@frozen(field_transformer=held_to_types(ModelError))
class Guidance:
    """What to do *while at* each stage, on one topic.

    Args:
        id: Unique on its model or dimension.
        name: The topic ("What to develop?").
        texts: A text by the id of a stage, of the outcome's or the dimension's scale.
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
        text: What the source says, or what is said on it.
    """

    id: str
    kind: str
    text: str = field(metadata=SENTENCE)


@frozen(field_transformer=held_to_types(ModelError))
class Gate:
    """A stage of the parent requires a child to be at some stage of the child's own scale.

    Args:
        stage: Id of the parent's stage. Where any has a gate, each that stands directly above
            exactly one other has one.
        dimension: Id of the child.
        minimum: Id of the lowest stage of the child that will do.
    """

    stage: str
    dimension: str
    minimum: str


#: Beyond this, either part of a weight is a mistake, and its products are more than a float holds.
_LARGEST = 10**24
_LONG_EXPONENT = re.compile(r"e[+-]?[0-9_]{4}", re.IGNORECASE)


def exact_weight(weight: int | float | str | Fraction) -> Fraction:
    """A weight as a fraction, so that sums of weights do not depend on their order."""
    if isinstance(weight, Fraction):
        return weight
    problem = "is too large or too exact"
    try:
        # By way of its decimal text, a float means what its author wrote: 0.1 is a tenth.
        text = str(weight)
        # A power of ten with a long exponent is not to be worked out.
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
    """A node in the tree of what is judged: a leaf is rated, any other node is scored.

    Args:
        id: Unique in its model.
        name: The label as published.
        summary: What is judged.
        question: What a respondent is asked.
        tags: Ids of tags that the model declares ("long-term").
        weight: Its weight among its siblings, above zero.
        scale: What it is rated or scored on. A node with children may have none: then they
            are not combined.
        scorer: The id of its own rule, or the rule; by default the one that the model
            offers first or that the caller chooses.
        gates: Requirements of its stages on its children, for rules that read them.
        descriptors: What the dimension looks like at each stage, by the stage's id.
        guidance: What to do at each stage.
        notes: Other texts of the source, or on it.
        children: The dimensions that it is made of.
    """

    id: str
    name: str = field(default=Factory(lambda self: self.id, takes_self=True), metadata=LABEL)
    summary: str = field(default="", metadata=SENTENCE)
    question: str = field(default="", metadata=SENTENCE)
    tags: tuple[str, ...] = field(default=(), converter=TupleOf[str])
    weight: Fraction = field(default=Fraction(1), converter=exact_weight)
    scale: Scale | None = field(default=None, metadata=with_texts(at="scales"))
    scorer: str | Scorer | None = None
    gates: tuple[Gate, ...] = field(default=(), converter=TupleOf[Gate])
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
        """Whether it is rated, not scored from children."""
        return not self.children

    def walk(self) -> Iterator[Dimension]:
        """This dimension and all below it, each before its children."""
        # Without recursion: a file may nest deeper than Python's stack.
        waiting = [self]
        while waiting:
            dimension = waiting.pop()
            yield dimension
            waiting.extend(reversed(dimension.children))
