"""What is answered to mistakes made in Python: each error whole, with the codes of its findings."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import maturitykit as mk
from maturitykit.comparison.check import check_cells, check_crosswalk
from maturitykit.comparison.contradictions import contradictions
from toys import DIAMOND, GRADE, SHARE, flat, group

DAYS = mk.Scale("days", [mk.Stage("slow", value=9), mk.Stage("fast", value=1)])


def leaf(id: str, scale: mk.Scale = GRADE, weight: str = "1") -> mk.Dimension:
    return mk.Dimension(id, scale=scale, weight=weight)


def model(*dimensions: mk.Dimension, id: str = "toy", rule: str = "median", **others: Any) -> mk.Model:
    return flat(id, dimensions, rule, scale=GRADE, version="1.0", **others)


TOY = model(leaf("people"), group("work", ["plans", "tools"], GRADE))
PROFILE = flat("profile", ["goal"], "profile", scale=SHARE, outcome=None)
OTHER = flat("other", ["reach", "depth"], scale=SHARE, version="2")


def link(source: str = "people", target: str = "reach", **others: Any) -> mk.Link:
    made = mk.Link(
        source, target, "intersects", "1/2",
        {"basic": ("no", "no", "partly"), "good": ("no", "partly", "fully"), "best": ("partly", "fully", "fully")},
        "Both ask.", [("good", "partly"), ("best", "fully")],
    )  # fmt: skip
    return evolve(made, **others)


def crosswalk(*links: mk.Link, gaps: Sequence[tuple[str, str]] = (), **others: Any) -> mk.Crosswalk:
    listed = [mk.NotInferable(of, id, "Nobody asks.") for of, id in gaps]
    made = mk.Crosswalk("toy", "other", links, version="1", not_inferable=listed, caveat="Little is linked.")
    return evolve(made, **others)


GAPS = (("toy", "work"), ("other", "depth"))
RIGHT = crosswalk(link(), gaps=GAPS)


class Backwards(mk.Scorer):
    """A rule by which a better answer lowers a score."""

    id = "backwards"
    ordinal = True

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule:
        return lambda positions: 2 - min(positions)


def scored(*ratings: mk.Rating, **about: str) -> mk.Result:
    return mk.score(TOY, mk.Assessment("toy", ratings, **about))  # type: ignore[arg-type]


def checked(*links: mk.Link, gaps: Sequence[tuple[str, str]] = GAPS) -> None:
    """What is wrong with a crosswalk, as an error."""
    made = crosswalk(*links, gaps=gaps)
    findings = check_crosswalk(made, TOY, OTHER) or check_cells(made, TOY, OTHER)
    raise mk.ComparisonError("checked", findings)


def contradicted(*crosswalks: mk.Crosswalk, models: Sequence[mk.Model] = (TOY, OTHER)) -> None:
    raise mk.ComparisonError("contradicted", contradictions(crosswalks[0], mk.Network(crosswalks, models)))


#: What somebody does, and what is answered.
MISTAKES: dict[str, Callable[[], object]] = {
    # Scales.
    "no stages": lambda: mk.Scale("s", []),
    "one stage": lambda: mk.Scale("s", [mk.Stage("a")]),
    "too many stages": lambda: mk.Scale("s", [mk.Stage(f"a{i}") for i in range(1_201)]),
    "bad ids of stages": lambda: mk.Scale(
        "a b", [mk.Stage("a"), mk.Stage("a"), mk.Stage("unknown"), mk.Stage("not_applicable")]),
    "above what comes later": lambda: mk.Scale("s", [mk.Stage("a"), mk.Stage("b", above=["c"]), mk.Stage("c")]),
    "above what is nearly a stage": lambda: mk.Scale(
        "s", [mk.Stage("first"), mk.Stage("good", above=["first"]), mk.Stage("best", above=["goood"])]),
    "no single meet and join": lambda: mk.Scale(
        "s", [mk.Stage("a"), mk.Stage("b", above=["a"]), mk.Stage("c", above=["a"]),
              mk.Stage("d", above=["b", "c"]), mk.Stage("e", above=["b", "c"])]),
    "some values": lambda: mk.Scale("s", [mk.Stage("a", value=0.0), mk.Stage("b")]),
    "values that fall": lambda: mk.Scale("s", [mk.Stage("a", value=0.5), mk.Stage("b", value=0.5)]),
    "values beyond the ends": lambda: mk.Scale(
        "s", [mk.Stage("a", value=0.5), mk.Stage("b", value=1.0)], highest=0.8),
    "a lowest band": lambda: mk.Scale("s", [mk.Stage("a", more_than=0.1), mk.Stage("b", more_than=0.2)]),
    "a band above 1": lambda: mk.Scale("s", [mk.Stage("a"), mk.Stage("b", more_than=20.0)]),
    "a value outside its band": lambda: mk.Scale(
        "s", [mk.Stage("a"), mk.Stage("b", at_least=0.2), mk.Stage("c", at_least=0.4)]),
    "bands that rise and fall": lambda: mk.Scale(
        "s", [mk.Stage("a"), mk.Stage("b", at_least=0.2), mk.Stage("c", at_most=0.4)]),
    "two bands": lambda: mk.Scale("s", [mk.Stage("a"), mk.Stage("b", at_least=0.2, more_than=0.4)]),
    "bands of a unit without ends": lambda: mk.Scale("s", [mk.Stage("a"), mk.Stage("b", at_most=7)], unit="days"),
    "ends the wrong way round": lambda: mk.Scale("s", [mk.Stage("a"), mk.Stage("b")], lowest=5, highest=1),
    "an infinite end": lambda: mk.Scale("s", [mk.Stage("a"), mk.Stage("b")], highest=float("inf")),
    "a band below 0": lambda: mk.Scale("s", [mk.Stage("a"), mk.Stage("b", more_than=-0.1)]),
    "bands on a partial order": lambda: mk.Scale(
        "s", [mk.Stage("a"), mk.Stage("b", more_than=0.1, above=["a"]),
              mk.Stage("c", more_than=0.2, above=["b"])]),
    "values on a partial order": lambda: mk.Scale(
        "s", [mk.Stage("a", value=0.0), mk.Stage("b", value=1.0, above=["a"])]),
    # Rules that cannot serve.
    "a sum beyond its scale": lambda: mk.score(model(leaf("a"), leaf("b"), rule="sum"), {}),
    "a sum of numbers that fall": lambda: mk.score(model(leaf("a", DAYS), rule="sum"), {}),
    "a median of another scale": lambda: mk.score(model(leaf("a", SHARE)), {}),
    "a weakest of another scale": lambda: mk.score(model(leaf("a", SHARE), rule="weakest"), {}),
    "a mean of a partial order": lambda: mk.score(model(leaf("a"), rule="mean", outcome=DIAMOND), {}),
    "stages without gates": lambda: mk.score(model(leaf("a"), rule="staged"), {}),
    "a part without a score": lambda: mk.score(
        model(mk.Dimension("group", scale=GRADE, scorer="profile", children=[leaf("a")])), {}),
    "weights beyond numbers": lambda: mk.score(TOY, {}, weights={"people": Fraction(10**301)}),
    "a rule that falls": lambda: mk.score(TOY, {"people": "good"}, scorer=Backwards()),
    # Assessments.
    "another model": lambda: mk.score(TOY, mk.Assessment("toys", [])),
    "another version": lambda: mk.score(TOY, mk.Assessment("toy", [], version="2", location="acme.toml")),
    "another digest": lambda: mk.score(TOY, mk.Assessment("toy", [], digest="0123")),
    "ratings that do not fit": lambda: scored(
        mk.Rating("peple", "good"), mk.Rating("work", "good"), mk.Rating("outcome", "god"),
        mk.Rating("plans", 0.5), mk.Rating("tools", "best..basic", "Ann", location="line 9"),
        mk.Rating("tools", "good", "Ann"), mk.Rating("people", "good"), mk.Rating("people", "best")),
    "ratings in a file": lambda: mk.score(TOY, mk.Assessment("toy", [mk.Rating("x")], location="acme.csv")),
    "an outcome where there is none": lambda: mk.score(PROFILE, {"outcome": "no"}),
    "an outcome beside its parts": lambda: mk.score(
        TOY, {"outcome": "good", "people": "good", "plans": "good", "tools": "not_applicable"}),
    "shares out of range": lambda: mk.score(OTHER, {"reach": 1.01, "depth": "-0.1"}),
    "ratings under other names": lambda: mk.score(TOY, {"people": mk.Rating("plans", "good")}),
    "weights that are none": lambda: mk.score(TOY, {}, weights={"x": 1, "people": 0, "plans": "a", "outcome": 2}),
    "targets that are none": lambda: mk.score(PROFILE, {}, targets={"x": "no", "goal": "ful", "outcome": "no"}),
    "another consensus": lambda: mk.score(TOY, {}, consensus="mode", targets={"people": "good"}),  # type: ignore[arg-type]
    "no such dimension": lambda: mk.score(TOY, {})["peeple"],
    "a frame of another engine": lambda: mk.score(TOY, {}).to_frame("panda"),
    # What if, and the road there.
    "what if of a translation": lambda: mk.what_if(
        mk.translate(scored(), OTHER, crosswalks=[RIGHT], models=[TOY, OTHER]), {"reach": "no"}),
    "what if of no stage": lambda: mk.what_if(scored(), {"people": "bst"}),
    "a road to nowhere": lambda: mk.roadmap(mk.score(TOY, {}), "bets"),
    "a road in a profile": lambda: mk.roadmap(mk.score(PROFILE, {}), "no"),
    # Crosswalks.
    "links that do not fit": lambda: checked(
        link(), link(), link("peple"), link(target="goal"), link("outcome", strength="2"), gaps=()),
    "stages that do not fit": lambda: checked(
        link(stages={"basic": ("no", "no", "no"), "god": ("no", "no", "no"), "best": ("no", "part", "fully")})),
    "a stage that is left out": lambda: checked(
        link(stages={"basic": ("no", "no", "no"), "best": ("no", "partly", "fully")}, strength="0")),
    "a stage that is none": lambda: checked(
        link(stages=dict.fromkeys((*GRADE.ids, "god"), ("no", "no", "fully")))),
    "spans out of order": lambda: checked(link(stages={
        "basic": ("partly", "no", "no"), "good": ("no", "fully", "partly"), "best": ("no", "no", "fully")})),
    "cells that do not fit": lambda: checked(link(cells=[("basic", "no"), ("basic", "no"), ("basic", "goal")]),
                                             link("plans", cells=[("x", "no"), ("x", "no")])),
    "a single cell": lambda: checked(link(cells=[("basic", "no")])),
    "gaps that do not fit": lambda: checked(
        link(), gaps=[("toys", "work"), ("toy", "wrk"), ("other", "reach"), ("toy", "work"), ("other", "depth")]),
    "a gap without a reason": lambda: contradicted(evolve(RIGHT, not_inferable=[
        mk.NotInferable("toy", "work", ""), mk.NotInferable("other", "depth", "Why.")])),
    "of other versions": lambda: mk.Network(
        [evolve(RIGHT, links=[link("x")], source_version="1.1", target_version="2")], [TOY, OTHER]
    ).along(["toy", "other"]),
    "reversing what was composed": lambda: mk.links.reverse(crosswalk(link(steps=[link()])), TOY, OTHER),
    "composing what does not meet": lambda: mk.links.compose(RIGHT, RIGHT),
    "no way to a model that is known": lambda: mk.Network(
        [RIGHT, evolve(RIGHT, source="c", target="d")]).path("c", "toy"),
    "no crosswalk on the way": lambda: mk.translate(
        scored(), OTHER, via="third", crosswalks=[RIGHT], models=[TOY, OTHER]),
    "a way to where one is": lambda: mk.translate(scored(), TOY, crosswalks=[RIGHT]),
    "a way to where one is, by its id": lambda: mk.translate(scored(), "toy", crosswalks=[RIGHT]),
    "a way to another version": lambda: mk.translate(scored(), evolve(TOY, version="2.0"), crosswalks=[RIGHT]),
    "comparing two models": lambda: mk.compare(scored(), mk.score(OTHER, {})),
    "comparing two rules": lambda: mk.compare(scored(), mk.score(TOY, {}, scorer="weakest")),
    "comparing two weights": lambda: mk.compare(scored(), mk.score(TOY, {}, weights={"people": 2})),
    # Contradictions.
    "a stage that nothing leads to": lambda: contradicted(crosswalk(
        link(stages=dict.fromkeys(GRADE.ids, ("no", "no", "partly"))), gaps=GAPS, target_version="3")),
    "an outcome that the parts exclude": lambda: contradicted(crosswalk(
        link(stages=dict.fromkeys(GRADE.ids, ("no", "no", "no"))), link("outcome", "outcome", stages={
            "basic": ("no", "no", "fully"), "good": ("no", "no", "fully"), "best": ("partly", "fully", "fully")}),
        gaps=GAPS)),
    "what follows otherwise": lambda: contradicted(
        RIGHT,
        evolve(crosswalk(link(target="people", stages={id: (id, id, id) for id in GRADE.ids},
                              cells=[("good", "good"), ("best", "best")]),
                         gaps=[("toy", "work"), ("third", "work")]), target="third"),
        evolve(crosswalk(link(stages={"basic": ("fully",) * 3, "good": ("fully",) * 3, "best": ("fully",) * 3}),
                         gaps=[("third", "work"), ("other", "depth")]), source="third"),
        models=(TOY, OTHER, evolve(TOY, id="third"))),
}  # fmt: skip


def told(mistake: Callable[[], object]) -> str:
    """The error, and the codes of its findings that have one."""
    with pytest.raises((mk.MaturityError, KeyError)) as caught:
        mistake()
    error = caught.value
    codes = [finding.code or "-" for finding in error.findings] if isinstance(error, mk.MaturityError) else []
    return f"{error}\n  [{' '.join(codes)}]"


WORDS = """\
== no stages
scale "s" cannot be used
  scales.s: has no stages; expected two or more
  [MK104]
