"""Keys by which names of subjects, models, respondents and dimensions are compared; lookalikes match."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

#: White space as Python defines it, as a character class of regular expressions without its brackets.
WHITE_SPACE = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
#: Invisible characters: Unicode's default-ignorable ones, among them those that change the direction of text.
#: A character class as above.
INVISIBLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
#: Spaces and punctuation that people may leave out ("B.V.", "BV"), except between two digits, as "1.1" and "11"
#: differ. A match is replaced by its group. Python, Polars and Spark treat these expressions alike.
SMALL = (r"(^|[^0-9 .,'’-])[ .,'’-]+", r"[ .,'’-]+([^0-9 .,'’-]|$)")


def key(text: str) -> str:
    r"""Return the key that a name or an id is compared by: composed, single spaces, ends trimmed.

    Invisible characters are removed first, as one between a letter and its accent would keep them apart.

    >>> key(" Jose\u0301  de\xa0Vries\u200b") == "José de Vries"
    True
    """
    return _key(text)


# Tables repeat the same names many times.
@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    if not text.isascii():
        text = normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def near_key(text: str) -> str:
    """Return a key that is equal for names that differ in case, spaces or punctuation only.

    >>> near_key("ACME B.V.") == near_key("Acme BV")
    True
    """
    near = key(text).lower()
    for pattern in SMALL:
        near = re.sub(pattern, r"\1", near)
    return near
