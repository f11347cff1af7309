"""Generator of new packages from the templates beside this module: complete, or not at all."""

from __future__ import annotations

import html
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import NamedTuple

from maturitykit.definition import Model
from maturitykit.definition.fields import check_ids, check_model_name
from maturitykit.errors import FileError, Finding, MaturityError, escaped, quoted
from maturitykit.files.crosswalk import read_crosswalk
from maturitykit.files.model import read_model
from maturitykit.files.strict import FORMAT
from maturitykit.files.text import UNFINISHED, clear_unfinished
from maturitykit.files.toml import to_toml, toml_key, toml_value
from maturitykit.files.translations import texts_to_dict
from maturitykit.template.crosswalk_skeleton import crosswalk_words
from maturitykit.template.draft import Draft, title_of
from maturitykit.testing.schema import as_json

_LANGUAGE = re.compile(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_TRANSLATE = "# Every text is still that of {file}: translate each.\n\n"

#: Comments of a generated model file, each put before the first occurrence of a key.
_COMMENTS = {
    "scorers": "The rules by which children make a score of their parent, the default first:\n"
    "median, weakest, mean, staged or profile.",
    "outcome": "The scale of the overall result.",
    "source": "Where the framework was published; what the source does not name stays empty:\n"
    "title, publisher, author, date, url.",
    "readings": "What this encoding adds to the source: the parts that it concerns, and why.",
    "tags": "The tags that dimensions may carry.",
    "kinds": "The kinds that notes may be of.",
    "scales": "A scale: its stages from the lowest up, each with a name, a question and a summary.",
    "guidance": "What to do while at each stage, by topic.",
    "dimensions": "What is judged. A dimension without children is rated; one with children is scored from them.\n"
    "It may have a parent, a summary, a question, tags, a weight, descriptors, guidance and notes.",
    "dimensions.descriptors": "What the dimension looks like at each stage.",
}


#: The TOML files of each kind of package, by the schema that they follow.
_TOML_FILES: Mapping[str, Mapping[str, str]] = {
    "model": {"model": "src/*/model.toml", "model-text": "src/*/text/*.toml", "cases": "src/*/cases.toml"},
    "crosswalk": {"crosswalk": "src/*/*--*.toml", "crosswalk-text": "src/*/text/*/*.toml"},
}


class Package(NamedTuple):
    """A package that was generated.

    Args:
        folder: Folder of the package.
        files: Paths of its files in the folder, sorted.
        main: The file to work on first.
    """

    folder: Path
    files: list[str]
    main: str


class _PackageNames(NamedTuple):
    """Names of a package: the id of its object, its distribution and its import package."""

    id: str
    distribution: str
    package: str


def new_model(
    id: str, into: Path, license: str = "MIT", languages: Sequence[str] = (), draft: Draft | None = None
) -> Package:
    """Generate a package with a model: a template that explains every field, or an imported model.

    Args:
        id: Id of the model.
        into: The folder to create it in.
        license: One of `maturitykit.template.LICENSES`.
        languages: Other languages to create translation files for.
        draft: The imported model, if there is one.

    Raises:
        FileError: If its folder exists, it cannot be written, or the imported model is not
            valid.
    """
    names = _names(id, id, into)
    words = _words(names, license, "The maturity model", "models", "model", ["pytest>=8"])
    title = title_of(id) if draft is None else draft.data["title"]
    words |= {
        "title": _in_markdown(title),
        "left_out": _left_out_section(draft),
        "languages": _translated("model", languages),
    }
    text = _model_file(words | {"title": title}, draft)
    data = tomllib.loads(text)
    _check_languages(languages, data["language"])
    home = f"src/{names.package}"

    def fill(folder: Path) -> Iterator[tuple[str, str]]:
        _write(folder, {f"{home}/model.toml": text})
        model = read_model(folder / home)
        for tag in languages:
            texts = _TRANSLATE.format(file="model.toml") + to_toml(texts_to_dict(model, tag))
            _write(folder, {f"{home}/text/{tag}.toml": texts})
            model.in_language(tag)
        if draft is not None:
            yield f"{home}/cases.toml", _cases(model)
        yield from _rendered("model", names, words | {"example": _example(model)}, is_imported=(draft is not None))

    error = f"{draft.source} makes no model" if draft else "the template makes no model"
    return _make(names, into, f"{home}/model.toml", fill, error)


def new_crosswalk(
    source: Model,
    target: Model,
    into: Path,
    license: str = "MIT",
    languages: Sequence[str] = (),
    distributions: Sequence[str] = (),
    name: str = "",
) -> Package:
    """Generate a package with a crosswalk between two models, in which nothing is linked yet.

    Two versions of one model are named in full, as ``id@version``.

    Args:
        source: The source model.
        target: The target model.
        into: The folder to create it in.
        license: One of `maturitykit.template.LICENSES`.
        languages: Other languages to create translation files for.
        distributions: Distributions of the two models, which the tests need.
        name: Id of the crosswalk; by default made from the ids of the two models.

    Raises:
        FileError: If its folder exists, or it cannot be written.
    """
    if source.id == target.id:
        name = "--".join(f"{model.id}@{model.version}" for model in (source, target))
    id = name or f"{source.id}--{target.id}"
    source_name, _, target_name = id.partition("--")
    if source_name == target_name:
        finding = Finding("", f"{id} leads from a model to itself", "two models, or two versions of one")
        raise FileError("no crosswalk can be made", [finding])
    names = _names(id, f"{source_name}-{target_name}", into)
    words = _words(names, license, "The crosswalk", "crosswalks", "crosswalk", ["pytest>=8", *distributions])
    words |= crosswalk_words({source_name: source, target_name: target}) | {
        "languages": _translated(id, languages)
    }
    _check_languages(languages, "en")
    home = f"src/{names.package}"

    def fill(folder: Path) -> Iterator[tuple[str, str]]:
        _write(folder, dict(_rendered("crosswalk", names, words)))
        crosswalk = read_crosswalk(folder / home / f"{id}.toml")
        for tag in languages:
            text = to_toml(texts_to_dict(crosswalk, tag))
            yield f"{home}/text/{tag}/{id}.toml", _TRANSLATE.format(file=f"{id}.toml") + text

    return _make(names, into, f"{home}/{id}.toml", fill, "the template makes no crosswalk")


def new_scorer(id: str, into: Path, license: str = "MIT") -> Package:
    """Generate a package with a scoring rule, which is an example to replace.

    Args:
        id: Id of the rule.
        into: The folder to create it in.
        license: One of `maturitykit.template.LICENSES`.

    Raises:
        FileError: If its folder exists, or it cannot be written.
    """
    names = _names(id, id, into)
    name = "".join(part.capitalize() for part in re.split("[-_]", id)) + "Rule"
    words = _words(names, license, "The scoring rule", "scorers", name, ["pytest>=8"])
    return _make(
        names, into, f"src/{names.package}/__init__.py", lambda folder: _rendered("scorer", names, words), ""
    )


def _names(id: str, name: str, into: Path) -> _PackageNames:
    title = f"no package can be made for {quoted(id)}"
    models = id.split("--", 1) if name != id else []
    findings = [finding for model in models for finding in check_model_name("name", model)]
    findings += [] if models else check_ids("name", [id])
    if findings:
        raise FileError(title, findings)
    if not into.is_dir():
        raise FileError(title, [Finding(str(into), "is no folder", "one that is there")])
    distribution = re.sub("[^a-z0-9]+", "-", f"maturitykit-{name.lower()}").strip("-")
    names = _PackageNames(id, distribution, distribution.replace("-", "_"))
    if os.path.lexists(into / distribution):
        problem = "is there already, and nothing is overwritten"
        raise FileError(title, [Finding(str(into / distribution), problem, "another name, or another folder")])
    return names


def _check_languages(languages: Sequence[str], original: str) -> None:
    for tag in languages:
        if not _LANGUAGE.fullmatch(tag):
            finding = Finding("language", f"{quoted(tag)} is no language", "a tag such as nl or pt-BR")
        elif tag == original:
            finding = Finding("language", f"{tag} is that of the file itself", "another one")
        elif languages.count(tag) > 1:
            finding = Finding("language", f"{tag} is given twice", "each once")
        else:
            continue
        raise FileError("no texts can be made", [finding])


def _words(
    names: _PackageNames, license: str, what: str, group: str, object: str, test: Sequence[str]
) -> dict[str, str]:
    """Return the values that the templates of all kinds of packages need."""
    file = {"models": "model.toml", "crosswalks": f"{names.id}.toml"}.get(group)
    check = f"      - run: maturitykit check src/{names.package}/{file}\n" if file else ""
    return {
        **names._asdict(),
        "license": license,
        "year": str(date.today().year),
        "what": what,
        "group": group,
        "object": object,
        "entry_point": toml_key(names.id),
        "test": toml_value(list(test)),
        "checks": check,
    }


def _model_file(words: Mapping[str, str], draft: Draft | None) -> str:
    template = files(__package__) / "model"
    if draft is None:
        return _fill(template / "src" / "PACKAGE" / "model.toml.in", words)
    in_comment = {"title": _on_one_line(draft.data["title"]), "source": _on_one_line(draft.source)}
    body = to_toml(draft.data, _COMMENTS)
    return _fill(template / "imported.toml.in", {**words, **in_comment, "body": body}).rstrip("\n") + "\n"


def _cases(model: Model) -> str:
    """Return golden cases that hold for any model: all at the bottom, all at the top, nothing known."""
    assert model.outcome is not None
    bottom, top = model.outcome.ids[0], model.outcome.ids[-1]
    ends = {"lowest": ({leaf.id: leaf.scale.ids[0] for leaf in model.leaves if leaf.scale}, bottom)}
    ends["highest"] = ({leaf.id: leaf.scale.ids[-1] for leaf in model.leaves if leaf.scale}, top)
    cases = [
        {
            "id": f"everything-at-the-{end}",
            "why": f"All dimensions at their {end} stage: the {end} stage.",
            "ratings": ratings,
            "expected": {"outcome": stage},
            "coverage": {"outcome": 1.0},
        }
        for end, (ratings, stage) in ends.items()
    ]
    why = "Nothing is answered: it may be any stage, and none is likely."
    nothing = {"id": "nothing-known", "why": why, "ratings": {model.leaves[0].id: "unknown"}}
    cases.append({**nothing, "expected": {"outcome": [bottom, "", top]}, "coverage": {"outcome": 0.0}})
    about = "# Golden cases: assessments with the result that one gets by hand. Add some of your own.\n"
    return about + to_toml({"format": FORMAT, "cases": cases})


def _example(model: Model) -> str:
    """Return example rows of an assessment."""
    rows = [f"    Acme,Ann,2026-01-31,{leaf.id},{leaf.scale.ids[1]}" for leaf in model.leaves[:2] if leaf.scale]
    return "\n".join(rows)


def _left_out_section(draft: Draft | None) -> str:
    if draft is None:
        return ""
    lines = [f"- {_in_markdown(each)}" for each in draft.left_out] or ["Nothing: all of it was."]
    origin = f"The model was made from {_in_markdown(draft.source)}: {draft.found}."
    texts = "Its texts are those of the source, word for word: see that its publisher allows that."
    return "\n".join(["", "## What could not be taken over", "", f"{origin} {texts}", "", *lines, ""])


def _translated(file: str, languages: Sequence[str]) -> str:
    if not languages:
        return ""
    return f"\nThe texts in `text/` ({', '.join(languages)}) are still those of `{file}.toml`: translate each."


def _on_one_line(text: str) -> str:
    return escaped(" ".join(text.split()))


def _in_markdown(text: str) -> str:
    """Return a text escaped for Markdown, so that it cannot be read as markup."""
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", html.escape(_on_one_line(text), quote=False))


def _schemas(kind: str) -> Iterator[tuple[str, str]]:
    """Yield the schemas of the TOML files of a package and the settings for editors that use them."""
    rules = []
    for schema, pattern in _TOML_FILES.get(kind, {}).items():
        yield f"schema/{schema}.schema.json", as_json(schema)
        rules.append({"include": [pattern], "schema": {"path": f"schema/{schema}.schema.json"}})
    if rules:
        yield ".taplo.toml", to_toml({"rule": rules})


def _rendered(
    kind: str, names: _PackageNames, words: Mapping[str, str], is_imported: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield the files of a package by their paths, except those that an imported model has its own of."""
    root = files(__package__)
    yield "LICENSE", _fill(root / "licenses" / f"{words['license']}.txt", words)
    yield f"src/{names.package}/py.typed", ""
    yield from _schemas(kind)
    for folder in ("common", kind):
        for path, template in _walk(root / folder):
            if template.name == "imported.toml.in" or (
                is_imported and template.name in ("model.toml.in", "cases.toml.in")
            ):
                continue
            target = path.removesuffix(".in").replace("PACKAGE", names.package).replace("CROSSWALK", names.id)
            yield target, _fill(template, words)


def _walk(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _walk(item, f"{path}{item.name}/")
        elif item.name.endswith(".in"):
            yield f"{path}{item.name}", item


def _fill(template: Traversable, words: Mapping[str, str]) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(words)


def _make(
    names: _PackageNames, into: Path, main: str, fill: Callable[[Path], Iterator[tuple[str, str]]], title: str
) -> Package:
    """Fill a folder beside the target, and rename it to the target when it is complete.

    Args:
        names: Names of the package.
        into: The folder to create it in.
        main: Path of the file to work on first.
        fill: Function that writes files into a folder, and yields the paths and texts of others to write.
        title: Title of the error if the files are not valid.
    """
    target = into / names.distribution
    try:
        clear_unfinished(target)
        unfinished = Path(tempfile.mkdtemp(dir=into, prefix=f".{names.distribution}.", suffix=UNFINISHED))
    except OSError as error:
        raise _cannot(target, error) from None
    try:
        _write(unfinished, dict(fill(unfinished)))
        # A temporary folder is private, so the usual permissions are restored.
        mask = os.umask(0)
        os.umask(mask)
        unfinished.chmod(0o777 & ~mask)
        made = sorted(path.relative_to(unfinished).as_posix() for path in unfinished.rglob("*") if path.is_file())
        unfinished.rename(target)
    except OSError as error:
        raise _cannot(target, error) from None
    except MaturityError as error:
        raise FileError(title, error.findings) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Package(target, made, main)


def _cannot(target: Path, error: OSError) -> FileError:
    finding = Finding("", error.strerror or str(error), "a place that can be written to")
    return FileError(f"cannot write {target}", [finding])


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
