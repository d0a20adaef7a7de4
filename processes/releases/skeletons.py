"""Initial text of new files of a content."""

from __future__ import annotations

import json

from processes.errors import Invalid
from processes.texts import tr

_TABLE = tr(
    '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{id}_definitions" name="{id}" namespace="http://camunda.org/schema/1.0/dmn">\n  <decision id="{id}" name="{id}">\n    <decisionTable id="{id}_table" hitPolicy="FIRST">\n      <input id="{id}_input" label="条件"><inputExpression id="{id}_expression" typeRef="string"><text></text></inputExpression></input>\n      <output id="{id}_output" label="结果" name="result" typeRef="string" />\n    </decisionTable>\n  </decision>\n</definitions>\n'
)


def skeleton(name: str) -> str:
    """Return the text of a new form or table; raises `Invalid` for kinds that must be uploaded."""
    stem = name.rsplit("/", 1)[-1].split(".")[0]
    if name.endswith(".form"):
        form = {"type": "default", "id": stem, "schemaVersion": 19, "title": stem, "components": []}
        return json.dumps(form, ensure_ascii=False, indent=2) + "\n"
    if name.endswith(".dmn"):
        return _TABLE.format(id=stem)
    raise Invalid(reason=tr("这类文件请选择一个文件导入；情景可以录制"))