== one stage
scale "s" cannot be used
  scales.s: has 1 stage; expected two or more
  [MK104]
== too many stages
scale "s" cannot be used
  scales.s: has 1,201 stages; expected 200 or fewer
  [MK104]
== bad ids of stages
scale "a b" cannot be used
  scales.a b: "a b" is not an id; expected a letter, then letters, digits, _ or single - (100 at most)
  scales.a b[1]: the id "a" stands twice; expected each id once
  scales.a b[2]: "unknown" has a meaning of its own; expected another id
  scales.a b[3]: "not_applicable" has a meaning of its own; expected another id
  [MK102 MK102 MK102 MK102]
== above what comes later
scale "s" cannot be used
  scales.s.b.above: "c" is not below it; expected "a", listed before it
  scales.s.c: stands above nothing; expected a single lowest stage, the first
  [MK104 MK104]
== above what is nearly a stage
scale "s" cannot be used
  scales.s.best.above: "goood" is not below it; expected "good", perhaps (one of first, good), listed before it
  [MK104]
== no single meet and join
scale "s" cannot be used
  scales.s: b and c have no single lowest stage above both; expected a lattice
  scales.s: d and e have no single highest stage below both; expected a lattice
  scales.s: d and e have no single lowest stage above both; expected a lattice
  [MK104 MK104 MK104]
