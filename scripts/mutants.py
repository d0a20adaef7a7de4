"""Change the program in one place at a time and see whether a test notices: `./test mutants [module]`.

What is changed, and by which tests it is judged, stands in `pyproject.toml` under `[tool.mutmut]`.  A change that no
test notices must be known in `tests/mutants.toml`, with the reason why it does no harm; the run fails where one is not,
or where fewer than 85 % are noticed.  Several modules may be named, or a package: `processes.access`.  docs/adr/0062
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant

ROOT = Path(__file__).parent.parent
MUTMUT = str(ROOT / ".venv" / "bin" / "mutmut")
LEAST = 0.85
NOTICED = ("killed", "timeout", "caught by type check")


def mutmut(*arguments: str) -> str:
    """What a command of mutmut prints."""
    command = [MUTMUT, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  the project's own tool
    if done.returncode != 0:
        raise SystemExit(f"mutmut {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its function (`processes.access.scope.StandIn.covers`), and the changed lines before and after."""

    function: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Harmless:
    """Changes that no test need notice: lines of a function as changed, or a part of any line."""

    lines: frozenset[tuple[str, str]]
    parts: tuple[re.Pattern[str], ...]

    def has(self, change: Change) -> bool:
        """Return whether a change is known to do no harm."""
        return (change.function, change.becomes) in self.lines or any(
            _without(part, change.was) == _without(part, change.becomes) for part in self.parts
        )


def read_harmless() -> Harmless:
    """Return what `tests/mutants.toml` says."""
    known = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text())
    return Harmless(
        frozenset((one["function"], one["becomes"]) for one in known["harmless"]),
        tuple(re.compile(one["part"]) for one in known["harmless_part"]),
    )


def _without(part: re.Pattern[str], line: str) -> str:
    """A line without a part, and without the comma that was before it."""
    return re.sub(r"[,\s]+(?=\))", "", part.sub("", line))


def module_of(mutant: str) -> str:
    """The module that a mutant lies in."""
    return mutant.rpartition("__mutmut_")[0].rpartition(".")[0]


def change_of(mutant: str) -> Change:
    """What a mutant changes."""
    module = module_of(mutant)
    name = mutant.rpartition("__mutmut_")[0].removeprefix(f"{module}.")
    # A function is called `x_name` by the tool, a method `xǁClassǁname`.
    own = (
        name.removeprefix("x").replace("ǁ", ".").removeprefix(".") if "ǁ" in name else name.removeprefix("x_")
    )
    lines = get_diff_for_mutant(mutant, path=Path(f"{module.replace('.', '/')}.py")).splitlines()
    was, becomes = (
        "\n".join(
            line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith(sign * 3)
        )
        for sign in "-+"
    )
    return Change(f"{module}.{own}", was, becomes)


def main() -> int:
    """Run all mutants, or those of one module, and report."""
    os.chdir(ROOT)
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    mutmut("run", *(f"{module}.*" for module in sys.argv[1:] or ["processes"]))
    statuses = dict(
        line.strip().rsplit(": ", 1)
        for line in mutmut("results", "--all", "true").splitlines()
        if ": " in line
    )
    harmless = read_harmless()
    by_module: dict[str, Counter[str]] = {}
    unknown: list[tuple[str, Change]] = []
    for mutant, status in statuses.items():
        if status == "not checked":  # of another module than the one that was asked for
            continue
        by_module.setdefault(module_of(mutant), Counter())[status] += 1
        if status not in NOTICED and not harmless.has(change := change_of(mutant)):
            unknown.append((mutant, change))
    is_enough = True
    for module, counts in sorted(by_module.items()):
        share = sum(counts[s] for s in NOTICED) / counts.total()
        is_enough = is_enough and share >= LEAST
        print(f"{module}: {share:.1%} of {counts.total()} noticed ({dict(counts)})")
    for mutant, change in unknown:
        print(f"nobody notices {mutant}: {change.was} -> {change.becomes}")
    return 0 if by_module and is_enough and not unknown else 1


if __name__ == "__main__":
    sys.exit(main())
