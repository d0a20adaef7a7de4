"""Print, one a line, the arguments that give uv the package sources of this machine's pip configuration.

pip reads files and `PIP_…` variables that uv does not know: its index, further indexes and folders of
packages.  Local folders that do not exist are left out, as pip leaves them out.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ARGUMENTS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}
_LOCATIONS = ("index-url", "extra-index-url", "find-links")


def arguments(listing: str) -> list[str]:
    """uv's arguments from what `pip config list` prints; a variable outranks a file."""
    found: dict[str, list[str]] = {}
    # Variables are listed as `:env:.name`; sorted first here so that files cannot replace them.
    lines = sorted(listing.splitlines(), key=lambda line: not line.startswith(":env:"))
    for line in lines:
        key, _, value = line.partition("=")
        option = key.rpartition(".")[2]
        if option in _ARGUMENTS and option not in found:
            words = str(ast.literal_eval(value)).split()
            found[option] = [w for w in words if option not in _LOCATIONS or _exists(w)]
    return [part for option, words in found.items() for word in words for part in (_ARGUMENTS[option], word)]


def _exists(location: str) -> bool:
    split = urlsplit(location)
    if split.scheme in ("http", "https"):
        return True
    return Path(unquote(split.path) if split.scheme == "file" else location).exists()


def main() -> None:
    """Ask this environment's pip; its failure is ours."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    print("\n".join(arguments(listed.stdout)))


if __name__ == "__main__":
    main()