== some values
scale "s" cannot be used
  scales.s: some stages have a value and some have none; expected all or none
  [MK105]
== values that fall
scale "s" cannot be used
  scales.s: the values of the stages do not rise: [0.5, 0.5]; expected each above the one before
  [MK105]
== values beyond the ends
scale "s" cannot be used
  scales.s.b: the value of b, 1, is beyond the ends of the scale; expected a number from 0.5 to 0.8
  [MK105]
== a lowest band
scale "s" cannot be used
  scales.s.a.more_than: the lowest stage has a band of its own; expected none
  [MK105]
== a band above 1
scale "s" cannot be used
  scales.s.b: the band of b, 20, is beyond the ends of the scale; expected a number from 0 to 1, or a unit
  [MK105]
== a value outside its band
scale "s" cannot be used
  scales.s.b.value: the value of b, 0.5 (as steps are equal), is in the band of c; expected a value that is at least 0.2 and not at least 0.4
  [MK105]
== bands that rise and fall
scale "s" cannot be used
  scales.s: some bands rise and some fall; expected at_least or more_than throughout; or, where lower is better, at_most or less_than
  [MK105]
== two bands
scale "s" cannot be used
  scales.s.b: has both at_least and more_than; expected one of them
  [MK105]
== bands of a unit without ends
scale "s" cannot be used
  scales.s.lowest: numbers in days have no lowest one; expected the lowest number that anyone can have
  scales.s.highest: numbers in days have no highest one; expected the highest number that anyone can have
  [MK105 MK105]
