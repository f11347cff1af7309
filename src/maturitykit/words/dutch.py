"""Our own sentences in Dutch, by the English ones."""

from collections.abc import Mapping

DUTCH: Mapping[str, str] = {}
