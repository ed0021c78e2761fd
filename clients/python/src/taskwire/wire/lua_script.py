"""A script and the name that Redis caches it under."""

import hashlib
from pathlib import Path
from typing import NamedTuple


class LuaScript(NamedTuple):
    source: str
    sha1: str


def load_lua_script(name: str) -> LuaScript:
    """:param name: of the file beside this one, such as ``heartbeat.lua``"""
    source = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return LuaScript(source, hashlib.sha1(source.encode()).hexdigest())