== ends the wrong way round
scale "s" cannot be used
  scales.s: the lowest number, 5, is not below the highest, 1; expected a lower one
  [MK105]
== an infinite end
scale "s" cannot be used
  scales.s: a number is infinite, or not a number; expected a finite one
  [MK105]
== a band below 0
scale "s" cannot be used
  scales.s.b: the band of b, -0.1, is beyond the ends of the scale; expected a number from 0 to 1, or a unit
  [MK105]
== bands on a partial order
scale "s" cannot be used
  scales.s: a partial order has numbers; expected them on chains only
  [MK105]
== values on a partial order
scale "s" cannot be used
  scales.s: a partial order has numbers; expected them on chains only
  [MK105]
== a sum beyond its scale
model "toy" cannot be scored by sum
  outcome: a sum from 0 to 4 is possible, beyond the numbers 0 to 2 of outcome; expected another rule there
  [MK110]
== a sum of numbers that fall
model "toy" cannot be scored by sum
  outcome: lower numbers are better on the scale of a, but not on that of outcome; expected another rule there
  [MK110]
== a median of another scale
model "toy" cannot be scored by median
  outcome: a is not on the scale of outcome (level); expected another rule there
  [MK110]
== a weakest of another scale
model "toy" cannot be scored by weakest
  outcome: a is not on the scale of outcome (level); expected another rule there
  [MK110]
