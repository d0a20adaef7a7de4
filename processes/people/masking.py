"""Masking: what lists, notices and logs may show of a person (个人信息保护法: no more than needed)."""

from __future__ import annotations

HEAD_DIGITS = 4
TAIL_DIGITS = 4
ID_LENGTH = 18


def id_number(head: str, tail: str) -> str:
    """`3401**********1234`: the first and last four characters of an ID number."""
    return f"{head}{'*' * (ID_LENGTH - HEAD_DIGITS - TAIL_DIGITS)}{tail}"


def minor_name(name: str) -> str:
    """A minor's name on a public paper: the family name only."""
    return name[:1] + "某" * max(len(name) - 1, 1)
