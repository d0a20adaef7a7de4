"""The content of a release is wrong."""

from __future__ import annotations

from processes.errors.families import ContentFault


class ExpressionRefused(ContentFault):
    """An expression outside the small language, or beyond its bounds."""

    code = "expression_refused"
    text = "表达式“{expression}”不能使用：{reason}"
    text_en = "Expression “{expression}” refused: {reason}"


class TomlInvalid(ContentFault):
    """A TOML file that cannot be read, or is larger or deeper than any needs to be."""

    code = "toml_invalid"
    text = "TOML 文件有误：{reason}"
    text_en = "The TOML file is faulty: {reason}"

    @property
    def reason(self) -> str:
        """What is wrong, for the sentence of whoever knows the file."""
        return str(self.params["reason"])


class ExpressionFailed(ContentFault):
    """A legal expression that could not be evaluated with the data at hand."""

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
    """No row of a table answers the question."""

    code = "table_gap"
    text = "决策表“{table}”没有与当前情形对应的行：{inputs}"
    text_en = "No row of table “{table}” matches: {inputs}"


class TableOverlap(ContentFault):
    """Several rows of a UNIQUE table answer."""

    code = "table_overlap"
    text = "决策表“{table}”有多行同时符合（第 {rows} 行），应只有一行。"
    text_en = "Rows {rows} of unique table “{table}” match at once."


class UnknownVerb(ContentFault):
    """A diagram asks for a service operation that is not registered."""

    code = "unknown_verb"
    text = "流程图使用了未登记的服务操作“{verb}”。"
    text_en = "Service operation “{verb}” is not registered."


class VerbParametersInvalid(ContentFault):
    """A service operation was asked for with wrong parameters."""

    code = "verb_parameters_invalid"
    text = "服务操作“{verb}”的参数有误：{reason}"
    text_en = "Parameters of “{verb}” are wrong: {reason}"


class BundleInvalid(ContentFault):
    """A programme folder with lint problems cannot be published."""

    code = "bundle_invalid"
    text = "流程内容有 {count} 处问题，不能发布：{reason}。"
    text_en = "{count} problems; the content cannot be published: {reason}"

    def __init__(
        self, count: int, reason: str = "请先按“yimen lint”的提示修改", *, clause: str | None = None
    ) -> None:
        super().__init__(clause=clause, count=count, reason=reason.rstrip("。"))


class PaperValueMissing(ContentFault):
    """A template asks for a value that the paper's data does not hold."""

    code = "paper_value_missing"
    text = "文书“{paper}”缺少内容：{reason}。文书未生成，以免出现空白。"
    text_en = "Paper “{paper}” lacks a value: {reason}"


class UnknownPaper(ContentFault):
    """A diagram asks for a paper that `documents.toml` does not name."""

    code = "unknown_paper"
    text = "流程图要出具的文书“{paper}”没有在 documents.toml 中登记。"
    text_en = "Paper “{paper}” is not listed in documents.toml."


class ScenarioInvalid(ContentFault):
    """A scenario file that breaks its schema or cannot be played."""

    code = "scenario_invalid"
    text = "情景文件有误：{reason}"
    text_en = "The scenario is faulty: {reason}"


class RehearsalCutOff(ContentFault):
    """A scenario, or a portion of cases, did not come to its end within its time."""

    code = "rehearsal_cut_off"
    text = "演练超过 {seconds} 秒仍没有完成，已停止。请减少等待的天数和环节，并检查流程是否反复循环。"
    text_en = "The rehearsal was not done within {seconds} seconds and was stopped."


class EngineFault(ContentFault):
    """The diagram runs into a state that it cannot leave."""

    code = "engine_fault"
    text = "流程无法继续：{reason}"
    text_en = "The process cannot go on: {reason}"