== a mean of a partial order
model "toy" cannot be scored by mean
  outcome: a mean needs chains, and outcome is on a partial order; expected another rule there
  [MK110]
== stages without gates
model "toy" cannot be scored by staged
  outcome: outcome has no gates; expected another rule there
  [MK110]
== a part without a score
model "toy" cannot be scored by median
  group: has no score that median could combine; expected a rule that gives it one
  [MK110]
== weights beyond numbers
model "toy" cannot be scored by median
  outcome: the weights of its parts are too large or too exact together; expected simpler ones
  [MK110]
== a rule that falls
model "toy" cannot be scored by backwards
  work: backwards puts the highest bound below the lowest; expected a rule by which a better answer never lowers a score
  [-]
== another model
this is no assessment of model "toy"
  model: is "toys"; expected "toy"
  [MK405]
== another version
acme.toml is no assessment of model "toy"
  version: is "2"; expected "1.0", the version of the model at hand
  [MK405]
== another digest
this is no assessment of model "toy"
  digest: is "0123": the form asked about other dimensions or stages; expected "9375675414cd", that of the model at hand
  [MK405]
== ratings that do not fit
the ratings do not fit model "toy"
  ratings[0], dimension: "peple" is not a dimension of toy; expected "people", perhaps (one of people, plans, tools)
  ratings[1], dimension: "work" is scored from its parts; expected ratings of plans, tools
  ratings[2], rating: "god" is not a stage of the scale "level"; expected "good", perhaps (one of basic, good, best), a range a..b, unknown, not_applicable or nothing
  ratings[3], rating: 0.5 is not a stage of the scale "level"; expected one of basic, good, best, a range a..b, unknown, not_applicable or nothing
  line 9, rating: the range "best..basic" does not rise; expected the lower stage first, as in "basic..best"
  ratings[5], dimension: "tools" is answered twice by "Ann" (see line 9); expected one answer
  ratings[7], dimension: "people" is answered twice (see ratings[6]); expected one answer
  [MK401 MK401 MK402 MK402 MK402 MK403 MK403]
== ratings in a file
the ratings in acme.csv do not fit model "toy"
  ratings[0], dimension: "x" is not a dimension of toy; expected one of people, plans, tools
  [MK401]
== an outcome where there is none
the ratings do not fit model "profile"
  'outcome', dimension: "outcome" is not a dimension of profile; expected "goal"
  [MK401]
== an outcome beside its parts
the ratings do not fit model "toy"
  outcome: is rated beside people, plans, tools; expected either the overall stage or the dimensions
  [MK404]
== shares out of range
the ratings do not fit model "other"
  'reach', rating: the number 1.01 is out of range; expected a share from 0 to 1, where 1 is 100 % and no code of a stage
  'depth', rating: the number -0.1 is out of range; expected a share from 0 to 1, where 1 is 100 % and no code of a stage
  [MK402 MK402]
== ratings under other names
the ratings stand under the wrong dimensions
  people: holds a rating of "plans"; expected a rating of that dimension itself
  [-]
