"""What autodoc does not see by itself of the classes of maturitykit."""

from __future__ import annotations

import inspect

from docutils.nodes import Element
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import maturitykit

#: Stands for a colon while napoleon reads.
COLON = "\ue000"


def tell_cached(owner: type) -> None:
    """Give the slots of a class their docstrings; attrs puts slots in the place of cached properties."""
    getter = vars(owner).get("__getattr__")
    cached = next((value for value in getattr(getter, "__defaults__", None) or () if isinstance(value, dict)), {})
    if cached:
        names = [*vars(owner)["__slots__"]]
        told = {name: inspect.getdoc(cached[name]) if name in cached else None for name in names}
        setattr(owner, "__slots__", told)  # noqa: B010 - types know of none


def hide_colon(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Let napoleon not take the words before a colon for the type of what it stands on."""
    if what in ("attribute", "property") and lines:
        lines[0] = lines[0].replace(":", COLON)


def show_colon(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Put it back."""
    lines[:] = [line.replace(COLON, ":") for line in lines]


def tell_default(
    app: Sphinx, what: str, name: str, thing: object, options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Show that a default is made anew each time, without the name that attrs has for it."""
    return signature and signature.replace("= NOTHING", "= …"), returns


def skip_alias(app: Sphinx, what: str, name: str, thing: object, skip: bool, options: object) -> bool | None:
    """Leave out the fields of named tuples: they are told as parameters, and have no text of their own."""
    return True if (getattr(thing, "__doc__", None) or "").startswith("Alias for field number") else None


def by_ending(app: Sphinx, environment: BuildEnvironment, node: pending_xref, content: Element) -> Element | None:
    """A name of ours without the module that it is from, as annotations have it."""
    if node.get("refdomain") != "py" or node.get("refspecific"):
        return None
    node["refspecific"] = True
    python, target = environment.get_domain("py"), node["reftarget"]
    return python.resolve_xref(environment, node["refdoc"], app.builder, node["reftype"], target, node, content)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in the build."""
    for thing in (getattr(module, name) for module in (maturitykit, maturitykit.types) for name in module.__all__):
        if inspect.isclass(thing):
            tell_cached(thing)
    # Before and after napoleon, whose priority is 500.
    app.connect("autodoc-process-docstring", hide_colon, priority=400)
    app.connect("autodoc-process-docstring", show_colon, priority=600)
    app.connect("autodoc-process-signature", tell_default)
    app.connect("autodoc-skip-member", skip_alias)
    app.connect("missing-reference", by_ending)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
