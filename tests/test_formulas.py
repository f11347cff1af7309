"""Rules as formulas: on a single row they come to what scoring does, operation by operation and whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings, strategies as st
from maturitykit.definition.formula import Formula, Part, constant
from maturitykit.scoring.rollup import Cell, Given, held_within, open_cell, roll_up

import maturitykit as mk
from formulas import Row, value
from maturitykit.definition import formula as f
from maturitykit.scoring.plan import Columns, Node, Plan, plan_for
from maturitykit.testing import strategies as mks

LEVEL = mk.Scale("level", [mk.Stage("basic"), mk.Stage("good"), mk.Stage("best")])
SIDES = [mk.Stage(side, above=["none"]) for side in ("left", "right")]
DIAMOND = mk.Scale("diamond", [mk.Stage("none"), *SIDES, mk.Stage("both", above=["left", "right"])])


def said(condition: bool) -> Formula:
    """A condition that is only known in the row, so that nothing is left out beforehand."""
    return constant(condition)


def cell(columns: Columns, index: int) -> Cell:
    """What is known of a node, as columns."""
    exempt, likely = index in columns.not_applicable, columns.likely[index]
    low, high = (0 if exempt else end[index] for end in (columns.low, columns.high))
    return Cell(
        constant(low), constant(low if exempt or likely is None else likely), constant(high),
        said(not exempt and likely is not None), said(exempt), constant(columns.coverage[index]),
        passed_over=said(index in columns.passed_over), is_open_if_unknown=True,
    )  # fmt: skip


def fill(data: st.DataObject, plan: Plan) -> Columns:
    """Any answers, some inner nodes that are given, and some of which nothing can be told."""
    columns = plan.open()
    for node in plan.nodes:
        scale, at = node.dimension.scale, node.index
        if scale is None or (node.children and not (node.is_combined and data.draw(st.integers(0, 5)) == 0)):
            continue
        kind = data.draw(st.sampled_from(["rated", "rated", "open", "passed over", "not applicable"]))
        if kind in ("rated", "not applicable"):
            columns.given.add(at)
            columns.coverage[at] = 1.0
        if kind == "rated":
            span = data.draw(mks.spans(scale).filter(lambda span: span.likely is not None))
            for column, stage in zip((columns.low, columns.likely, columns.high), span, strict=True):
                column[at] = scale.positions[stage.id] if stage else None
        elif kind == "not applicable":
            columns.not_applicable.add(at)
        elif kind == "passed over" and not node.children:
            columns.passed_over.add(at)
    # Of an inner node nothing can be told where nothing can be of any part that applies.
    exempt = set(columns.not_applicable)
    for node in plan.inner:
        if node.index not in columns.given:
            parts = set(node.children) - exempt
            exempt |= set() if parts else {node.index}
            columns.passed_over |= {node.index} if parts and parts <= columns.passed_over else set()
    return columns


def is_open(columns: Columns, node: Node) -> bool:
    """Whether it is as at first: as a column that a table does not have."""
    return node.index not in columns.given | columns.not_applicable | columns.passed_over


class InOneForm(mk.Scorer):
    """A rule that knows single assessments only."""

    id = "in-one-form"
    ordinal = True

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.Rule | None:
        scale = parent.scale
        return None if scale is None else lambda positions: scale.meet(min(p, scale.top) for p in positions)


class Falling(InOneForm):
    """A rule by which better answers count less."""

    id = "falling"

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.Rule | None:
        return lambda positions: 2 - min(positions)


@given(st.data(), mks.models(depth=3), st.booleans())
@settings(max_examples=40)
def test_what_is_rolled_up_in_columns_is_what_is_scored(
    data: st.DataObject, model: mk.Model, has_formula: bool
) -> None:
    # A rule for the outcome that gives no formula is asked for each profile.
    plain = has_formula or model.outcome is None or not all(c.scale and c.scale.is_chain for c in model.dimensions)
    plan = plan_for(model, None if plain else InOneForm(), {})
    columns = fill(data, plan)
    leaves = {
        node.index: open_cell(node.dimension.scale)
        if node.dimension.scale and is_open(columns, node)
        else cell(columns, node.index)
        for node in plan.leaves.values()
    }
    given = {node.index: Given(cell(columns, node.index), said(True)) for node in plan.inner
             if node.index in columns.given}  # fmt: skip
    # Where something else is given in other rows, nothing changes in this one.
    elsewhere = {node.index: Given(open_cell(node.dimension.scale), said(False)) for node in plan.inner
                 if node.index not in given and node.dimension.scale}  # fmt: skip
    agrees(plan, columns, roll_up(Row(), plan, leaves, given | elsewhere))


def agrees(plan: Plan, columns: Columns, rolled_up: Mapping[int, Cell]) -> None:
    """That what was rolled up is what scoring makes of these columns."""
    found = {at: here.kept(Row()) for at, here in rolled_up.items()}
    passed_over = set(columns.passed_over)
    plan.evaluate(columns)
    for node in plan.nodes:
        at, here = node.index, found[node.index]
        assert value(here.exempt) is (at in columns.not_applicable), node.dimension.id
        assert value(here.coverage) == pytest.approx(columns.coverage[at]), node.dimension.id
        assert value(here.passed_over) is (at in passed_over), node.dimension.id
        if at in columns.not_applicable:
            continue
        assert bool(value(here.scored)) is (columns.low[at] is not None), node.dimension.id
        if columns.low[at] is None:
            continue
        ends = [columns.low[at], columns.high[at]]
        assert [value(here.low), value(here.high)] == pytest.approx(ends, abs=1e-9), node.dimension.id
        assert value(here.known) is (columns.likely[at] is not None), node.dimension.id
        if columns.likely[at] is not None:
            assert value(here.likely) == pytest.approx(columns.likely[at], abs=1e-9), node.dimension.id
        elif here.is_open_if_unknown:
            assert ends == [0, node.dimension.scale.top], node.dimension.id  # type: ignore[union-attr]


def sides(id: str) -> mk.Dimension:
    """A quadrant of two capabilities."""
    parts = [mk.Dimension(f"{id}-{side}", scale=LEVEL) for side in ("left", "right")]
    gates = [mk.Gate(side, f"{id}-{side}", "good") for side in ("left", "right")]
    return mk.Dimension(id, scale=DIAMOND, scorer="staged", children=parts, gates=gates)


def pair(id: str, scorer: str) -> mk.Dimension:
    return mk.Dimension(
        id, scale=LEVEL, scorer=scorer, children=[mk.Dimension(f"{id}{i}", scale=LEVEL) for i in "12"]
    )


#: Rules over rules, on stages, between them, and on situations that cannot be compared.
SMALL: dict[str, tuple[list[mk.Dimension], str, mk.Scale | None, list[mk.Gate]]] = {
    "a median of means": ([pair("a", "mean"), pair("b", "mean")], "median", LEVEL, []),
    "a mean of medians": ([pair("a", "median"), pair("b", "weakest")], "mean", LEVEL, []),
    "a median of situations": ([sides("a"), sides("b")], "median", DIAMOND, []),
    "a profile of a median": ([pair("a", "median"), pair("b", "profile")], "profile", None, []),
    "a ladder": (
        [mk.Dimension(id, scale=LEVEL) for id in "abc"], "staged",
        mk.Scale("steps", [mk.Stage(f"s{i}") for i in range(4)]),
        [mk.Gate(*gate) for gate in (
            ("s1", "a", "good"), ("s2", "b", "best"), ("s2", "a", "best"), ("s3", "c", "good"))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_all_answers_to_a_small_model_are_rolled_up_as_they_are_scored(name: str) -> None:
    dimensions, rule, outcome, gates = SMALL[name]
    model = mk.Model("small", "1", name, dimensions, [rule], outcome=outcome, gates=gates)
    plan = plan_for(model, None, {})
    leaves = list(plan.leaves.values())
    for answers in product((0, 1, 2, "open", "not applicable"), repeat=len(leaves)):
        columns = plan.open()
        for node, answer in zip(leaves, answers, strict=True):
            if answer == "not applicable":
                columns.not_applicable.add(node.index)
            elif answer != "open":
                columns.low[node.index] = columns.likely[node.index] = columns.high[node.index] = answer
            if answer != "open":
                columns.given.add(node.index)
                columns.coverage[node.index] = 1.0
        cells = {node.index: cell(columns, node.index) for node in leaves}
        agrees(plan, columns, roll_up(Row(), plan, cells, {}))


@given(mks.scales(), st.data())
def test_a_likely_position_is_held_within_its_bounds(scale: mk.Scale, data: st.DataObject) -> None:
    stages = st.integers(0, scale.top)
    low, likely, high = (data.draw(stages) for _ in range(3))
    assume(scale.at_least(high, low))
    held = value(held_within(scale, *map(constant, (low, likely, high))))
    assert held == scale.join([low, scale.meet([likely, high])])


@given(mks.scales(), st.data())
def test_positions_on_columns_are_those_of_the_scale(scale: mk.Scale, data: st.DataObject) -> None:
    stage = data.draw(st.integers(0, scale.top))
    for other in range(len(scale.stages)):
        assert value(f.at_least(scale, constant(stage), other)) == scale.at_least(stage, other)
    assert value(f.highest(scale, lambda other: said(scale.at_least(stage, other)))) == stage
    if not scale.is_chain:
        assert value(f.stage_index(scale, constant(stage), False)) == stage
        return
    position = data.draw(st.floats(0, scale.top))
    at = constant(position)
    assert value(f.stage_index(scale, at, False)) == scale.positions[scale.stage(position).id]
    assert value(f.stage_index(scale, constant(stage), True)) == stage
    assert value(f.value_of(scale, at, False)) == pytest.approx(scale.value(position), abs=1e-9)
    assert value(f.value_of(scale, constant(stage), True)) == pytest.approx(scale.value(stage), abs=1e-9)
    share = data.draw(st.floats(0, 1))
    assert value(f.position_of(scale, constant(share))) == pytest.approx(scale.of_value(share), abs=1e-9)


@pytest.mark.parametrize(("position", "stage"), [(0, 0), (0.9, 0), (1 - 1e-10, 1), (1, 1), (1.5, 1), (2, 2)])
def test_a_position_between_two_stages_is_at_the_lower_one(position: float, stage: int) -> None:
    at = constant(position)
    assert value(f.stage_index(LEVEL, at, is_whole=False)) == LEVEL.positions[LEVEL.stage(position).id] == stage
    part = Part(mk.Dimension("a", scale=LEVEL), 1, at, True, is_whole=False)
    held = [value(part.at_least(other)) for other in range(3)]
    assert (
        held == [LEVEL.at_least(position, other) for other in range(3)] == [other <= stage for other in range(3)]
    )


@pytest.mark.parametrize(
    ("position", "share"), [(0, 0), (0.5, 0.05), (1, 0.1), (1.25, 0.2), (2, 0.5), (2.8, 0.9), (3, 1)]
)
def test_stated_values_between_two_stages_are_in_proportion(position: float, share: float) -> None:
    stated = mk.Scale("stated", [mk.Stage(f"s{i}", value=v) for i, v in enumerate((0.0, 0.1, 0.5, 1.0))])
    assert value(f.value_of(stated, constant(position), False)) == pytest.approx(share)
    assert value(f.position_of(stated, constant(share))) == pytest.approx(position)
    if position == int(position):
        assert value(f.value_of(stated, constant(position), True)) == share
    equal = mk.Scale("equal", [mk.Stage(f"s{i}") for i in range(4)])
    assert value(f.value_of(equal, constant(position), False)) == pytest.approx(position / 3)
    assert value(f.position_of(equal, constant(share))) == pytest.approx(share * 3)


A, B = f.column("a"), f.column("b")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (A + 2, 9), (2 + A, 9), (A - 2, 5), (9 - A, 2), (A * 2, 14), (2 * A, 14), (A / 2, 3.5), (A // 2, 3),
        (A % 4, 3), (A >= 7, True), (A > 7, False), (A.equals(7), True), (A.is_null(), False),
        (f.nothing("real").is_null(), True), ((A > 1) & (B > 9), False), ((A > 1) | (B > 9), True),
        (~(A > 1), False), (~~(A > 1), True), (True & (A > 1), True), (False | (A > 1), True),
        (f.choose(A > 1, B > 1, B > 5), True), (f.choose(A > 9, B > 1, B > 5), False),
        (f.choose(A > 9, B > 5, B > 1), True), (f.choose(A > 1, B > 5, B > 1), False),
        (f.either(A > 1, A, B), 7), (f.either(A > 9, A, B), 3), (f.either(True, A, 1), 7),
        (f.either(False, A, 1), 1), (f.first([(A > 9, 1), (A > 5, 2), (A > 1, 3)], 4), 2),
        (f.first([(A > 9, 1)], 4), 4), (f.first([], 4), 4), (f.count([A > 1, True, False, B > 5]), 2),
        (f.weight_of([(1, A > 1), (5, B > 1), (7, B > 5)]), 6), (f.total([A, 0, B, 1]), 11), (f.total([]), 0),
        (f.least(A, B, 5), 3), (f.greatest(A, B, 5), 7), (f.least(A), 7), (f.greatest(2), 2),
        (f.bits_of(A, 0b101), 2), (f.look_up(f.column("text"), {"x": 1, "y": 2}, 8), 2),
        (f.look_up(f.column("text"), {"x": 1}, 8), 8), (f.look_up(f.nothing("text"), {"x": 1}, 8), 8),
        (f.look_up(f.nothing("text"), {"x": 1}, 8, 9), 9), (f.pick(B, [4, 5, 6, 7]), 7),
        (f.cast(A, "text"), "7"), (f.refuse(A > 9, "too much: ", A), 0), (f.refuse(False, "too much: ", A), 0),
    ],
)  # fmt: skip
def test_an_operation_comes_to_this(formula: Any, expected: object) -> None:
    assert value(formula, {"a": 7, "b": 3, "text": "y"}) == expected


def test_what_is_the_same_in_all_rows_is_left_out() -> None:
    assert f.all_of() is True and f.all_of(True, True) is True and f.all_of(A > 1, False) is False
    assert f.any_of() is False and f.any_of(False) is False and f.any_of(A > 1, True) is True
    assert f.all_of(True, A > 1) == (A > 1) and f.any_of(False, A > 1) == (A > 1)
    assert f.negate(True) is False and f.negate(~(A > 1)) == (A > 1)
    assert f.one(True) == 1 and f.at_least(LEVEL, A, 0) is True
    assert f.weight_of([(1, A > 1)]) == Formula("one", (A > 1,))
    assert f.at_least(LEVEL, A, 1, is_whole=True) == (A >= 1)
    assert f.either(True, A, B) == f.least(A) == f.greatest(A) == A and f.greatest(2) == constant(2)
    assert tuple(Formula(op, (2, A)) for op in "+-*") == (2 + A, 2 - A, 2 * A)
    assert f.total([A, 0, 3]) == A + 3 and value(f.rarely(constant(0), constant("x"), constant(5))) == 5


@given(st.integers(0, 255), st.integers(0, 255))
def test_bits_are_remainders_where_an_engine_has_none(number: int, mask: int) -> None:
    bits = f.bits_of(constant(number), mask)
    assert value(f.as_remainders(bits)) == value(bits) == bin(number & mask).count("1")


@given(st.integers(1, 12), st.data())
def test_a_majority_is_digits_where_an_engine_has_bits(top: int, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=6))
    positions = [data.draw(st.integers(0, top)) for _ in weights]
    whole = data.draw(st.integers(0, sum(weights)))
    pairs = list(zip(weights, positions, strict=True))
    reached = [s for s in range(top + 1) if sum(w for w, p in pairs if p >= s) * 2 > whole]
    weighted = [(weight, constant(at)) for weight, at in pairs]
    found = f.majority(top, weighted, constant(whole))
    assert value(f.as_digits(found)) == value(f.as_counts(found)) == max(reached, default=0)
    # Engines count with 64 bits.
    assert max(map(int, re.findall(r"\d+", repr(f.as_digits(found))))) < 2**63


def test_a_majority_with_more_digits_than_a_number_holds_is_counted() -> None:
    for weights, most in (([1], 20), ([1, 1], 15), ([3, 1], 12)):
        for top, is_counted in ((most, False), (most + 1, True)):
            found = f.majority(top, [(weight, A) for weight in weights], constant(sum(weights)))
            assert (f.as_digits(found) == f.as_counts(found)) is is_counted


@pytest.mark.parametrize(("whole", "expected"), [(6, 2), (5, 2), (4, 2), (3, 3), (0, 3)])
def test_a_majority_is_more_than_half_of_the_whole(whole: int, expected: int) -> None:
    # At or above the stages from 1 on is a weight of 6, 5 and 2.
    found = f.majority(3, [(2, constant(3)), (1, constant(1)), (3, constant(2))], constant(whole))
    assert value(f.as_digits(found)) == value(f.as_counts(found)) == expected


@pytest.mark.parametrize("text", ["x", "y", "z", None])
@pytest.mark.parametrize("missing", [None, 9, 8])
def test_looking_up_is_cases_where_an_engine_cannot(text: str | None, missing: int | None) -> None:
    found = f.look_up(f.column("text"), {"x": 1, "y": 2}, 8, missing)
    row = {"text": text}
    assert value(f.as_cases(found), row) == value(found, row) == {"x": 1, "y": 2, "z": 8, None: missing or 8}[text]


@pytest.mark.parametrize("values", [[0.5, None, 2.0], ["a", None, "c"], [None, "b", "c"]])
def test_picking_is_cases_where_an_engine_cannot(values: list[Any]) -> None:
    for place, expected in enumerate(values):
        picked = f.pick(constant(place), values)
        assert value(f.as_cases(picked)) == value(picked) == expected
    kind = "text" if isinstance(values[-1], str) else "real"
    assert f.nothing(kind) in f.as_cases(f.pick(A, values)).args or values[1] is not None


@pytest.mark.parametrize("scale", [LEVEL, DIAMOND], ids=["chain", "lattice"])
def test_a_rule_that_falls_is_refused_in_columns_too(scale: mk.Scale) -> None:
    model = mk.Model("toy", "1", "Toy", [mk.Dimension(id, scale=LEVEL) for id in "ab"], ["profile"], outcome=scale)
    plan = plan_for(model, Falling(), {})
    columns = plan.open()
    leaves = {node.index: cell(columns, node.index) for node in plan.leaves.values()}
    why = "falling puts the highest bound below the lowest; a better answer never lowers a score: outcome"
    with pytest.raises(ValueError, match=f"^{f.REFUSED}{why}$"):
        roll_up(Row(), plan, leaves, {})


def test_what_is_refused_says_why() -> None:
    with pytest.raises(ValueError, match=f"^{f.REFUSED}too much: 7$"):
        value(f.refuse(A > 1, "too much: ", A), {"a": 7})


def test_the_columns_of_a_formula_are_found_however_deep() -> None:
    deep = f.either(A > 1, f.look_up(f.column("text"), {"x": 1}, 2), f.least(B, 1))
    assert sorted(f.columns_of([deep, (A,), 5])) == ["a", "a", "b", "text"]