== weights that are none
these weights cannot be used with "toy"
  weights: "x" is not a dimension; expected one of people, work, plans, tools
  weights.people: is 0; expected a number above zero
  weights.plans: "a" is not a number; expected a number above zero, or a text such as "1/3"
  weights: "outcome" is not a dimension; expected one of people, work, plans, tools
  [- - MK109 -]
== targets that are none
these targets cannot be used with "profile"
  targets: "x" has no stages; expected "goal"
  targets.goal: "ful" is not a stage of the scale "share"; expected "fully", perhaps (one of no, partly, fully)
  targets: "outcome" has no stages; expected "goal"
  [- - -]
== another consensus
cannot combine the ratings of the respondents
  consensus: "mode" is not known; expected one of median, mean, weakest, envelope
  [-]
== no such dimension
'"peeple" is not a dimension; expected "people", perhaps (one of outcome, people, work, plans, tools)'
  []
== a frame of another engine
a data frame cannot be made
  engine: "panda" is not known; expected "pandas", perhaps (one of pandas, polars)
  [-]
== what if of a translation
there is nothing to change
  it does not rest on ratings of its dimensions; expected a result that does, as that which a translation was derived from
  [-]
== what if of no stage
the ratings do not fit model "toy"
  'people', rating: "bst" is not a stage of the scale "level"; expected "best", perhaps (one of basic, good, best), a range a..b, unknown, not_applicable or nothing
  [MK402]
== a road to nowhere
there is no road to it
  to: "bets" is not a stage of the outcome; expected "best", perhaps (one of basic, good, best)
  [-]
== a road in a profile
there is no road to it
  to: "no" is not a stage of the outcome; expected none
  [-]
== links that do not fit
checked
  links.people--reach: stands twice; expected one link between two dimensions
  links.peple--reach.source: "peple" is no dimension of toy with stages; expected "people", perhaps (one of outcome, people, work, plans, tools)
  links.people--goal.target: "goal" is no dimension of other with stages; expected one of outcome, reach, depth
  links.outcome--reach.strength: is 2.0; expected a number above 0, up to 1
  not_inferable: plans of toy is neither linked nor listed; expected a link, or the reason why there is none
  not_inferable: tools of toy is neither linked nor listed; expected a link, or the reason why there is none
  not_inferable: depth of other is neither linked nor listed; expected a link, or the reason why there is none
  [MK301 MK301 MK301 MK301 MK306 MK306 MK306]
== stages that do not fit
checked
  links.people--reach.stages.good: is left out; expected every stage of the source
  links.people--reach.stages.god: is no stage of level; expected "good", perhaps (one of basic, good, best) or not_applicable
  links.people--reach.stages.best: "part" is no stage of share; expected "partly", perhaps (one of no, partly, fully)
  [MK302 MK302 MK302]
== a stage that is left out
checked
  links.people--reach.strength: is 0.0; expected a number above 0, up to 1
  links.people--reach.stages.good: is left out; expected every stage of the source
  [MK301 MK302]
== a stage that is none
checked
  links.people--reach.stages.god: is no stage of level; expected "good", perhaps (one of basic, good, best) or not_applicable
  [MK302]
== spans out of order
checked
  links.people--reach.stages.basic: partly no no does not rise; expected low, likely, high in their order
  links.people--reach.stages.good: no fully partly does not rise; expected low, likely, high in their order
  links.people--reach.stages.good: its low is not at or above that of basic; expected maps that never fall
  links.people--reach.stages.best: its likely is not at or above that of good; expected maps that never fall
  [MK303 MK303 MK304 MK304]
== cells that do not fit
checked
  links.people--reach.cells: "basic" and "goal" are no such stages; expected a stage of level and one of share
  links.people--reach.cells: names 0 pairs above the lowest stages; expected 2 or more, or no link: what is absent in both says little
  links.plans--reach.cells: "x" and "no" are no such stages; expected a stage of level and one of share
  links.plans--reach.cells: "x" and "no" are no such stages; expected a stage of level and one of share
  links.plans--reach.cells: names 0 pairs above the lowest stages; expected 2 or more, or no link: what is absent in both says little
  [MK305 MK305 MK305 MK305 MK305]
== a single cell
checked
  links.people--reach.cells: names 0 pairs above the lowest stages; expected 2 or more, or no link: what is absent in both says little
  [MK305]
