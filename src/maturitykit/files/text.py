"""Text from and to files: UTF-8, bounded, written whole or not at all."""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path, PurePath
from typing import IO, Any

from maturitykit.errors import FileError, Finding, quoted

#: What can be read: a path, or a file of an installed package.
Readable = str | os.PathLike[str] | Traversable
#: What a person may give: something that can be read, an open file, the bytes of one, or what one holds.
Content = Readable | IO[str] | IO[bytes] | bytes | Mapping[str, Any]

#: A document larger than this is a mistake; tables of ratings may be larger, as long as memory holds them.
LARGEST_DOCUMENT = 20_000_000
LARGEST_TABLE = 200_000_000

#: What Python's readers of TOML and JSON give up on.
NESTED = Finding("", "is nested too deep", "a flatter file", "MK002")
TOO_MANY_DIGITS = Finding("", "a number has thousands of digits", "a shorter one", "MK002")

#: A key of a hundred parts: the reader of TOML takes memory by the square of their number.
_LONG_KEY = re.compile(r"""(?<![\w.\-"'])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")

#: More steps than any key of ours has, by far: ``a.b."c"`` has three.
_STEPS = 50
_STEP = r"""(?:[\w-]++|"(?:[^"\\]|\\.)*+"|'[^']*+')[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:{_STEP}\.[ \t]*+){{{_STEPS}}}")

#: What is expected where a key stands twice, by how the message of the reader of TOML begins.
_TWICE = {
    "Cannot overwrite": "each key once",
    "Duplicate": "each key once",
    "Cannot declare": "each key once; in a list, each table as [[name]]",
    "Cannot mutate immutable namespace": "each key once: with = or as tables, not both",
}

#: Read first, as a bounded read makes room for all that it may bring.
_FIRST = 65_536


class Given:
    """What is given in place of a path: the content of a file, and what to call it in messages.

    Args:
        name: The name, whose suffix says the format.
        data: The bytes of the file.
        table: What they would be read to, if it is given as such.
    """

    def __init__(self, name: str, data: bytes = b"", table: Mapping[str, Any] | None = None) -> None:
        self.name, self.table, self._data = name, table, data

    def __fspath__(self) -> str:
        return self.name

    def __str__(self) -> str:
        return self.name

    def open(self, mode: str = "rb") -> IO[bytes]:
        """A stream of the bytes."""
        return BytesIO(self._data)

    def is_dir(self) -> bool:
        """False: it is a file."""
        return False


