"""The API as text: all that a program, a plugin or a shell script may rest on.

``python tests/api.py`` writes it to tests/api.txt, which a test holds to be true: so every change of the API is
seen, and is a decision. Names and signatures come from the source, as they are written there, and so do not differ
from one Python to the next; commands, keys and codes from the running package, with the five frameworks installed.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib.util import find_spec
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import click

import maturitykit as mk
from maturitykit.cli import commands
from maturitykit.testing import CODES
from maturitykit.testing.schema import FILES, schema

HERE = Path(__file__).parent
FILE = HERE / "api.txt"
SOURCE = Path(mk.__file__).parents[1]

#: The modules whose names are public; those of all others are not.
MODULES = (
    "maturitykit",
    "maturitykit.agreement",
    "maturitykit.figures",
    "maturitykit.formula",
    "maturitykit.links",
    "maturitykit.report",
    "maturitykit.sssom",
    "maturitykit.tables",
    "maturitykit.testing",
    "maturitykit.testing.strategies",
    "maturitykit.types",
)
#: What a class may do beside what its public names say.
SPECIAL = {"__init__", "__call__", "__getitem__", "__iter__", "__len__", "__contains__"}
#: Keys of JSON whose values are tables by id.
BY_ID = {"dimensions"}

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Name(NamedTuple):
    """A name, and the module in which it is defined."""

    module: str
    name: str


class Module(NamedTuple):
    """What a module defines, and what it imports from others of the package."""

    defined: Mapping[str, ast.stmt]
    imported: Mapping[str, Name]


# ---- names, as the source has them


@cache
def module(name: str) -> Module:
    path = SOURCE.joinpath(*name.split("."))
    tree = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8"))
    defined: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | Function):
            defined[node.name] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            defined[node.target.id] = node
        elif isinstance(node, ast.Assign):
            walked = (each for target in node.targets for each in ast.walk(target))
            defined |= {each.id: node for each in walked if isinstance(each, ast.Name)}
    imported = {
        alias.asname or alias.name: Name(node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("maturitykit")
        for alias in node.names
    }
    return Module(defined, imported)


def find(where: str, name: str) -> Name | None:
    """Where a name that a module knows is defined, if that is in the package."""
    here = module(where)
    if name in here.defined:
        return Name(where, name)
    there = here.imported.get(name)
    return there and find(there.module, there.name)


def public_names(where: str) -> list[str]:
    """The public names of a module: those it lists, or else all that it defines and that are not private."""
    if where == "maturitykit":
        return sorted(mk.__all__)
    here = module(where).defined
    if "__all__" in here:
        return sorted(ast.literal_eval(here["__all__"].value))  # type: ignore[attr-defined]
    return sorted(name for name, node in here.items() if isinstance(node, Function) and name[0] != "_")


def described(name: Name) -> list[str]:
    """A name as it is written: a signature, a class with its public members, or a value."""
    node = module(name.module).defined[name.name]
    if isinstance(node, Function):
        return [signature(node)]
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        lines = [f"class {node.name}({bases})" if bases else f"class {node.name}"]
        # Those that the package makes are not made by others.
        hidden = {"__init__"} if "Made by " in (ast.get_docstring(node) or "") else set()
        return lines + [f"    {line}" for item in node.body for line in member(item, hidden, arguments(node))]
    if isinstance(node, ast.AnnAssign):
        value = (
            f" = {ast.unparse(node.value)}" if "TypeAlias" in ast.unparse(node.annotation) and node.value else ""
        )
        return [f"{name.name}: {ast.unparse(node.annotation)}{value}"]
    assert isinstance(node, ast.Assign)
    if isinstance(node.value, ast.Call):
        return [f"{name.name} = {ast.unparse(node.value.func)}(...)"]
    return [ast.unparse(node)]


def arguments(node: ast.ClassDef) -> Mapping[str, str]:
    """The types of what an object is made of, by which attributes that are told by name only are known."""
    made = (each.args for each in node.body if isinstance(each, Function) and each.name == "__init__")
    given = (one for args in made for one in [*args.args, *args.kwonlyargs])
    return {one.arg: ast.unparse(one.annotation) for one in given if one.annotation}


def member(node: ast.stmt, hidden: set[str], given: Mapping[str, str]) -> Iterator[str]:
    """The lines on what a statement in a class adds to its public members."""

    def public(name: str) -> bool:
        return name not in hidden and (name[0] != "_" or name in SPECIAL)

    if isinstance(node, Function) and node.name == "__init__":
        yield from set_by(node, public, given)
    if isinstance(node, Function) and public(node.name):
        kinds = {ast.unparse(decorator) for decorator in node.decorator_list}
        if {"property", "cached_property"} & kinds:
            yield f"property {node.name}: {returned(node)}"
        else:
            yield signature(node)
    elif isinstance(node, ast.AnnAssign) and public(ast.unparse(node.target)):
        yield f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}{default(node.value)}"
    elif isinstance(node, ast.Assign) and public(ast.unparse(node.targets[0])):
        yield ast.unparse(node)


def set_by(init: Function, public: Callable[[str], bool], given: Mapping[str, str]) -> Iterator[str]:
    """The attributes that an object has from the start."""
    for node in ast.walk(init):
        if isinstance(node, ast.AnnAssign | ast.Assign):
            target, *_ = node.targets if isinstance(node, ast.Assign) else [node.target]
            if ast.unparse(target).startswith("self.") and public(name := ast.unparse(target)[5:]):
                kind = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else given.get(name, "?")
                yield f"{name}: {kind}"


def default(value: ast.expr | None) -> str:
    """The default of a field; one that is made for each object is not told."""
    if value is None:
        return ""
    if not (isinstance(value, ast.Call) and ast.unparse(value.func) == "field"):
        return f" = {ast.unparse(value)}"
    given = {keyword.arg: keyword.value for keyword in value.keywords}
    plain = "factory" not in given and not ast.unparse(given.get("default", value)).startswith("Factory")
    text = (
        f" = {ast.unparse(given['default']) if plain else '...'}" if {"default", "factory"} & given.keys() else ""
    )
    return text + (" (by keyword)" if "kw_only" in given else "")


def signature(node: Function) -> str:
    kinds = {"abstractmethod", "classmethod", "staticmethod", "st.composite"}
    before = kinds & {ast.unparse(decorator) for decorator in node.decorator_list}
    return f"{' '.join([*sorted(before), 'def'])} {node.name}({ast.unparse(node.args)}) -> {returned(node)}"


def returned(node: Function) -> str:
    return ast.unparse(node.returns) if node.returns else "None"


def led_to(name: Name) -> Iterator[Name]:
    """The types of the package that the text on a name leads to."""
    words = {word for line in described(name) for word in re.findall(r"\b_?[A-Z]\w*", line)}
    found = (find(name.module, word) for word in sorted(words))
    yield from (one for one in found if one and one != name and "TypeVar" not in described(one)[0])


def names_text() -> Iterator[str]:
    for where in MODULES:
        yield f"# {where}"
        # Some are named in one statement.
        yield from dict.fromkeys("\n".join(described(found(where, name))) for name in public_names(where))
        yield ""
    yield "# Values that these name"
    values = (name for name in without_public_name() if not is_type(name))
    yield from (f"{name.module}: {line}" for name in values for line in described(name))
    yield ""


def without_public_name() -> list[Name]:
    """The names of the package that public names lead to, and that are not public themselves."""
    public = {found(where, name) for where in MODULES for name in public_names(where)}
    known, more = set(public), sorted(public)
    for name in more:
        # Grows while it is read.
        new = [one for one in led_to(name) if one not in known]
        known.update(new)
        more.extend(new)
    return sorted(known - public)


def is_type(name: Name) -> bool:
    """Whether a name is that of a class, or of a type made of others."""
    node = module(name.module).defined[name.name]
    is_alias = isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp | ast.Subscript)
    return isinstance(node, ast.ClassDef) or is_alias or "TypeAlias" in ast.unparse(node)


def found(where: str, name: str) -> Name:
    place = find(where, name)
    assert place, f"{where} has no {name}"
    return place


# ---- commands, files, codes


def commands_text(command: click.Command = commands, path: str = "maturitykit") -> Iterator[str]:
    """Each command with its arguments and options."""
    if not isinstance(command, click.Group):
        yield path
        yield from (f"    {parameter_text(parameter)}" for parameter in command.params)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child, name
        yield from commands_text(child, f"{path} {name}")


def parameter_text(parameter: click.Parameter) -> str:
    kind = parameter.type
    value = "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else kind.name.upper()
    several = " ..." if parameter.multiple or parameter.nargs == -1 else ""
    needed = "" if parameter.required else " (optional)"
    if isinstance(parameter, click.Option):
        flag = "" if parameter.is_flag else f" {parameter.metavar or value}"
        given = parameter.default
        plain = f" = {given}" if given and isinstance(given, str | int) and not parameter.is_flag else ""
        return f"{', '.join(parameter.opts + parameter.secondary_opts)}{flag}{plain}{several}"
    return f"{parameter.metavar or (parameter.name or '').upper()}{several}{needed}"


def files_text() -> Iterator[str]:
    """The keys of each table in each kind of file, * where they must be there."""
    for name in FILES:
        found = schema(name)
        for part, table in [("", found), *found["$defs"].items()]:
            needed = table.get("required", ())
            keys = [f"{key}{'*' * (key in needed)}" for key in table["properties"]]
            yield f"{f'{name} {part}'.strip()}: {', '.join(keys)}"


#: A call for each exit status and each shape of JSON that is no file of the above.
CALLS = (
    "models --json",
    "crosswalk --list --json",
    "compare {examples}/clearhead-2025.csv {examples}/clearhead.csv --json",
    "check {examples}/clearhead.csv --json",
    "check {bad}/models/gate-missing.toml --json",
    "show no-such-model --json",
)


def calls_text() -> Iterator[str]:
    for call in CALLS:
        status, text = run(call.format(examples=HERE.parent / "examples", bad=HERE / "bad").split())
        yield f"maturitykit {call}: exit status {status}"
        keys = keys_of(json.loads(text)) if text else ()
        yield from (f"    {key}" for key in sorted(set(keys)))


def run(call: Sequence[str]) -> tuple[object, str]:
    """The exit status of a command, and what it wrote to stdout."""
    out = TextIOWrapper(BytesIO(), "utf-8", write_through=True)
    with redirect_stdout(out), redirect_stderr(StringIO()):
        try:
            commands(call)
        except SystemExit as left:
            out.seek(0)
            return left.code, out.read()
    raise AssertionError(call)


def keys_of(data: Any, path: str = "") -> Iterator[str]:
    """The paths of all keys in JSON, with [] for the items of a list and * for an id."""
    if isinstance(data, list):
        for item in data:
            yield from keys_of(item, f"{path}[]")
    elif isinstance(data, dict):
        for key, value in data.items():
            name = "*" if path.rpartition(".")[2] in BY_ID else key
            yield from keys_of(value, f"{path}.{name}".lstrip("."))
    if path:
        yield path


def codes_of_issues() -> set[str]:
    """The codes of all issues that a result may have: the first argument wherever one is made."""
    return {
        node.args[0].value
        for path in (SOURCE / "maturitykit").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Issue" and node.args
        and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }  # fmt: skip


def api() -> str:
    """The whole text."""
    registries = (mk.models, mk.scorers, mk.crosswalks)
    rules = [id for id in mk.scorers if mk.scorers[id].distribution == "maturitykit"]
    return "\n".join([
        *names_text(),
        "# Commands", *commands_text(), "",
        "# Entry points", *(each._group for each in registries if isinstance(each, mk.types.Registry)), "",
        "# Rules", *rules, "",
        "# Keys of files", *files_text(), "",
        "# JSON and exit statuses of commands", *calls_text(), "",
        "# Codes of findings", *(f"{code} ({CODES[code].severity})" for code in sorted(CODES)), "",
        "# Codes of issues", *sorted(codes_of_issues()), "",
    ])  # fmt: skip


if __name__ == "__main__":
    if find_spec("maturitykit_clearhead") is None:
        sys.exit("the five frameworks have to be installed: pip install ./plugins/*")
    FILE.write_text(api(), "utf-8")
    print(f"{FILE} is written")
