"""The texts of a file under their ids, as a translation holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maturitykit.files.strict import FORMAT


def model_texts(model: Mapping[str, Any], language: str) -> dict[str, Any]:
    """All texts of a model file as the data of a translation, still in the language of the model."""
    stages = {
        scale["id"]: {stage["id"]: _texts(stage, "name", "question", "summary") for stage in scale["stages"]}
        for scale in model["scales"]
    }
    dimensions = {
        dimension["id"]: {
            **_texts(dimension, "name", "summary", "question", "descriptors"),
            **_filled(guidance=_topics(dimension), notes=_each(dimension.get("notes"), "text")),
        }
        for dimension in model["dimensions"]
    }
    return {
        "format": FORMAT,
        "language": language,
        **_texts(model, "title", "summary"),
        **_filled(
            source=_texts(model.get("source", {}), "note"),
            scales=stages,
            dimensions=dimensions,
            guidance=_topics(model),
            notes=_each(model.get("notes"), "text"),
            readings=_each(model.get("readings"), "why"),
            tags=_each(model.get("tags"), "name"),
            kinds=_each(model.get("kinds"), "name"),
        ),
    }


def crosswalk_texts(crosswalk: Mapping[str, Any], language: str) -> dict[str, Any]:
    """All texts of a crosswalk file without links as the data of a translation, still in its own language."""
    reasons = {f"{item['model']}.{item['dimension']}": item["reason"] for item in crosswalk["not_inferable"]}
    return {
        "format": FORMAT,
        "language": language,
        "summary": crosswalk["summary"],
        "method": crosswalk["coding"]["method"],
        **_filled(not_inferable=reasons),
    }


def _topics(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {topic["id"]: _texts(topic, "name", "texts") for topic in thing.get("guidance", ())}


def _each(things: Iterable[Mapping[str, Any]] | None, key: str) -> dict[str, str]:
    return {thing["id"]: thing[key] for thing in things or () if thing.get(key)}


def _texts(thing: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: thing[key] for key in keys if thing.get(key)}


def _filled(**tables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: table for name, table in tables.items() if table}
