"""A secret that shows itself only to whom asks for it by name, and texts with all secrets taken out."""

from collections.abc import Iterable

HIDDEN = "[hidden]"


class Secret:
    """A token or key. Printing, formatting, pickling or a traceback's locals show [hidden]; `reveal` alone shows it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one header or signature that needs it."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> tuple[type["Secret"], tuple[str]]:
        return Secret, (HIDDEN,)


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """`text` without any of `secrets`."""
    for secret in secrets:
        if secret.reveal():
            text = text.replace(secret.reveal(), HIDDEN)
    return text
