"""Formulas: what they come to in each language, and that scoring by them is scoring by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, strategies as st

import maturitykit as mk
import oracle
import toys
from maturitykit.formula import Formula, Order, algebra as f, vector
from maturitykit.formula.algebra import column, each, stage_of
from maturitykit.formula.python import compiled
from maturitykit.formula.sharing import bind_shared
from maturitykit.formula.spelled import LARGEST_WHOLE, spelled_cases, spelled_fold, spelled_median
from maturitykit.rules.positions import position_of, shares_of
from maturitykit.scoring.plan import plan_for
from maturitykit.testing import strategies as mks
from toys import DIAMOND, GRADE, group, leaves, numbered

#: A row that formulas are about, and vectors.
ROW: Mapping[str, Any] = {"a": 7, "b": 3, "text": "y", "u": [1, 2, 4], "v": [3, 0, 5], "yes": [True, False, True]}
A, B, U, V, YES = column("a"), column("b"), each("u"), each("v"), each("yes")


def in_python(term: Any, row: Mapping[str, Any] = ROW) -> Any:
    """What a term comes to as Python."""
    return compiled(list(row), term)(*row.values())


def in_polars(term: Any, row: Mapping[str, Any] = ROW) -> Any:
    """What a term comes to as an expression; symbolic vectors are listed."""
    pl = pytest.importorskip("polars", reason="needs the extra tables")
    from maturitykit.tables.polars import expression

    columns = {name: value for name, value in row.items() if not isinstance(value, list)}
    if isinstance(term, bool):
        return term
    return pl.DataFrame(columns | {"~": 0}).select(expression(term).alias("value"))["value"].item()


# ---- operations


@pytest.mark.parametrize("value", [in_python, in_polars])
@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (A + 2, 9), (2 + A, 9), (A - 2, 5), (9 - A, 2), (A * 2, 14), (2 * A, 14), (A / 2, 3.5), (A // 2, 3),
        (A % 4, 3), (A >= 7, True), (A > 7, False), (A.equals(7), True), ((A > 1) & (B > 9), False),
        ((A > 1) | (B > 9), True), (~(A > 1), False), (~~(A > 1), True), (True & (A > 1), True),
        (False | (A > 1), True), (f.choose(A > 1, B > 1, B > 5), True), (f.choose(A > 9, B > 1, B > 5), False),
        (f.choose(A > 9, B > 5, B > 1), True), (f.choose(A > 1, B > 5, B > 1), False),
        (f.if_else(A > 1, A, B), 7), (f.if_else(A > 9, A, B), 3), (f.if_else(True, A, 1), 7),
        (f.if_else(False, A, 1), 1), (f.first([(A > 9, 1), (A > 5, 2), (A > 1, 3)], 4), 2),
        (f.first([(A > 9, 1)], 4), 4), (f.first([], 4), 4), (f.first([(False, 1), (True, 2), (A > 1, 3)], 4), 2),
        (f.count([A > 1, True, False, B > 5]), 2), (f.total([A, 0, B, 1]), 11), (f.total([]), 0),
        (f.least(A, B, 5), 3), (f.greatest(A, B, 5), 7), (f.least(A), 7), (f.greatest(2), 2),
        (f.gather(B, (4, 5, 6, 7)), 7), (f.floor(A / 2), 3),
        (f.count_reached(A, (1, 7, 9), True), 2), (f.count_reached(A, (1, 7, 9), False), 1),
        (f.meet(DIAMOND.order, vector((A - 6, A - 5))), 0), (f.join(DIAMOND.order, vector((A - 6, B - 1))), 3),
        (f.at_least(DIAMOND.order, B, 2), True), (f.at_least(DIAMOND.order, A - 6, 2), False),
        (f.at_least(GRADE.order, A / 7 - 1e-10, 1, False), True), (f.at_least(GRADE.order, A, 0), True),
    ],
)  # fmt: skip
def test_an_operation_comes_to_this(value: Any, term: Any, expected: object) -> None:
    assert value(term) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (f.total(U), 7), (f.real_total(U * 0.5), 3.5), (f.total(f.if_else(YES, U, 0)), 5), (f.least(U), 1),
        (f.greatest(U), 4), (f.every(YES), False), (f.some(YES), True), (f.every(f.negate(YES)), False),
        (f.total(U * V), 23), (f.total(f.as_int(YES)), 2), (f.element(V, 2), 5), (f.total(f.ones(3)), 3),
        (f.total(U * f.ones(3)), 7), (f.total(f.if_else(YES, f.ones(3), 0)), 2),
        (f.total(f.gather(U, vector(((0, 1), (0, 0, 2), (0, 0, 0, 0, 8))))), 11),
        (f.greatest(f.if_else(f.all_of(YES, U > 1), V, 0)), 5),
        (f.weighted_median(Order(9), U, vector((3, 0, 5)), 8), 4),
        (f.weighted_median(Order(9), U, vector((3, 1, 1)), 5), 1),
        (f.weighted_median(Order(9), U, f.ones(3), 3), 2),
        (f.weighted_median(Order(9), U * 0, vector((3, 0, 5)), 0), 0),
        (f.upper_median(Order(9), U, vector((1, 1, 2)), 4), 4), (f.upper_median(Order(9), U, f.ones(3), 3), 2),
    ],
)  # fmt: skip
def test_a_vector_comes_to_this_however_it_is_given(term: Any, expected: object) -> None:
    assert in_python(term) == expected
    # Listed, element by element, it comes to the same.
    listed = {name: vector(column(f"{name}{i}") for i in range(3)) for name in ("u", "v", "yes")}
    row = dict(ROW) | {f"{name}{i}": value for name in listed for i, value in enumerate(ROW[name])}
    assert in_python(replaced(term, listed), row) == expected
    assert in_polars(replaced(term, listed), row) == expected


#: How each operation is built again, of other operands.
_BUILD: Mapping[str, Any] = {
    "sum": f.total, "fsum": f.real_total, "every": f.every, "some": f.some, "least": f.least,
    "greatest": f.greatest, "if_else": f.if_else, "not": f.negate, "and": f.all_of, "as_int": f.as_int,
    "gather": f.gather, "element": f.element, "weighted_median": f.weighted_median,
    "*": lambda a, b: a * b, "-": lambda a, b: a - b, ">": lambda a, b: a > b, "constant": f.constant,
}  # fmt: skip


def replaced(term: Any, listed: Mapping[str, Formula]) -> Any:
    """A formula with listed vectors in place of the symbolic ones."""
    if not isinstance(term, Formula) or term.op == "vector":
        return term
    if term.op == "each":
        return listed[term.args[0]]
    if term.op == "ones":
        return vector([1] * term.args[0])
    return _BUILD[term.op](*(replaced(arg, listed) for arg in term.args))


def test_what_is_the_same_in_all_rows_is_left_out() -> None:
    assert f.all_of() is True and f.all_of(True, True) is True and f.all_of(A > 1, False) is False
    assert f.any_of() is False and f.any_of(False) is False and f.any_of(A > 1, True) is True
    (condition,) = {f.all_of(True, same := A > 1), f.any_of(False, same)}
    assert condition is same
    assert f.negate(True) is False and f.as_int(True) == 1
    assert f.total([1, A, 2]).args[1] == 3
    assert in_python(f.refuse(False, "too much: ", A)) == 0


@pytest.mark.parametrize("values", [(0.5, None, 2.0), ("a", None, "c"), (None, "b", "c")])
def test_gathering_is_cases_where_an_engine_cannot(values: tuple[Any, ...]) -> None:
    for place, expected in enumerate(values):
        row = {"a": place}
        assert (
            in_polars(f.gather(A, values), row) == in_polars(spelled_cases(f.gather(A, values)), row) == expected
        )


def test_constants_on_a_partial_order_stay_short() -> None:
    pytest.importorskip("polars", reason="needs the extra tables")
    from maturitykit.tables.polars import expression

    order = DIAMOND.order
    nested = f.join(order, vector((f.constant(1), f.constant(2))))
    for _ in range(6):
        nested = f.meet(order, vector((nested, f.constant(3))))
    assert in_polars(nested) == in_python(nested) == 3
    assert len(str(expression(nested))) < 5_000


def test_a_long_sum_is_not_nested() -> None:
    many = f.total([A, *(B for _ in range(100_000))])
    assert in_python(many) == 300_007
    assert in_python(f.all_of(*(A > 1 for _ in range(10_000)))) is True


def test_what_is_used_twice_is_worked_out_once() -> None:
    shared = A * B
    made: list[Formula] = []

    def let(formula: Formula) -> Formula:
        made.append(formula)
        return column(f"c{len(made)}")

    one, other, plain = bind_shared([shared + 1, f.least(shared, A), 5], let)
    assert [repr(formula) for formula in made] == [repr(shared)]
    assert (repr(one), repr(other), plain) == (repr(column("c1") + 1), repr(f.least(column("c1"), A)), 5)


def test_the_columns_of_a_formula_are_found_however_deep() -> None:
    deep = f.if_else(A > 1, f.look_up(column("text"), {"x": 1}, 2), f.least(B, 1))
    assert sorted(f.columns_of([deep, (A,), 5])) == ["a", "a", "b", "text"]


# ---- positions


@given(mks.scales(), st.data())
def test_positions_are_those_of_the_scale(scale: mk.Scale, data: st.DataObject) -> None:
    stage = data.draw(st.integers(0, scale.top))
    for other in range(len(scale.stages)):
        reached = oracle.is_at_least(scale, stage, other)
        assert (
            in_python(f.at_least(scale.order, A, other), {"a": stage}) == scale.at_least(stage, other) == reached
        )
    held = [oracle.is_at_least(scale, stage, other) for other in range(len(scale.stages))]
    assert in_python(f.highest(scale.order, held), {}) == stage
    if not scale.is_chain:
        assert in_python(stage_of(scale.order, A, False), {"a": stage}) == stage
        return
    position = data.draw(st.floats(scale.order.lowest, scale.order.highest))
    row = {"a": position}
    assert in_python(stage_of(scale.order, A, False), row) == scale.positions[scale.stage(position).id]
    (value,) = shares_of([scale], vector((A,)), False).args
    assert in_python(value, row) == pytest.approx(float(oracle.share_of(scale, position)), abs=1e-9)
    (value,) = shares_of([scale], vector((A,)), True).args
    assert in_python(value, {"a": stage}) == pytest.approx(float(oracle.share_of(scale, stage)), abs=1e-9)
    share = data.draw(st.floats(0, 1))
    expected = oracle.position_of(scale, share)
    assert in_python(position_of(scale, A), {"a": share}) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("position", "stage"), [(0, 0), (0.9, 0), (1 - 1e-10, 1), (1, 1), (1.5, 1), (2, 2)])
def test_a_position_between_two_stages_is_at_the_lower_one(position: float, stage: int) -> None:
    row = {"a": position}
    assert in_python(stage_of(GRADE.order, A, False), row) == GRADE.positions[GRADE.stage(position).id] == stage
    held = [in_python(f.at_least(GRADE.order, A, other, False), row) for other in range(3)]
    assert (
        held == [GRADE.at_least(position, other) for other in range(3)] == [other <= stage for other in range(3)]
    )


@pytest.mark.parametrize(
    ("position", "share"), [(0, 0), (0.5, 0.05), (1, 0.1), (1.25, 0.2), (2, 0.5), (2.8, 0.9), (3, 1)]
)
def test_stated_values_between_two_stages_are_in_proportion(position: float, share: float) -> None:
    stated = numbered("stated", 4, values=(0, 0.1, 0.5, 1))
    equal = numbered("equal", 4)
    for value in (in_python, in_polars):
        (counted,) = shares_of([stated], vector((A,)), False).args
        assert value(counted, {"a": position}) == pytest.approx(share)
        assert value(position_of(stated, A), {"a": share}) == pytest.approx(position)
        (counted,) = shares_of([equal], vector((A,)), False).args
        assert value(counted, {"a": position}) == pytest.approx(position / 3)
        assert value(position_of(equal, A), {"a": share}) == pytest.approx(share * 3)


# ---- a weighted median, spelled out


@st.composite
def weighted(draw: st.DrawFn, scale: mk.Scale, is_whole: bool = True) -> list[tuple[int, float]]:
    """Weights and positions."""
    stages = st.integers(0, scale.top)
    positions = stages if is_whole else st.one_of(stages, st.floats(0, scale.top, width=16))
    weights = st.sampled_from([1, 1, 2, 3, 10, 2**40])
    return draw(st.lists(st.tuples(weights, positions), min_size=1, max_size=5))


@given(mks.scales(), st.data(), st.booleans())
def test_a_weighted_median_is_as_defined_however_it_is_written(
    scale: mk.Scale, data: st.DataObject, is_whole: bool
) -> None:
    parts = data.draw(weighted(scale, is_whole or not scale.is_chain))
    expected = oracle.median(scale, [(Fraction(weight), position) for weight, position in parts])
    names = [f"p{i}" for i in range(len(parts))]
    row = dict(zip(names, (position for _, position in parts), strict=True))
    weights = [weight for weight, _ in parts]
    median = f.weighted_median(
        scale.order, vector(map(column, names)), vector(weights), sum(weights), is_whole or not scale.is_chain
    )
    assert in_python(median, row) == expected
    assert in_python(spelled_median(median, has_bits=False), row) == expected
    assert in_polars(median, row) == expected


@given(mks.lattices(), st.data())
def test_meet_and_join_of_many_are_as_defined(scale: mk.Scale, data: st.DataObject) -> None:
    stages = data.draw(st.lists(st.integers(0, scale.top), min_size=1, max_size=9))
    row = {f"p{i}": stage for i, stage in enumerate(stages)}
    terms = vector(map(column, row))
    for built, by_hand in ((f.meet, oracle.meet), (f.join, oracle.join)):
        found = built(scale.order, terms)
        assert in_python(found, row) == by_hand(scale, stages)
        if found.op == "fold":
            assert in_python(spelled_fold(found), row) == by_hand(scale, stages)


@given(mks.scales(), st.data())
def test_a_likely_position_is_held_within_its_bounds(scale: mk.Scale, data: st.DataObject) -> None:
    span = data.draw(mks.spans(scale).filter(lambda span: span.likely is not None))
    low, high = scale.positions[span.low.id], scale.positions[span.high.id]
    likely = data.draw(st.integers(0, scale.top))
    held = f.held_within(scale.order, A, B, column("c"))
    expected = oracle.join(scale, [low, oracle.meet(scale, [likely, high])])
    assert in_python(held, {"a": low, "b": likely, "c": high}) == expected


# ---- scoring by formulas is scoring by hand


def agrees(result: mk.Result, by_hand: Mapping[str, oracle.Found]) -> None:
    for id, found in by_hand.items():
        score = result[id]
        assert score.not_applicable is found.not_applicable, id
        assert score.coverage == pytest.approx(float(found.coverage)), id
        assert (score.position is None) == (found.span is None), id
        if score.position is not None and found.span is not None:
            assert score.position == pytest.approx(found.span, abs=1e-9), id


@given(st.data(), mks.models(depth=3), st.sampled_from(["median", "weakest", "envelope", "mean"]))
def test_any_assessment_is_scored_as_by_hand(data: st.DataObject, model: mk.Model, how: Any) -> None:
    assessment = data.draw(mks.assessments(model))
    agrees(mk.score(model, assessment, consensus=how), oracle.score(model, assessment.ratings, how))


@given(st.data(), mks.models(depth=3))
def test_the_answers_of_one_are_scored_as_by_hand(data: st.DataObject, model: mk.Model) -> None:
    """Complete or not, which takes the quick ways."""
    answers = {
        leaf.id: data.draw(
            st.sampled_from([*leaf.scale.ids, *leaf.scale.ids, None, mk.UNKNOWN, mk.NOT_APPLICABLE])
        )
        for leaf in model.leaves
        if leaf.scale
    }
    agrees(mk.score(model, answers), oracle.score(model, [mk.Rating(id, a) for id, a in answers.items()]))


def sides(id: str) -> mk.Dimension:
    """A quadrant of two capabilities."""
    parts = leaves([f"{id}-left", f"{id}-right"], GRADE)
    gates = [mk.Gate(side, f"{id}-{side}", "good") for side in ("left", "right")]
    return mk.Dimension(id, scale=DIAMOND, scorer="staged", children=parts, gates=gates)


def pair(id: str, scorer: str) -> mk.Dimension:
    return group(id, [f"{id}1", f"{id}2"], GRADE, scorer=scorer)


#: Rules over rules, on stages, between them, and on situations that cannot be compared.
SMALL: dict[str, tuple[list[mk.Dimension], str, mk.Scale | None, list[mk.Gate]]] = {
    "a median of means": ([pair("a", "mean"), pair("b", "mean")], "median", GRADE, []),
    "a mean of medians": ([pair("a", "median"), pair("b", "weakest")], "mean", GRADE, []),
    "a median of situations": ([sides("a"), sides("b")], "median", DIAMOND, []),
    "a profile of a median": ([pair("a", "median"), pair("b", "profile")], "profile", None, []),
    "a ladder": (
        leaves("abc", GRADE), "staged",
        numbered("steps", 4),
        [mk.Gate(*gate) for gate in (
            ("s1", "a", "good"), ("s2", "b", "best"), ("s2", "a", "best"), ("s3", "c", "good"))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_all_answers_to_a_small_model_are_scored_as_by_hand(name: str) -> None:
    dimensions, rule, outcome, gates = SMALL[name]
    model = mk.Model("small", "1", name, dimensions, [rule], outcome=outcome, gates=gates)
    for stages in product((0, 1, 2, None, mk.NOT_APPLICABLE), repeat=len(model.leaves)):
        answers = {
            leaf.id: leaf.scale.ids[stage] if isinstance(stage, int) and leaf.scale else stage
            for leaf, stage in zip(model.leaves, stages, strict=True)
        }
        agrees(mk.score(model, answers), oracle.score(model, [mk.Rating(id, a) for id, a in answers.items()]))


# ---- rules that are Python functions, and weights that are too large for columns


class Second(mk.Scorer):
    """The second highest position, by hand."""

    id = "second"
    ordinal = True

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule | None:
        return lambda positions: sorted(positions)[-2:][0]


class Falling(Second):
    """A rule by which better answers count less."""

    id = "falling"

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule | None:
        return lambda positions: 2 - min(positions)


def flat(scorer: str | mk.Scorer, *weights: int | Fraction) -> mk.Model:
    parts = [mk.Dimension(f"p{i}", scale=GRADE, weight=weight) for i, weight in enumerate(weights)]
    return toys.flat("flat", parts, scorer, scale=GRADE)


def test_a_rule_that_is_a_function_is_called_for_each_bound() -> None:
    model = flat(Second(), 1, 1, 1)
    position = mk.score(model, {"p0": "best", "p1": "good", "p2": "basic..best"}).outcome.position
    assert position == (1, 1, 2)
    assert mk.score(model, {"p0": "best", "p1": mk.NOT_APPLICABLE, "p2": "good"}).outcome.position == (1, 1, 1)


@pytest.mark.parametrize("answers", [{}, {"p0": "good"}])
def test_a_rule_that_falls_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(mk.ScoringError, match="falling puts the highest bound below the lowest"):
        mk.score(flat(Falling(), 1, 1), answers)


@pytest.mark.parametrize("scorer", ["median", "mean"])
def test_weights_of_any_size_compare_exactly(scorer: str) -> None:
    pl = pytest.importorskip("polars", reason="needs the extra tables")
    from maturitykit import tables

    half = LARGEST_WHOLE * 3
    for extra, expected in ((0, 0), (1, 2)):
        model = flat(scorer, half, half + extra)
        answers = {"p0": "basic", "p1": "best"}
        (row,) = tables.score(model, pl.DataFrame({"subject": ["a"], **answers})).frame.to_dicts()
        found = mk.score(model, answers).outcome
        assert found.position is not None
        if scorer == "median":
            assert found.position.likely == expected
        assert row["outcome__index_likely"] == pytest.approx(found.position.likely / 2)  # type: ignore[operator]


def test_other_weights_compile_nothing_again() -> None:
    model = mk.model("clearhead")
    plan = plan_for(model, None, {})
    other = plan_for(model, None, {"culture": Fraction(3)})
    assert other is not plan and other.nodes is plan.nodes
    assert other.weights != plan.weights


def test_a_dimension_may_have_very_many_parts() -> None:
    for scorer in ("weakest", "median", "mean"):
        model = flat(scorer, *[1] * 20_000)
        answers: dict[str, str | None] = dict.fromkeys((leaf.id for leaf in model.leaves), "good")
        assert mk.score(model, answers | {"p7": None}).outcome.stage is not None
