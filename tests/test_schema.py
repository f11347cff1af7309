"""The published schemas and the reference of files: made from what the reader uses, and in accord with it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

import maturitykit as mk
from maturitykit.files.crosswalk import crosswalk_to_dict
from maturitykit.files.strict import structure
from maturitykit.testing import schema as schemas, strategies
from toys import ROOT, check_crosswalk, model_to_dict

PAGE = ROOT / "docs" / "reference" / "files.md"
SCHEMAS = PAGE.with_name("schema")
TAPLO = tomllib.loads((ROOT / ".taplo.toml").read_text(encoding="utf-8"))
NAMES = list(schemas.FILES)


def validator(name: str) -> Validator:
    return Draft202012Validator(schemas.schema(name))


VALIDATORS = {name: validator(name) for name in NAMES}


# ---- what is published is what is made


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_is_up_to_date(name: str) -> None:
    published = SCHEMAS / f"{name}.schema.json"
    expected = "run python -m maturitykit.testing.schema docs/reference/schema docs/reference/files.md"
    assert published.read_text(encoding="utf-8") == schemas.as_json(name), expected


def test_no_other_schema_is_published() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{n}.schema.json" for n in NAMES}


def test_the_reference_has_every_key_of_every_file() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"<!-- keys of (\S+) -->", text) == NAMES
    assert schemas.with_tables(text) == text
    for name in NAMES:
        part = text.partition(f"<!-- keys of {name} -->")[2].partition("<!-- end -->")[0]
        for key in every_key(schemas.schema(name)):
            assert f"| `{key}` |" in part


def every_key(schema: dict[str, Any]) -> Iterator[str]:
    for table in (schema, *schema["$defs"].values()):
        yield from table["properties"]


@pytest.mark.parametrize("name", NAMES)
def test_every_table_and_key_says_what_it_means(name: str) -> None:
    schema = schemas.schema(name)
    for table in (schema, *schema["$defs"].values()):
        assert table["description"]
        assert [key for key, value in table["properties"].items() if not value["description"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_keeps_to_what_editors_understand(name: str) -> None:
    schema = schemas.schema(name)
    Draft202012Validator.check_schema(schema)
    newer = {"const", "prefixItems", "dependentRequired", "unevaluatedProperties", "if", "contains", "examples"}
    text = json.dumps(schema)
    assert [word for word in newer if f'"{word}":' in text] == []


def test_schemas_are_written_for_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert schemas.main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.schema.json" for name in NAMES}
    assert schemas.main([str(tmp_path / "nowhere")]) == 2
    assert schemas.main([]) == 2
    assert capsys.readouterr().err.startswith("cannot write ")


# ---- the files of this repository


def of_the_repository() -> list[tuple[str, Path]]:
    """Each file that editors check, by the rules for them, and the kind that it is of."""
    return [
        (Path(rule["schema"]["path"]).name.removesuffix(".schema.json"), path)
        for rule in TAPLO["rule"]
        for pattern in rule["include"]
        for path in sorted(ROOT.glob(pattern))
    ]


@pytest.mark.parametrize(("name", "path"), of_the_repository(), ids=lambda value: getattr(value, "name", value))
def test_a_file_of_this_repository_follows_its_schema(name: str, path: Path) -> None:
    assert problems(name, tomllib.loads(path.read_text(encoding="utf-8"))) == []


def test_editors_know_every_file_of_the_plugins() -> None:
    known = [path for _, path in of_the_repository()]
    files = [*(ROOT / "plugins").glob("*/src/**/*.toml"), *(ROOT / "examples").glob("*.toml")]
    assert sorted(known) == sorted(files)
    assert all((ROOT / rule["schema"]["path"]).is_file() for rule in TAPLO["rule"])


@pytest.mark.parametrize("model", sorted(mk.models))
def test_results_and_translations_follow_the_schema(model: str) -> None:
    result = mk.score(model, mk.read(ROOT / "examples" / f"{model}.csv"))
    assert problems("result", plain(result.to_dict())) == []
    for other in sorted(mk.models):
        if other != model:
            assert problems("result", plain(mk.translate(result, other).to_dict())) == []


#: Two respondents who differ.
WHO = {"Ann": "emerging", "Bo": "impactful"}


# ---- the schema and the reader agree


def problems(name: str, data: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[name].iter_errors(as_json(data))]


def as_json(data: object) -> Any:
    """Data of TOML as tools for JSON Schema see it: dates are text."""
    return json.loads(json.dumps(data, default=str))


def plain(data: object) -> Any:
    """Data without tuples, as files have it."""
    return json.loads(json.dumps(data))


def as_toml(data: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in data.items())


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {_toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)


def model_data(model: mk.Model) -> dict[str, Any]:
    return plain(model_to_dict(model))  # type: ignore[no-any-return]


def crosswalk_data(crosswalk: mk.Crosswalk) -> dict[str, Any]:
    return plain(crosswalk_to_dict(crosswalk))  # type: ignore[no-any-return]


def assessment_data(assessment: mk.Assessment) -> dict[str, Any]:
    ratings = [
        {
            "dimension": r.dimension,
            "respondent": r.respondent,
            **({} if r.answer is None else {"rating": r.answer}),
        }
        for r in assessment.ratings
    ]
    about = {"format": 1, "model": assessment.model, "date": "2026-05-31"}
    return plain({**about, "ratings": ratings})  # type: ignore[no-any-return]


Sample = tuple[str, dict[str, Any], Callable[[dict[str, Any], Path], object]]


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """A kind of file, the data of a sound one, and a reader that raises where it is not."""
    model = draw(strategies.models(depth=2, id="one"))
    kind = draw(st.sampled_from(["model", "crosswalk", "assessment"]))
    if kind == "model":
        return kind, model_data(model), _read_model
    if kind == "assessment":
        return kind, assessment_data(draw(strategies.assessments(model))), _read_assessment
    other = draw(strategies.models(depth=2, id="other"))

    def read_crosswalk(data: dict[str, Any], folder: Path) -> object:
        file = folder / "one--other.toml"
        file.write_text(as_toml(data), encoding="utf-8")
        found = mk.read_crosswalk(file)
        if findings := check_crosswalk(found, model, other):
            raise mk.MaturityError("it does not fit", findings)
        return found

    return kind, crosswalk_data(draw(strategies.crosswalks(model, other))), read_crosswalk


def _read_model(data: dict[str, Any], folder: Path) -> object:
    (folder / "model.toml").write_text(as_toml(data), encoding="utf-8")
    return mk.read_model(folder)


def _read_assessment(data: dict[str, Any], folder: Path) -> object:
    (folder / "one.json").write_text(json.dumps(data), encoding="utf-8")
    return mk.read(folder / "one.json")


def places(data: object) -> list[tuple[Any, Any]]:
    """Everything that can be changed in some data: where it is, and under which key."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        part = waiting.pop()
        keys: list[Any] = list(part) if isinstance(part, dict) else list(range(len(part)))  # type: ignore[arg-type]
        for key in keys:
            found.append((part, key))
            value = part[key]  # type: ignore[index]
            if isinstance(value, (dict, list)):
                waiting.append(value)
    return found


