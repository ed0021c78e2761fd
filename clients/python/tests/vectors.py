"""The golden vectors of packages/protocol/vectors, and the JSON Schema as far as it goes into ours."""

import json
import re
from typing import Any, Dict, List, Mapping

from .surroundings import ROOT

_VECTORS = ROOT / "packages/protocol/vectors"

BASE: Dict[str, Any] = json.loads((_VECTORS / "base.json").read_text(encoding="utf-8"))
SIGNATURES: Dict[str, Any] = json.loads((_VECTORS / "signatures/signatures.json").read_text(encoding="utf-8"))


def read_vectors(folder: str) -> List[Dict[str, Any]]:
    """Each with ``group``: the folder and file it is in."""
    return [
        {**vector, "group": f"{folder}/{file.stem}"}
        for file in sorted((_VECTORS / folder).glob("*.json"))
        for vector in json.loads(file.read_text(encoding="utf-8"))
    ]


def wire_event(vector: Mapping[str, Any]) -> Dict[str, Any]:
    """The event of a vector that names a base."""
    event = {**BASE[vector["base"]], **vector.get("with", {})}
    return {name: value for name, value in event.items() if name not in vector.get("without", ())}


def schema_problems(event: Mapping[str, Any]) -> List[str]:
    """What of version 1 of the schema an event does not keep to."""
    schema = json.loads((ROOT / "packages/protocol/schema/event.schema.json").read_text(encoding="utf-8"))
    version_1 = next(
        each for each in schema["oneOf"] if each["properties"]["schema_version"].get("const") == 1
    )
    missing = [name for name in version_1["required"] if name not in event]
    wrong = [
        f"{name}: {value!r}"
        for name, value in event.items()
        if name in version_1["properties"] and not _fits(version_1["properties"][name], value)
    ]
    return missing + wrong


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    known = {"type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum"}
    known |= {"description", "examples"}
    if not set(schema) <= known:
        raise AssertionError(f"this test does not know all of {sorted(schema)}")
    kinds = {"string": str, "object": dict, "integer": int, "number": (int, float)}
    if "type" in schema and (not isinstance(value, kinds[schema["type"]]) or isinstance(value, bool)):
        return False
    return (
        ("const" not in schema or value == schema["const"])
        and ("enum" not in schema or value in schema["enum"])
        and ("pattern" not in schema or re.search(schema["pattern"], value) is not None)
        and schema.get("minLength", 0) <= (len(value) if isinstance(value, str) else 2**53)
        and (len(value) if isinstance(value, str) else 0) <= schema.get("maxLength", 2**53)
        and ("minimum" not in schema or value >= schema["minimum"])
        and ("maximum" not in schema or value <= schema["maximum"])
    )
