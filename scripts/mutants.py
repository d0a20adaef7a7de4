"""Change the program in one place at a time and see whether a test notices: `./test mutants [module]`.

What is changed, and by which tests it is judged, stands in `pyproject.toml` under `[tool.mutmut]`.  A change that no
test notices must be known in `tests/mutants.toml`, with the reason why it does no harm; the run fails where one is not,
or where fewer than 85 % are noticed.  docs/adr/0062
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

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


def change_of(mutant: str) -> str:
    """The line as a mutant has it."""
    lines = mutmut("show", mutant).splitlines()
    return "\n".join(line[1:].strip() for line in lines if re.match(r"\+(?!\+\+)", line))


def function_of(mutant: str) -> str:
    """The function that a mutant lies in (`processes.engine.returns._rebuild`)."""
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module}.{name.removeprefix('x_')}"


def main() -> int:
    """Run all mutants, or those of one module, and report."""
    pattern = f"{sys.argv[1]}.*" if len(sys.argv) > 1 else "*"
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    mutmut("run", pattern)
    statuses = dict(
        line.strip().rsplit(": ", 1)
        for line in mutmut("results", "--all", "true").splitlines()
        if ": " in line
    )
    known = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text())["harmless"]
    harmless = {(one["function"], one["becomes"]) for one in known}
    by_module: dict[str, Counter[str]] = {}
    unknown = []
    for mutant, status in statuses.items():
        if status == "not checked":  # of another module than the one that was asked for
            continue
        by_module.setdefault(function_of(mutant).rpartition(".")[0], Counter())[status] += 1
        if status not in NOTICED and (function_of(mutant), change_of(mutant)) not in harmless:
            unknown.append(mutant)
    is_enough = True
    for module, counts in sorted(by_module.items()):
        share = sum(counts[s] for s in NOTICED) / counts.total()
        is_enough = is_enough and share >= LEAST
        print(f"{module}: {share:.1%} of {counts.total()} noticed ({dict(counts)})")
    for mutant in unknown:
        print(f"nobody notices {mutant}: {change_of(mutant)}")
    return 0 if by_module and is_enough and not unknown else 1


if __name__ == "__main__":
    sys.exit(main())
