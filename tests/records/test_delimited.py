from __future__ import annotations

from pathlib import Path

import pytest

from copilot.errors import KnowledgeError
from copilot.records.delimited import read_delimited


def read(tmp_path: Path, content: bytes) -> dict[str, list[str]]:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return read_delimited(path).columns


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_usual_encoding_and_delimiter_is_found_out(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = 'name|note\nMåling|"a, b; c"\n'.replace("|", delimiter)
    assert read(tmp_path, text.encode(encoding)) == {"name": ["Måling"], "note": ["a, b; c"]}


def test_rows_are_counted_as_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b'a,b\r\n1,"two\nlines"\r\n\r\n3,4,5\r\n6\r\n')
    table = read_delimited(path)
    assert (table.rows, table.ragged) == ([2, 4, 5], [4, 5])
    assert table.columns == {"a": ["1", "3", "6"], "b": ["two lines", "4", ""]}


def test_columns_of_the_same_name_are_kept_apart(tmp_path: Path) -> None:
    assert list(read(tmp_path, b"a,A ,,_row\n1,2,3,4\n")) == ["a", "A_2", "column_3", "_row_2"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , \n1,2\n"])
def test_a_file_without_column_names_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KnowledgeError, match="row 1"):
        read(tmp_path, content)


@pytest.mark.parametrize(("encoding", "assumed"), [("utf-8", ""), ("utf-16", ""), ("cp1250", "cp1252")])
def test_a_file_that_does_not_tell_its_encoding_says_which_was_taken(
    tmp_path: Path, encoding: str, assumed: str
) -> None:
    path = tmp_path / "heads.csv"
    path.write_bytes("Item;Head\nB-1;Jiří Novák\n".encode(encoding))
    assert read_delimited(path).encoding == assumed
    assert read_delimited(path, encoding).encoding == ""
