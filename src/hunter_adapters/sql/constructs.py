"""What PostgreSQL and SQLite write differently: lists of rows and of columns, a word in a list, lists of ids."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class JsonRows(ColumnElement[str]):
    """All rows of a query as the text of a JSON list of lists, in no order; NULL where there are none."""

    inherit_cache = False
    type = Text()

    def __init__(self, *columns: Any) -> None:
        self.columns = columns


@compiles(JsonRows, "postgresql")
def _json_rows_postgresql(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:
    listed = ", ".join(compiler.process(column, **options) for column in element.columns)
    return f"CAST(json_agg(json_build_array({listed})) AS TEXT)"


@compiles(JsonRows, "sqlite")
def _json_rows_sqlite(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:
    listed = ", ".join(compiler.process(column, **options) for column in element.columns)
    # Without a row SQLite gives an empty list: the readers take it as they take NULL.
    return f"json_group_array(json_array({listed}))"


class JsonColumns(ColumnElement[str]):
    """
    All rows of a query as the text of a JSON list of columns: a list of values for each, in one and the same order.

    Read much faster than rows. Where there are none, a column is NULL in PostgreSQL and an empty list in SQLite.
    """

    inherit_cache = False
    type = Text()

    def __init__(self, *columns: Any) -> None:
        self.columns = columns


@compiles(JsonColumns, "postgresql")
def _json_columns_postgresql(element: JsonColumns, compiler: SQLCompiler, **options: Any) -> str:
    listed = ", ".join(f"json_agg({compiler.process(column, **options)})" for column in element.columns)
    return f"CAST(json_build_array({listed}) AS TEXT)"


@compiles(JsonColumns, "sqlite")
def _json_columns_sqlite(element: JsonColumns, compiler: SQLCompiler, **options: Any) -> str:
    listed = (f"json_group_array({compiler.process(column, **options)})" for column in element.columns)
    return f"json_array({', '.join(listed)})"


class JsonHas(ColumnElement[bool]):
    """Whether the JSON list in *column* holds the text *word*."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Any, word: Any) -> None:
        self.column, self.word = column, word


@compiles(JsonHas, "postgresql")
def _json_has_postgresql(element: JsonHas, compiler: SQLCompiler, **options: Any) -> str:
    column, word = compiler.process(element.column, **options), compiler.process(element.word, **options)
    return f"jsonb_exists({column}, {word})"


@compiles(JsonHas, "sqlite")
def _json_has_sqlite(element: JsonHas, compiler: SQLCompiler, **options: Any) -> str:
    column, word = compiler.process(element.column, **options), compiler.process(element.word, **options)
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = {word})"  # noqa: S608 - compiled parts


class IdList(ColumnElement[str]):
    """The ids of all rows as one text, with commas between, each as `uuid.UUID` reads it; NULL where there are none."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: Any) -> None:
        self.column = column


@compiles(IdList, "postgresql")
def _id_list_postgresql(element: IdList, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg(CAST({compiler.process(element.column, **options)} AS TEXT), ',')"


@compiles(IdList, "sqlite")
def _id_list_sqlite(element: IdList, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat(hex({compiler.process(element.column, **options)}))"
