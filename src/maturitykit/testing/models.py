"""Checks of models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from random import Random

from attrs import frozen

from maturitykit.definition import Model, Scorer
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.translation import Text, TextWalk, check_translation
from maturitykit.errors import FileError, Finding, MaturityError, install_hint, one_of, quoted
from maturitykit.registry import model_of
from maturitykit.scoring.plan import plan_for
from maturitykit.scoring.weights import tie_shares
from maturitykit.testing import laws, texts
from maturitykit.testing.cases import Case, read_cases
from maturitykit.testing.laws import Law
from maturitykit.testing.report import Check, Report, Skipped, findings_of, run_checks
from maturitykit.testing.samples import parts

#: The most draws that each law is tried on for one model, and the most dimensions that are
#: scored for them; each part of a model counts its own dimensions.
DRAWS = 25
SCORED = 3_000
#: A model with more dimensions is not scored as a table; its smallest part is.
LARGE = 30

#: A larger share of answers by which a tie decides is a finding.
MOST_TIES = Fraction(1, 10)

#: The built-in rules that ignore gates.
UNGATED = frozenset(("weakest", "median", "mean", "profile"))

#: The laws by the last two digits of their codes, for models and scorers alike.
LAWS: dict[str, Law] = {
    "20": laws.in_order,
    "21": laws.monotone,
    "22": laws.exact,
    "23": laws.never_wider,
    "24": laws.ends,
    "25": laws.any_order,
    "26": laws.free_weights,
    "27": laws.order_alone,
}


@frozen(slots=False)
class ModelSubject:
    """A model with everything that its checks need.

    Args:
        model: The model itself, in its original language.
        given_cases: Golden cases; None for those in ``cases.toml`` beside it.
        against: The previous version.
        quick: Whether to leave out checks that take seconds.
    """

    model: Model
    given_cases: Sequence[Case] | None = None
    against: Model | None = None
    quick: bool = False

    @cached_property
    def parts(self) -> Sequence[Sequence[Model]]:
        """For each usable rule of the model, the model with this rule alone, and parts of that."""
        if not self.rules:
            raise Skipped("the rules of the model cannot be used")
        return [_limited(parts(self.model, scorer)) for scorer in self.rules]

    @cached_property
    def rules(self) -> Sequence[str | Scorer]:
        """The rules of the model that can be used."""
        unusable = {finding.where for finding in _rules(self)}
        return [scorer for i, scorer in enumerate(self.model.scorers) if f"scorers[{i}]" not in unusable]

    @cached_property
    def own_texts(self) -> Sequence[Text]:
        """Texts of the model, in its original language."""
        return TextWalk(self.model).texts

    @cached_property
    def translations(self) -> texts.Translations:
        """Translations of the model."""
        return texts.read_translations(self.model.translations)

    @cached_property
    def cases(self) -> Sequence[Case]:
        """Golden cases; empty if there are none."""
        if self.given_cases is not None:
            return self.given_cases
        file = Path(self.model.location).parent / "cases.toml"
        return read_cases(file) if self.model.location and file.is_file() else ()


def _limited(models: Iterable[Model]) -> list[Model]:
    """Return the first models, as many as can be scored once within the limit."""
    taken, left = [], SCORED
    for part in models:
        taken.append(part)
        left -= len(part.by_id)
        if left < 0:
            break
    return taken


def check_model(
    model: Model | str,
    *,
    cases: Sequence[Case] | None = None,
    against: Model | str | None = None,
    quick: bool = False,
) -> Report:
    """Run all checks of models.

    Args:
        model: A model, or the id of an installed one.
        cases: Its golden cases; by default those in ``cases.toml`` beside it.
        against: The previous version, whose ids have to stay.
        quick: Whether to leave out the check that takes seconds: tables (MK128).

    Raises:
        PluginError: If the model is not installed, or broken.
    """
    return run_checks(*model_subject(model, cases, against, quick))


def model_subject(
    model: Model | str, cases: Sequence[Case] | None, against: Model | str | None, quick: bool = False
) -> tuple[str, Sequence[Check[ModelSubject]], ModelSubject]:
    """Return the arguments of `run_checks` for a model."""
    one, old = model_of(model), model_of(against) if against else None
    subject = ModelSubject(one._original or one, cases, old, quick)
    return f"model {one.id} {one.version}", MODEL_CHECKS if old else MODEL_CHECKS[:-3], subject


def try_law(law: Law, tried: Sequence[Model], random: Random, draws: int = DRAWS) -> Iterator[Finding]:
    """Yield the finding of the first draw on which a law does not hold."""
    left = SCORED
    for number in range(draws):
        part = tried[number % len(tried)]
        left -= len(part.by_id)
        if left < 0 and number:
            return
        if finding := next(law(part, random), None):
            yield finding
            return


def try_tables(tried: Sequence[Model], random: Random) -> Iterator[Finding]:
    """Yield the findings of the law on tables, on one draw only, as engines plan slowly."""
    if missing := [name for name in ("polars", "pyarrow") if find_spec(name) is None]:
        raise Skipped(install_hint(" and ".join(missing), "tables"))
    whole, smallest = tried[0], min(tried, key=lambda part: len(part.by_id))
    return laws.tables_alike(whole if len(whole.by_id) <= LARGE else smallest, random)


def _law(digits: str, law: Law) -> Check[ModelSubject]:
    def find(subject: ModelSubject) -> Iterator[Finding]:
        for tried in subject.parts:
            yield from try_law(law, tried, Random(digits))

    return Check(f"MK1{digits}", find)


def _tables(subject: ModelSubject) -> Iterator[Finding]:
    if subject.quick:
        raise Skipped("takes seconds: left to maturitykit.testing")
    for tried in subject.parts:
        yield from try_tables(tried, Random(0))


def _rules(subject: ModelSubject) -> Iterator[Finding]:
    for i, scorer in enumerate(subject.model.scorers):
        try:
            plan_for(subject.model, scorer, {})
        except MaturityError as error:
            for each in findings_of(error):
                yield Finding(f"scorers[{i}]", str(each))


def _unread_gates(subject: ModelSubject) -> Iterator[Finding]:
    for dimension in subject.model.root.walk():
        used = [dimension.scorer] if dimension.scorer else subject.model.scorers
        names = [rule if isinstance(rule, str) else rule.id for rule in used]
        # Rules of plugins may use gates, which cannot be known.
        if dimension.gates and UNGATED.issuperset(names):
            where = "gates" if dimension.id == OUTCOME else f"dimensions.{dimension.id}.gates"
            problem = f"are not read by {', '.join(names)}"
            yield Finding(where, problem, 'the rule "staged" there, or no gates')


def _ties(subject: ModelSubject) -> Iterator[Finding]:
    if subject.model.readings_on("scorers", "ties"):
        return
    for scorer in subject.rules[:1]:
        for id, share in tie_shares(plan_for(subject.model, scorer, {})).items():
            if share > MOST_TIES:
                where = "scorers" if id == OUTCOME else f"dimensions.{id}"
                problem = f"a tie decides {id} in {float(share):.0%} of all complete answers (each counted)"
                expected = "other weights, an odd number of parts, another rule, or a reading about scorers.ties"
                yield Finding(where, problem, expected)


def _translations(subject: ModelSubject) -> Iterator[Finding]:
    yield from subject.translations.findings
    for language, text in subject.translations.texts.items():
        yield from texts.in_language(language, check_translation(subject.model, "model", text))


def _all_texts(subject: ModelSubject) -> Iterator[tuple[str, str]]:
    return texts.in_all_languages(subject.own_texts, subject.translations.texts)


def _source(subject: ModelSubject) -> Iterator[Finding]:
    source = subject.model.source
    if not (source.note or source.title or source.publisher or source.author or source.url):
        yield Finding(
            "source", "is not named", "title, publisher, author or url; or a note that says what is missing"
        )


def _questions(subject: ModelSubject) -> Iterator[Finding]:
    for leaf in subject.model.leaves:
        if not leaf.question:
            yield Finding(f"dimensions.{leaf.id}.question", "is not there", "what a respondent is asked")


def _descriptors(subject: ModelSubject) -> Iterator[Finding]:
    for leaf in subject.model.leaves:
        stages = leaf.scale.stages if leaf.scale else ()
        undescribed = [stage.id for stage in stages if not (leaf.descriptors.get(stage.id) or stage.summary)]
        if undescribed:
            problem = f"nothing says what {leaf.id} is like at {', '.join(undescribed)}"
            expected = "a descriptor for each stage, or a summary of each stage on its scale"
            yield Finding(f"dimensions.{leaf.id}.descriptors", problem, expected)


def _cases(subject: ModelSubject) -> Iterator[Finding]:
    if not subject.rules:
        raise Skipped("the rules of the model cannot be used")
    try:
        cases = subject.cases
    except FileError as error:
        yield from (each._replace(where=f"cases: {each.where}") for each in error.findings)
        return
    seen: set[str] = set()
    for case in cases:
        where = f"cases: cases.{case.id}"
        if case.id in seen:
            yield Finding(where, f"the id {quoted(case.id)} stands twice", "each id once", "MK102")
        seen.add(case.id)
        try:
            differences = case.differences(subject.model)
        except MaturityError as error:
            differences = [str(each) for each in findings_of(error)]
        yield from (Finding(where, difference) for difference in differences)


def _some_cases(subject: ModelSubject) -> Iterator[Finding]:
    try:
        has_cases = bool(subject.cases)
    except FileError:
        return  # The file is there, and the check of cases reports its findings.
    if not has_cases:
        yield Finding("", "has no golden cases", "cases.toml beside it: assessments with results got by hand")


def _ids_stay(subject: ModelSubject) -> Iterator[Finding]:
    assert subject.against is not None
    new, old = subject.model, subject.against
    if new.id != old.id:
        yield Finding("id", f"is {new.id}", f'"{old.id}", as before')
    for id, dimension in old.by_id.items():
        if id not in new.by_id:
            yield Finding(f"dimensions.{id}", "was there in the version before", one_of(list(new.by_id)[1:], id))
        elif dimension.scale is not None:
            scale = new.by_id[id].scale
            for stage in dimension.scale.ids:
                if scale is None or stage not in scale.ids:
                    where = f"scales.{scale.id}" if scale else f"dimensions.{id}.scale"
                    problem = f"{id} had the stage {stage} in the version before"
                    yield Finding(where, problem, one_of(scale.ids if scale else (), stage))


def _meanings_stay(subject: ModelSubject) -> Iterator[Finding]:
    assert subject.against is not None
    for id, old in subject.against.by_id.items():
        new = subject.model.by_id.get(id)
        if new is None:
            continue
        if old.is_leaf != new.is_leaf:
            now = "scored from its parts" if old.is_leaf else "rated itself"
            yield Finding(f"dimensions.{id}", f"is now {now}", "another id for what is rated otherwise")
        a, b = old.scale, new.scale
        if a is None or b is None:
            continue
        both = [stage for stage in a.ids if stage in b.ids]
        turned = [
            (x, y)
            for x in both
            for y in both
            if a.at_least(a.positions[x], a.positions[y]) != b.at_least(b.positions[x], b.positions[y])
        ]
        if turned:
            x, y = turned[0]
            yield Finding(f"scales.{b.id}", f"{x} and {y} of {id} stand otherwise than before", "their old order")


def _versions(subject: ModelSubject) -> Iterator[Finding]:
    assert subject.against is not None
    new, old = subject.model, subject.against
    if new.version == old.version and new != old:
        yield Finding("version", f"is {new.version} as before, and the model is not the same", "a new version")


def _untranslated(subject: ModelSubject) -> Iterator[Finding]:
    return texts.untranslated(subject.own_texts, subject.translations.texts)


def _alike(subject: ModelSubject) -> Iterator[Finding]:
    return texts.alike(subject.own_texts, subject.translations.texts)


def _unfinished(subject: ModelSubject) -> Iterator[Finding]:
    return texts.unfinished(_all_texts(subject))


def _not_plain(subject: ModelSubject) -> Iterator[Finding]:
    return texts.not_plain(_all_texts(subject))


#: In the order of their codes. The last three need a previous version.
MODEL_CHECKS: Sequence[Check[ModelSubject]] = (
    Check("MK110", _rules),
    Check("MK111", _translations),
    Check("MK112", _unread_gates),
    Check("MK113", _ties),
    *(_law(digits, law) for digits, law in LAWS.items()),
    Check("MK128", _tables),
    Check("MK129", _cases),
    Check("MK130", _some_cases),
    Check("MK140", _untranslated),
    Check("MK141", _source),
    Check("MK142", _questions),
    Check("MK143", _descriptors),
    Check("MK144", _unfinished),
    Check("MK145", _not_plain),
    Check("MK146", _alike),
    Check("MK150", _ids_stay),
    Check("MK151", _meanings_stay),
    Check("MK152", _versions),
)