#: No whole number stands for a fraction, as JSON Schema takes 1.0 for a whole number.
VALUES: list[Any] = [
    True,
    7,
    -1,
    0.5,
    1.5,
    "text",
    "a--b",
    "",
    "0.5",
    "1/3",
    {},
    [],
    ["x"],
    {"x": "y"},
    [["x", "y"]],
]

#: What only the stages of a scale together tell.
TOGETHER = re.compile(
    "some have none|do not rise|do not fall|stands twice|lowest stage has a band|has both|is in the band of"
    "|beyond the ends|have no lowest one|have no highest one|is not below the highest"
    "|is not below it|stands above nothing|have no single|a partial order has"
)


@given(sample=samples(), data=st.data())
@settings(max_examples=100)
def test_the_schema_and_the_reader_agree(
    sample: Sample, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kind, file, read = sample
    folder = tmp_path_factory.mktemp("files", numbered=True)
    assert problems(kind, file) == []
    read(file, folder)
    for _ in range(data.draw(st.integers(1, 2))):
        part, key = data.draw(st.sampled_from(places(file)))
        change = data.draw(st.sampled_from(["leave out", "add", "replace", "replace"]))
        if change == "replace":
            part[key] = deepcopy(data.draw(st.sampled_from(VALUES)))
        elif change == "add" and isinstance(part, dict):
            part["unheard-of"] = deepcopy(data.draw(st.sampled_from(VALUES)))
        else:
            del part[key]
    wrong = problems(kind, file)
    try:
        structure(file, schemas.FILES[kind], "x")
    except mk.MaturityError as error:
        alone = [finding for finding in error.findings if not TOGETHER.search(finding.problem)]
        assert wrong or not alone, f"the schema takes what the reader does not: {alone}"
    if wrong:
        with pytest.raises(mk.MaturityError):
            read(file, folder)


@pytest.mark.parametrize("value", [True, "2", 0.5, [2], {}])
def test_neither_takes_anything_else_for_a_number(value: object) -> None:
    data = {"format": 1, "source": "a", "target": "b", "version": "1", "links": []}
    for coding in ({"method": "By hand", "coders": value}, {"method": "By hand", "stages_agreed": value}):
        assert problems("crosswalk", data | {"coding": coding})
        with pytest.raises(mk.FileError):
            structure(data | {"coding": coding}, schemas.FILES["crosswalk"], "x")
    assert problems("crosswalk", data | {"coding": {"method": "By hand", "coders": 2}}) == []


@given(data=st.data())
@settings(max_examples=30)
def test_any_result_and_translation_follows_the_schema(data: st.DataObject) -> None:
    one, other = data.draw(strategies.models(depth=2, id="one")), data.draw(strategies.models(depth=2, id="other"))
    result = mk.score(one, data.draw(strategies.assessments(one)))
    assert problems("result", result.to_dict(include=["what_holds", "roadmap"])) == []
    crosswalk = data.draw(strategies.crosswalks(one, other))
    translation = mk.translate(result, other, crosswalks=[crosswalk], models=[other])
    assert problems("result", translation.to_dict(include=["what_holds", "roadmap"])) == []


@given(st.data())
@settings(max_examples=40)
def test_any_comparison_follows_the_schema(data: st.DataObject) -> None:
    model = data.draw(strategies.models())
    before, after = (mk.score(model, data.draw(strategies.assessments(model))) for _ in range(2))
    assert problems("comparison", mk.compare(before, after).to_dict()) == []


def closed(name: str) -> Validator:
    """A validator that allows no keys beside those that are stated."""
    schema = schemas.schema(name)
    for table in (schema, *schema["$defs"].values()):
        table["additionalProperties"] = False
    return Draft202012Validator(schema)


def test_all_that_is_made_for_json_is_stated() -> None:
    ratings = [mk.Rating(id, stage, who) for id in ("culture", "desire") for who, stage in WHO.items()]
    result = mk.score("clearhead", mk.Assessment("clearhead", ratings))
    for made in (result, mk.translate(result, "four-stage"), mk.read_result(plain(result.to_dict()))):
        assert made.issues
        assert list(closed("result").iter_errors(as_json(made.to_dict(include=["what_holds", "roadmap"])))) == []
    assert list(closed("comparison").iter_errors(as_json(mk.compare(result, result).to_dict()))) == []


def test_what_is_no_result_is_refused() -> None:
    result = plain(mk.score("clearhead", {"culture": "emerging"}).to_dict())
    changes: list[dict[str, object]] = [{"format": 2}, {"model": "clearhead"}, {"weights": 1}, {"outcome": {}}]
    for change in changes:
        assert problems("result", result | change)
    # A later version may say more.
    assert problems("result", result | {"more": 1}) == []
    del result["subject"]
    assert problems("result", result)
