"""Safe reading and writing of files: UTF-8, of bounded size, and written whole or not at all."""

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

#: A source that can be read: a path, or a file of an installed package.
Readable = str | os.PathLike[str] | Traversable
#: A source for the functions that read: a path, an open file, the bytes of a file, or the mapping in a document.
Content = Readable | IO[str] | IO[bytes] | bytes | Mapping[str, Any]

#: A document larger than this is a mistake; tables of ratings may be larger, as long as memory holds them.
LARGEST_DOCUMENT = 20_000_000
LARGEST_TABLE = 200_000_000

#: Findings for documents that exceed the limits of Python's readers of TOML and JSON.
NESTED = Finding("", "is nested too deep", "a flatter file", "MK002")
TOO_MANY_DIGITS = Finding("", "a number has thousands of digits", "a shorter one", "MK002")

#: Number of parts of a key that is refused; no key of ours has nearly as many: ``a.b."c"`` has three.
_MOST_PARTS = 50
_KEY_PART = r"""(?:[\w-]++|"(?:[^"\\]|\\.)*+"|'[^']*+')[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:{_KEY_PART}\.[ \t]*+){{{_MOST_PARTS}}}")

#: Advice on keys that occur twice, by the beginning of the message of Python's reader.
_DUPLICATE_HINTS = {
    "Cannot overwrite": "each key once",
    "Duplicate": "each key once",
    "Cannot declare": "each key once; in a list, each table as [[name]]",
    "Cannot mutate immutable namespace": "each key once: with = or as tables, not both",
}

#: Bytes of the first read: small files need no more, and a bounded read allocates its full bound.
_FIRST_READ = 65_536


class Given:
    """Content that takes the place of a path: the bytes of a file or a mapping, with a name for messages.

    Args:
        name: Name whose suffix shows the format.
        data: Bytes of the file.
        table: Mapping, if there is one instead of bytes.
    """

    def __init__(self, name: str, data: bytes = b"", table: Mapping[str, Any] | None = None) -> None:
        self.name, self.table, self._data = name, table, data

    def __fspath__(self) -> str:
        return self.name

    def __str__(self) -> str:
        return self.name

    def open(self, mode: str = "rb") -> IO[bytes]:
        """Open a stream of the bytes."""
        return BytesIO(self._data)

    def is_dir(self) -> bool:
        """Return False, as it is always a file."""
        return False


def as_readable(source: Content, format: str, largest: int, default: str = "") -> Readable:
    """Return a path as it is, and any other source wrapped as `Given`, so that it can be read like a path.

    Args:
        source: A path, an open file, bytes or a mapping.
        format: Suffix of the format, needed if no file name shows it.
        largest: The most bytes that an open file may hold; one more is read, for the reader to refuse.
        default: Suffix of the format if neither ``format`` nor a name shows it.

    Raises:
        FileError: If neither a name nor the arguments show the format.
    """
    if isinstance(source, Mapping):
        return Given("the mapping", table=source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        name, data = "", bytes(source)
    elif hasattr(source, "read"):
        # The name of an unnamed file may be its descriptor, a number.
        name = label if isinstance(label := getattr(source, "name", ""), str) else ""
        content = source.read(largest + 1)
        data = content.encode() if isinstance(content, str) else content
    else:
        return source
    if format := format or ("" if PurePath(name).suffix else default):
        name = f"{PurePath(name).stem or 'data'}.{format.removeprefix('.')}"
    elif not PurePath(name).suffix:
        finding = Finding("", "nothing tells its format", 'format="csv", or the like', "MK008")
        raise FileError("cannot read what is given", [finding])
    return Given(name, data)


def as_traversable(path: Readable) -> Traversable:
    """Return a source as an object that can be opened, even inside a zipped package."""
    if isinstance(path, Given):
        return path  # type: ignore[return-value]
    return Path(path) if isinstance(path, (str, os.PathLike)) else path


def read_bytes(path: Readable, largest: int = LARGEST_DOCUMENT) -> bytes:
    """Read the bytes of a file.

    Raises:
        FileError: If there is no such file, or it is too large.
    """
    file = as_traversable(path)
    title = f"cannot read {file}"
    try:
        with file.open("rb") as stream:
            data = stream.read(_FIRST_READ)
            if len(data) == _FIRST_READ:
                data += stream.read(max(0, largest + 1 - _FIRST_READ))
    except (OSError, ValueError) as error:
        raise FileError(title, [_open_finding(file, error)]) from None
    if len(data) > largest:
        size = f"{largest // 10**6} MB" if largest >= 10**6 else f"{largest // 1000} kB"
        large_table = ", or score it as a large table: -o FILE.parquet" if largest == LARGEST_TABLE else ""
        raise FileError(title, [Finding("", f"is larger than {size}", f"a smaller file{large_table}", "MK001")])
    return data


def read_text(path: Readable, largest: int = LARGEST_DOCUMENT) -> str:
    """Read the text of a UTF-8 file, with or without a byte order mark.

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
    """Return a clause with the likely encoding of bytes that are not UTF-8; empty if there is no guess."""
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
    """Tell whether a path is a folder; impossible and inaccessible paths are not."""
    try:
        return file.is_dir()
    except OSError:
        return False


