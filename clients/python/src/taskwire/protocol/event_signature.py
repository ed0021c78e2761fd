"""How an event is signed: see packages/protocol/src/signature/event-signature.ts, whose vectors hold here too."""

import base64
import hashlib
import hmac

_CONTEXT = b"taskwire-event\n"

#: The longest that a signature makes an event longer.
SIGNATURE_BYTES_MAX = len(',"signature":"') + 64 + 1 + 43 + len('"')


class SigningKey:
    """A secret key with the name it is spoken of by."""

    def __init__(self, id: str, secret: bytes) -> None:  # noqa: A002
        self.id = id
        self._secret = secret

    def __repr__(self) -> str:
        """Options are printed; keys are not."""
        return f"SigningKey({self.id!r})"

    def mac(self, content: bytes) -> str:
        """In base64url without padding."""
        digest = hmac.new(self._secret, _CONTEXT + self.id.encode() + b"\n" + content, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def sign_event(payload: str, key: SigningKey) -> str:
    """:param payload: the JSON text of an event, an object with at least one member, that carries no signature"""
    content = payload[:-1]
    return f'{content},"signature":"{key.id}:{key.mac(content.encode())}"}}'
