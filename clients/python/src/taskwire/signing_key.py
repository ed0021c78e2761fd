"""The key that a worker signs with."""

import base64
import binascii
import re
from typing import Optional

from .protocol.errors import TaskwireError, message_of
from .protocol.event_signature import SigningKey

_SETTING = "TASKWIRE_SIGNING_KEY"
_FILE_SETTING = "TASKWIRE_SIGNING_KEY_FILE"
_KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BASE64_OF_32_BYTES = re.compile(r"[A-Za-z0-9+/_-]{43}=?")


def read_signing_key(given: Optional[str], file: Optional[str]) -> Optional[SigningKey]:
    """From ``id:base64`` of 32 bytes, or from a file with that.

    :raises TaskwireError: ``setting_invalid`` naming the setting, never the key
    """
    if file is None:
        return None if given is None else _only_key(_SETTING, given)
    if given is not None:
        raise _invalid(_FILE_SETTING, f"expected only one of it and {_SETTING}, got both")
    try:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
    except (OSError, ValueError) as error:
        raise _invalid(_FILE_SETTING, f"the file cannot be read: {message_of(error)}") from error
    return _only_key(_FILE_SETTING, text)


def _only_key(setting: str, text: str) -> SigningKey:
    entries = [entry.strip() for entry in re.split(r"[\n,]", text)]
    entries = [entry for entry in entries if entry and not entry.startswith("#")]
    if len(entries) != 1:
        raise _invalid(setting, f"expected one key, got {len(entries)}")
    key_id, colon, encoded = entries[0].partition(":")
    if not colon or _KEY_ID.fullmatch(key_id) is None:
        raise _invalid(setting, "expected id:base64 with an id of letters, digits, - and _, got something else")
    if _BASE64_OF_32_BYTES.fullmatch(encoded) is None:
        raise _invalid(setting, f"expected base64 of {_KEY_BYTES} bytes after {key_id}:, got something else")
    try:
        secret = base64.urlsafe_b64decode(encoded.rstrip("=").replace("+", "-").replace("/", "_") + "=")
    except binascii.Error as error:
        raise _invalid(setting, f"expected base64 of {_KEY_BYTES} bytes after {key_id}:, got something else") from error
    return SigningKey(key_id, secret)


def _invalid(setting: str, words: str) -> TaskwireError:
    return TaskwireError("setting_invalid", f"{setting}: {words}")