def why_unreadable(path: Readable) -> Finding | None:
    """Return a finding with the reason why a file cannot be opened, or None if it can."""
    file = as_traversable(path)
    try:
        file.open("rb").close()
    except (OSError, ValueError) as error:
        return _open_finding(file, error)
    return None


def _open_finding(file: Traversable, error: OSError | ValueError) -> Finding:
    """Return the finding for a file that cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return Finding("", "there is no such file", "the path of a file", "MK001")
    if is_folder(file):
        return Finding("", "is a directory", "the path of a file", "MK001")
    return Finding("", getattr(error, "strerror", None) or str(error), "a file that can be read", "MK001")


def read_toml(path: Readable) -> dict[str, Any]:
    """Read the data of a TOML file.

    Raises:
        FileError: If it cannot be read, or is not TOML.
    """
    if isinstance(path, Given) and path.table is not None:
        return dict(path.table)
    text = read_text(path)
    if has_deep_key(text):
        raise FileError(f"cannot read {path}", [NESTED])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The message ends with the location: "Expected '=' (at line 3, column 5)".
        message, _, location = str(error).partition(" (at ")
        if hint := next((hint for start, hint in _DUPLICATE_HINTS.items() if message.startswith(start)), ""):
            finding = Finding(location.rstrip(")"), "is not TOML: a key stands twice", hint, "MK002")
        else:
            message = re.sub(r"^[A-Z](?=[a-z])", lambda match: match[0].lower(), message)
            finding = Finding(location.rstrip(")"), f"is not TOML: {message}", code="MK002")
    except RecursionError:
        finding = NESTED
    except ValueError:
        finding = TOO_MANY_DIGITS
    raise FileError(f"cannot read {path}", [finding])


def has_deep_key(text: str) -> bool:
    """Tell whether a key may have very many parts: Python's reader takes far too much time and memory for those.

    A text in quotes that looks like such a key counts as one.
    """
    # A key cannot span lines.
    return any(line.count(".") >= _MOST_PARTS and _DEEP_KEY.search(line) for line in text.split("\n"))


def refuse_overwriting(read: Iterable[str | os.PathLike[str]], written: Iterable[str]) -> None:
    """Refuse to overwrite files that are read, or to write one file twice.

    Args:
        read: Files that are read.
        written: Files that are to be written.

    Raises:
        FileError: If a file would be overwritten, with each of them.
    """
    inputs, findings = set(map(os.path.realpath, read)), []
    seen: set[str] = set()
    for path in written:
        real = os.path.realpath(path)
        if real in inputs:
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
    """Write content to a path, whole or not at all, or to a file that is open for text or bytes.

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
            # A file that is open for text refuses bytes.
            if isinstance(content, bytes):
                finding = Finding("", "is open for text", "a file that is open for bytes", "MK001")
                raise FileError(title, [finding]) from None
            stream.write(content)
    except (OSError, ValueError) as error:
        raise FileError(title, [Finding("", str(error), "a file that can be written to", "MK001")]) from None


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all: after an interruption, the previous file is still there.

    If the path is a link, its target is written. Unfinished files that interrupted runs left behind are deleted.

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


#: The end of the names of files and folders that are being written.
UNFINISHED = ".unfinished"


def lock(descriptor: int) -> bool:
    """Lock an open file or folder until the process ends; return False if that is impossible."""
    try:
        import fcntl
    except ImportError:
        # On Windows there is no such lock, so an unfinished file may still be in use.
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def clear_unfinished(target: Path) -> None:
    """Delete what interrupted runs left of a file or folder, but nothing that is still being written."""
    for leftover in target.parent.glob(f".{glob.escape(target.name)}.*{UNFINISHED}"):
        with suppress(OSError):
            descriptor = os.open(leftover, os.O_RDONLY)
            try:
                if lock(descriptor):
                    shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            finally:
                os.close(descriptor)


def _mode(target: Path) -> int:
    """Return the permissions of the file that is replaced or, without one, of a new file.

    A temporary file, which is renamed in the end, is private to its owner.
    """
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