== gaps that do not fit
checked
  not_inferable.work.model: is "toys"; expected "toy", perhaps (one of toy, other)
  not_inferable.wrk: is no dimension of toy; expected "work", perhaps (one of outcome, people, work, plans, tools)
  not_inferable.reach: is linked in other; expected either a link or a reason for none
  [MK306 MK306 MK306]
== a gap without a reason
contradicted
  not_inferable.work.reason: is empty; expected why nothing can be inferred
  [MK306]
== of other versions
the crosswalk toy--other cannot be used
  source_version: it was written for toy 1.1, not for 1.0; expected one for this version
  links.x--reach.source: "x" is no dimension of toy with stages; expected one of outcome, people, work, plans, tools
  [- MK301]
== reversing what was composed
the crosswalk cannot be reversed
  toy--other was composed; expected its parts: reverse its parts, and compose those
  [-]
== composing what does not meet
the crosswalks cannot be composed
  toy--other does not end where toy--other begins; expected two that meet in a model
  [-]
== no way to a model that is known
nothing can be carried over
  no way of 4 crosswalks or fewer leads from "c" to "toy"; expected a crosswalk between them
  [-]
== no crosswalk on the way
nothing can be carried over
  no crosswalk joins "toy" and "third"; expected "other"
  [-]
== a way to where one is
nothing has to be carried over
  to: "toy" is the model of the result; expected another model
  [-]
== a way to where one is, by its id
nothing has to be carried over
  to: "toy" is the model of the result; expected another model
  [-]
== a way to another version
nothing can be carried over
  to: equal ids of two versions need not mean the same; expected a crosswalk toy@1.0--toy@2.0
  [-]
== comparing two models
the results cannot be compared
  the results are of "toy" and "other"; expected one model; translate one of them first
  [-]
== comparing two rules
the results cannot be compared
  they were scored by other rules or weights: median and weakest; expected one rule and its weights
  [-]
== comparing two weights
the results cannot be compared
  they were scored by other rules or weights: median and median; expected one rule and its weights
  [-]
== a stage that nothing leads to
contradicted
  target_version: it was written for other 3, not for 2; expected one for this version
  links.people--reach: no stage of people is compatible with fully of reach; expected read backwards, a neighbour will stand in
  [MK310 MK309]
== an outcome that the parts exclude
contradicted
  links.outcome--outcome: at best, reached by people, plans, tools, the links of the dimensions exclude it; expected spans that meet
  links.people--reach: no stage of people is compatible with partly of reach; expected read backwards, a neighbour will stand in
  links.people--reach: no stage of people is compatible with fully of reach; expected read backwards, a neighbour will stand in
  [MK307 MK309 MK309]
== what follows otherwise
contradicted
  links.people--reach.stages.basic: excludes what follows through third: fully fully fully; expected spans that meet
  [MK308]
"""  # noqa: E501

#: The same by the name of the mistake.
EXPECTED = dict(part.rstrip("\n").split("\n", 1) for part in WORDS.removeprefix("== ").split("\n== "))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_answered_in_these_words(name: str) -> None:
    assert told(MISTAKES[name]) == EXPECTED[name]


MISSING: dict[str, tuple[str, Callable[[Path], object]]] = {
    "xlsxwriter": ("xlsx", lambda folder: mk.write(mk.Assessment("toy", []), folder / "x.xlsx")),
    "python-calamine": ("xlsx", lambda folder: mk.read(folder / "empty.xlsx")),
}


@pytest.mark.parametrize("package", MISSING)
def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra, act = MISSING[package]
    (tmp_path / "empty.xlsx").touch()
    monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
    with pytest.raises(mk.FileError) as raised:
        act(tmp_path)
    (finding,) = raised.value.findings
    assert finding.problem == f'this needs {package}: python -m pip install "maturitykit[{extra}]"'


def test_one_function_says_how_to_install_a_package() -> None:
    source = Path(mk.__file__).parent
    found = []
    for path in source.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        texts = (node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in docstrings)
        said = (text for text in texts if isinstance(text, str) and "pip install" in text)
        # A newer version of this package is another matter.
        found += [path.relative_to(source).as_posix() for text in said if "--upgrade maturitykit" not in text]
    assert found == ["errors.py"]
