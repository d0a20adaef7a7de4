"""Print what the tests of `./test coverage` ran of each room: lines, and ways out of branches."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

REPORT = Path(__file__).parent.parent / "var" / "coverage.json"
COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def main() -> None:
    """Read coverage's report by file and add it up by room."""
    rooms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, file in json.loads(REPORT.read_text())["files"].items():
        room = "/".join(Path(name).parts[:-1][:2])
        for one in (room, "all"):
            rooms[one].update({count: file["summary"][count] for count in COUNTS})
    print(f"{'room':30}{'lines':>8}{'':>9}{'branches':>10}")
    for room, counts in sorted(rooms.items()):
        lines, ran, branches, taken = (counts[count] for count in COUNTS)
        print(f"{room:30}{lines:8}{ran / max(lines, 1):9.1%}{branches:10}{taken / max(branches, 1):9.1%}")


if __name__ == "__main__":
    main()