def given(source: Content, format: str, largest: int, default: str = "") -> Readable:
    """Return what is to be read as a path, or as what can be read like one.

    Args:
        source: A path, an open file, bytes or a mapping.
        format: The suffix of the format, where no name tells it.
        largest: How many bytes an open file may hold.
        default: The suffix of the format, where nothing else tells it.

    Raises:
        FileError: If no name and no format tells how to read it.
    """
    if isinstance(source, Mapping):
        return Given("the mapping", table=source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        name, data = "", bytes(source)
    elif hasattr(source, "read"):
        # Of a file without a name, some say its number.
        name = called if isinstance(called := getattr(source, "name", ""), str) else ""
        read = source.read(largest + 1)
        data = read.encode() if isinstance(read, str) else read
    else:
        return source
    if format := format or ("" if PurePath(name).suffix else default):
        name = f"{PurePath(name).stem or 'data'}.{format.removeprefix('.')}"
    elif not PurePath(name).suffix:
        finding = Finding("", "nothing tells its format", 'format="csv", or the like', "MK008")
        raise FileError("cannot read what is given", [finding])
    return Given(name, data)


def as_traversable(path: Readable) -> Traversable:
    """The path as something that can be opened, also inside a zipped package."""
    if isinstance(path, Given):
        return path  # type: ignore[return-value]
    return Path(path) if isinstance(path, (str, os.PathLike)) else path


def read_bytes(path: Readable, largest: int = LARGEST_DOCUMENT) -> bytes:
    """The bytes of a file.

    Raises:
        FileError: If there is no such file, or it is too large.
    """
    file = as_traversable(path)
    title = f"cannot read {file}"
    try:
        with file.open("rb") as stream:
            data = stream.read(_FIRST)
            if len(data) == _FIRST:
                data += stream.read(max(0, largest + 1 - _FIRST))
    except (OSError, ValueError) as error:
        raise FileError(title, [_trouble(file, error)]) from None
    if len(data) > largest:
        size = f"{largest // 10**6} MB" if largest >= 10**6 else f"{largest // 1000} kB"
        large = ", or score it as a large table: -o FILE.parquet" if largest == LARGEST_TABLE else ""
        raise FileError(title, [Finding("", f"is larger than {size}", f"a smaller file{large}", "MK001")])
    return data


def read_text(path: Readable, largest: int = LARGEST_DOCUMENT) -> str:
    """The text of a UTF-8 file, with or without a byte order mark.

    Raises:
        FileError: If there is no such file, it is too large, or it is not UTF-8.
    """
    data = read_bytes(path, largest)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{data[error.start]:02x} is not UTF-8{encoding_hint(data)}"
        title = f"cannot read {as_traversable(path)}"
        in_excel = ', in Excel as "CSV UTF-8"' if as_traversable(path).name.lower().endswith(".csv") else ""
        expected = f"a file saved as UTF-8{in_excel}"
        raise FileError(title, [Finding(f"line {line}", problem, expected, "MK001")]) from None


def encoding_hint(data: bytes) -> str:
    """Guess the encoding of a text that is not UTF-8."""
    start = data[:10_000]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ": the file is UTF-16, which Excel calls Unicode text"
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return ": the file is a workbook or another packed file, whatever its name says"
    if b"\0" in start:
        return ": the file is no plain text"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return ": the file seems to be Windows-1252"


def is_folder(file: Traversable) -> bool:
    """Whether it is a folder; what cannot have its name, or be looked at, is none."""
    try:
        return file.is_dir()
    except OSError:
        return False


def why_unreadable(path: Readable) -> Finding | None:
    """Why a file cannot be opened, if so."""
    file = as_traversable(path)
    try:
        file.open("rb").close()
    except (OSError, ValueError) as error:
        return _trouble(file, error)
    return None


def _trouble(file: Traversable, error: OSError | ValueError) -> Finding:
    if isinstance(error, FileNotFoundError):
        return Finding("", "there is no such file", "the path of a file", "MK001")
    if is_folder(file):
        return Finding("", "is a directory", "the path of a file", "MK001")
    return Finding("", getattr(error, "strerror", None) or str(error), "a file that can be read", "MK001")


def read_toml(path: Readable) -> dict[str, Any]:
    """The data of a TOML file.

    Raises:
        FileError: If it cannot be read, or is not TOML.
    """
    if isinstance(path, Given) and path.table is not None:
        return dict(path.table)
    text = read_text(path)
    if has_deep_key(text):
        raise FileError(f"cannot read {path}", [NESTED])
    try:
        if _LONG_KEY.search(text):
            raise RecursionError
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The place is in the message: "Expected '=' (at line 3, column 5)".
        message, _, place = str(error).partition(" (at ")
        if twice := next((hint for start, hint in _TWICE.items() if message.startswith(start)), ""):
            finding = Finding(place.rstrip(")"), "is not TOML: a key stands twice", twice, "MK002")
        else:
            message = re.sub(r"^[A-Z](?=[a-z])", lambda first: first[0].lower(), message)
            finding = Finding(place.rstrip(")"), f"is not TOML: {message}", code="MK002")
    except RecursionError:
        finding = NESTED
    except ValueError:
        finding = TOO_MANY_DIGITS
    raise FileError(f"cannot read {path}", [finding])


def has_deep_key(text: str) -> bool:
    """Whether a key may have very many steps: Python's reader takes far too long over those.

    A text within quotes that looks like such a key counts as one.
    """
    # A key stands on one line.
    return any(line.count(".") >= _STEPS and _DEEP_KEY.search(line) for line in text.split("\n"))


def check_apart(read: Iterable[str | os.PathLike[str]], written: Iterable[str]) -> None:
    """Refuse to write over files that are read, or to one file twice.

    Args:
        read: The files that are read.
        written: Those that are to be written.

    Raises:
        FileError: With each that would be overwritten.
    """
    known, findings = set(map(os.path.realpath, read)), []
    seen: set[str] = set()
    for path in written:
        real = os.path.realpath(path)
        if real in known:
            findings.append(Finding(path, "is read, and would be overwritten", "another file"))
        elif real in seen:
            findings.append(Finding(path, "would be written twice", "a file for each"))
        seen.add(real)
    if findings:
        raise FileError("the results cannot be written", findings)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a file as UTF-8, whole or not at all.

    Raises:
        FileError: If it cannot be written.
    """
    write_to(path, text)


def write_to(target: str | os.PathLike[str] | IO[str] | IO[bytes], content: str | bytes) -> None:
    """Write to a file, whole or not at all, or to one that is open for text or bytes.

    Raises:
        FileError: If it cannot be written.
    """
    is_path = isinstance(target, (str, os.PathLike))
    title = f"cannot write {target}" if is_path else "cannot write to the open file"
    try:
        data = content.encode() if isinstance(content, str) else content
    except UnicodeEncodeError as error:
        problem = f"{quoted(error.object[error.start])} is half a character"
        raise FileError(title, [Finding("", problem, "whole ones", "MK001")]) from None
    if isinstance(target, (str, os.PathLike)):
        write_bytes(target, data)
        return
    stream: Any = target
    try:
        try:
            stream.write(data)
        except TypeError:
            # It is open for text.
            if isinstance(content, bytes):
                finding = Finding("", "is open for text", "a file that is open for bytes", "MK001")
                raise FileError(title, [finding]) from None
            stream.write(content)
    except (OSError, ValueError) as error:
        raise FileError(title, [Finding("", str(error), "a file that can be written to", "MK001")]) from None


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all: an interrupted write leaves what was there.

    A link stays a link, and its target is written. What a run left that was broken off is cleared away.

    Raises:
        FileError: If it cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        clear_unfinished(target)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=UNFINISHED)
        try:
            with open(descriptor, "wb") as stream:
                lock(descriptor)
                stream.write(data)
            os.chmod(name, _mode(target))
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        problem = error.strerror or str(error)
        raise FileError(
            f"cannot write {path}", [Finding("", problem, "a place that can be written to", "MK001")]
        ) from None


#: How the names end of files and folders that are being written.
UNFINISHED = ".unfinished"


def lock(descriptor: int) -> bool:
    """Lock an open file or folder for this process; whether nobody else has. The lock ends with the process."""
    try:
        import fcntl
    except ImportError:
        # Without locks, what stands there may still be written.
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def clear_unfinished(target: Path) -> None:
    """Clear away what runs that were broken off left of a file or folder; what is being written stays."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*{UNFINISHED}"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY)
            try:
                if lock(descriptor):
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            finally:
                os.close(descriptor)


def _mode(target: Path) -> int:
    """A temporary file is private; the finished one is as public as the one before, or as any other."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
