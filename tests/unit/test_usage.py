"""A wrong command line is told in Chinese, with the exit code that shells know."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from processes.cli.main import main


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["nothing"], "没有这个命令。用法见 yimen --help。"),
        (["lint", "--nope", "bpmn"], "没有选项 --nope。用法见 yimen lint --help。"),
        (["lint"], "缺少参数 PATHS。用法见 yimen lint --help。"),
        (["explain"], "缺少参数 NUMBER。用法见 yimen explain --help。"),
        (["explain", "one", "two"], "参数多余或不对。用法见 yimen explain --help。"),
        (["division", "import", "/none"], "参数 FILE：没有这个文件，或者不能读取。"),
    ],
)
def test_told(line: list[str], told: str) -> None:
    found = CliRunner().invoke(main, line, prog_name="yimen")
    assert found.exit_code == 2
    assert told in found.stderr
    assert "Error" not in found.stderr
