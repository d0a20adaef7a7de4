"""Errors in the content of a release."""

from __future__ import annotations

from processes.errors.families import ContentFault
from processes.texts import tr


class ExpressionRefused(ContentFault):
    """An expression that is not part of the expression language, or exceeds its limits."""

    code = "expression_refused"
    text = "表达式“{expression}”不能使用：{reason}"
    text_en = "Expression “{expression}” refused: {reason}"


class TomlInvalid(ContentFault):
    """A TOML file that cannot be parsed, or is too large or too deep."""

    code = "toml_invalid"
    text = "TOML 文件有误：{reason}"
    text_en = "The TOML file is faulty: {reason}"

    @property
    def reason(self) -> str:
        """What is wrong, for a message that names the file."""
        reason: str = self.params["reason"]  # a text stays one
        return reason


class ExpressionFailed(ContentFault):
    """A valid expression that could not be evaluated with the given data."""

    code = "expression_failed"
    text = "表达式“{expression}”无法计算：{reason}"
    text_en = "Expression “{expression}” failed: {reason}"


class DiagramInvalid(ContentFault):
    """A diagram that cannot be read or executed."""

    code = "diagram_invalid"
    text = "流程图“{file}”无法读取：{reason}"
    text_en = "Diagram “{file}” cannot be read: {reason}"


class TableInvalid(ContentFault):
    """A decision table that cannot be read."""

    code = "table_invalid"
    text = "决策表“{table}”有误：{reason}"
    text_en = "Decision table “{table}” is faulty: {reason}"


class TableGap(ContentFault):
    """No row of a table matches."""

    code = "table_gap"
    text = "决策表“{table}”没有与当前情形对应的行：{inputs}"
    text_en = "No row of table “{table}” matches: {inputs}"


class TableOverlap(ContentFault):
    """Several rows of a UNIQUE table match."""

    code = "table_overlap"
    text = "决策表“{table}”有多行同时符合（第 {rows} 行），应只有一行。"
    text_en = "Rows {rows} of unique table “{table}” match at once."


class UnknownVerb(ContentFault):
    """A diagram calls a service operation that is not registered."""

    code = "unknown_verb"
    text = "流程图使用了未登记的服务操作“{verb}”。"
    text_en = "Service operation “{verb}” is not registered."


class VerbParametersInvalid(ContentFault):
    """A service operation was called with wrong parameters."""

    code = "verb_parameters_invalid"
    text = "服务操作“{verb}”的参数有误：{reason}"
    text_en = "Parameters of “{verb}” are wrong: {reason}"


class BundleInvalid(ContentFault):
    """A programme folder with lint problems cannot be published."""

    code = "bundle_invalid"
    text = "流程内容有 {count} 处问题，不能发布：{reason}。"
    text_en = "{count} problems; the content cannot be published: {reason}"

    def __init__(self, count: int, reason: str = "", *, clause: str | None = None) -> None:
        super().__init__(
            clause=clause, count=count, reason=_without_stop(reason) or tr("请先按“yimen lint”的提示修改")
        )


class PaperValueMissing(ContentFault):
    """A template needs a value that the paper's data do not contain."""

    code = "paper_value_missing"
    text = "文书“{paper}”缺少内容：{reason}。文书未生成，以免出现空白。"
    text_en = "Paper “{paper}” lacks a value: {reason}"


class UnknownPaper(ContentFault):
    """A diagram names a paper that is not in `documents.toml`."""

    code = "unknown_paper"
    text = "流程图要出具的文书“{paper}”没有在 documents.toml 中登记。"
    text_en = "Paper “{paper}” is not listed in documents.toml."


class ScenarioInvalid(ContentFault):
    """A scenario file that violates its schema or cannot be played."""

    code = "scenario_invalid"
    text = "情景文件有误：{reason}"
    text_en = "The scenario is faulty: {reason}"


class RehearsalCutOff(ContentFault):
    """A scenario, or a set of cases, exceeded its time limit."""

    code = "rehearsal_cut_off"
    text = "演练超过 {seconds} 秒仍没有完成，已停止。请减少等待的天数和环节，并检查流程是否反复循环。"
    text_en = "The rehearsal was not done within {seconds} seconds and was stopped."


class EngineFault(ContentFault):
    """The diagram reaches a state that it cannot leave."""

    code = "engine_fault"
    text = "流程无法继续：{reason}"
    text_en = "The process cannot go on: {reason}"


def _without_stop(reason: str) -> str:
    """A reason as it stands before the full stop of its sentence; a text stays one."""
    return reason.removesuffix("。") if reason.endswith("。") else reason
