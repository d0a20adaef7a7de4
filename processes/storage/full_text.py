"""Full-text search for cases, on both databases, in Chinese.

Text is stored as pairs of characters (张建国: 张建 建国), which every database can index as words: SQLite by
FTS5, PostgreSQL by a `tsvector`. A search for several pairs finds texts that contain all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Dialect, TextClause, text
from sqlalchemy.orm import Session

from processes.storage.round_trip import Statement
from processes.storage.unit_of_work import UnitOfWork

_RUNS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[0-9a-z]+")
_LONGEST = 4_000
SHORTEST = 2
MOST = 300
MOST_READ = 3_000

SQLITE = ("CREATE VIRTUAL TABLE case_text USING fts5(case_id UNINDEXED, body, tokenize='unicode61')",)
POSTGRESQL = (
    "CREATE TABLE case_text (id BIGSERIAL PRIMARY KEY, case_id INTEGER NOT NULL, body TSVECTOR NOT NULL)",
    "CREATE INDEX ix_case_text_body ON case_text USING gin (body)",
    "CREATE INDEX ix_case_text_case ON case_text (case_id)",
)


def create(connection: Connection) -> None:
    """Create the index; for the migration."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.execute(text(statement))


def _adding(dialect: Dialect) -> TextClause:
    if dialect.name == "sqlite":
        return text("INSERT INTO case_text (case_id, body) VALUES (:case_id, :body)")
    return text("INSERT INTO case_text (case_id, body) VALUES (:case_id, to_tsvector('simple', :body))")


_ADDING = Statement(_adding)


def pairs(words: str) -> list[str]:
    """Return pairs of characters of Chinese text, and words of letters and digits unchanged."""
    found: list[str] = []
    for run in _RUNS.findall(words.lower()):
        if run[0].isascii():
            found.append(run)
        else:
            found += [run[n : n + 2] for n in range(len(run) - 1)] or [run]
    return found


def add(uow: UnitOfWork, case_id: int, words: Iterable[object]) -> None:
    """Add text of a case."""
    body = _body(words)
    if body:
        uow.add_statement(_ADDING, {"case_id": case_id, "body": body})


def add_at_once(connection: Connection, case_id: int, words: Iterable[object]) -> None:
    """Add text of a case immediately; for the migration."""
    body = _body(words)
    if body:
        connection.execute(_adding(connection.dialect), {"case_id": case_id, "body": body})


def _body(words: Iterable[object]) -> str:
    """Text too short to be searched for is left out (是, 否)."""
    long_enough = [w for w in map(str, words) if len(w) >= SHORTEST]
    return " ".join(pairs(" ".join(long_enough)[:_LONGEST]))


def matching(session: Session, word: str) -> Sequence[int]:
    """Return ids of cases whose text contains a word, the latest first, at most `MOST`; the caller adds the scope."""
    wanted = pairs(word)
    if len(word.strip()) < SHORTEST or not wanted:
        return []
    if session.get_bind().dialect.name == "sqlite":
        statement = "SELECT DISTINCT case_id FROM case_text WHERE case_text MATCH :wanted ORDER BY case_id DESC LIMIT :most"
        query = " AND ".join(f'"{w}"' for w in wanted)
    else:
        statement = (
            # A subquery, sorted afterwards: in one query, PostgreSQL scans the cases backwards and reads
            # every text.
            "WITH found AS MATERIALIZED (SELECT case_id FROM case_text WHERE body @@ to_tsquery('simple', :wanted) "
            "LIMIT :read) SELECT DISTINCT case_id FROM found ORDER BY case_id DESC LIMIT :most"
        )
        query = " & ".join(f"'{w}'" for w in wanted)
    parameters: dict[str, object] = {"wanted": query, "most": MOST}
    if ":read" in statement:
        parameters["read"] = MOST_READ
    return [int(row[0]) for row in session.execute(text(statement), parameters)]


def remove(session: Session, case_id: int) -> None:
    """Remove the text of a case."""
    session.execute(text("DELETE FROM case_text WHERE case_id = :case_id"), {"case_id": case_id})


def clear(session: Session) -> None:
    """Remove everything; for an office that is founded anew."""
    session.execute(text("DELETE FROM case_text"))
