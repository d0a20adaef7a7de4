"""Error families of the office.

What lives here: one root, seven families and every concrete error the program raises on purpose.
The family decides the HTTP status and the log level (`web.errors`), the class says what happened,
and the Chinese sentence for the person is built here from plain parameters, so that worker,
command line and desk all say the same.  Anything that is not a `YimenError` is a defect.

Message rubric: what happened, why, what to do next, whom to ask.
"""

from __future__ import annotations

from typing import Any, ClassVar


class YimenError(Exception):
    """Root of every error raised on purpose.

    `code` is stable and meant for programs; `message` is Chinese and meant for the person;
    `clause` names the duty or article where there is one.
    """

    code: ClassVar[str] = "error"
    text: ClassVar[str] = "出现错误。"
    text_en: ClassVar[str] = "An error occurred."

    def __init__(self, *, clause: str | None = None, **params: Any) -> None:
        self.params = params
        self.clause = clause
        super().__init__(self.code)

    @property
    def message(self) -> str:
        """The sentence for the person, in Chinese, with the parameters filled in."""
        return self.text.format(**self.params)

    @property
    def message_en(self) -> str:
        """The same sentence in English, the second language of the screens."""
        return self.text_en.format(**self.params)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


# ---------------------------------------------------------------- families


class Invalid(YimenError):
    """The input cannot be right (422, shown at the field)."""

    code = "invalid"
    text = "填写的内容有误：{reason}"
    text_en = "The input is not valid: {reason}"


class NotAllowed(YimenError):
    """This person may not do this (403)."""

    code = "not_allowed"
    text = "您没有办理此事项的权限。如需办理，请联系系统管理员。"
    text_en = "You may not do this. Ask the administrator if you need to."


class NotFound(YimenError):
    """Not there, or outside the person's data scope: the same answer (404)."""

    code = "not_found"
    text = "没有找到，或不在您的管辖范围内。"
    text_en = "Not found, or outside your area."


class Conflict(YimenError):
    """The world moved between reading and writing (409)."""

    code = "conflict"
    text = "内容已被他人更新，请刷新后再办理。"
    text_en = "Somebody changed this meanwhile. Reload and try again."


class RuleBroken(YimenError):
    """A rule of the office says no (409, with the article)."""

    code = "rule_broken"
    text = "不符合办理规定：{reason}"
    text_en = "Against the rules of the office: {reason}"


class ContentFault(YimenError):
    """A diagram, table, form, sheet or template is wrong (422 in lint; an incident in a case)."""

    code = "content_fault"
    text = "流程内容有误：{reason}"
    text_en = "The process content is faulty: {reason}"


class Unavailable(YimenError):
    """Busy, or an outside failure; tried again (503)."""

    code = "unavailable"
    text = "系统正忙，请稍候再试。已填写的内容没有丢失。"
    text_en = "Busy; please try again. Nothing you typed is lost."


# ---------------------------------------------------------------- Invalid


class IdNumberInvalid(Invalid):
    """A resident identity number that breaks GB 11643."""

    code = "id_number_invalid"
    text = "公民身份号码不正确：{reason}"
    text_en = "The ID number is not valid: {reason}"


class FormInvalid(Invalid):
    """A submitted form breaks its schema; `fields` maps field key to sentences."""

    code = "form_invalid"
    text = "有 {count} 处填写有误，请按提示修改后再提交；已填写的内容已保留。"
    text_en = "{count} fields need attention; what you typed is kept."

    def __init__(self, fields: dict[str, list[str]], *, clause: str | None = None) -> None:
        self.fields = fields
        super().__init__(clause=clause, count=len(fields))


class AttachmentRefused(Invalid):
    """An attachment of a kind or size that the office does not take."""

    code = "attachment_refused"
    text = "附件未能上传：{reason}"
    text_en = "The attachment was refused: {reason}"


# ---------------------------------------------------------------- NotAllowed


class SignInRefused(NotAllowed):
    """Wrong name or password; says nothing about which."""

    code = "sign_in_refused"
    text = "用户名或密码不正确。连续输错将锁定账号。"
    text_en = "Wrong user name or password."


class AccountLocked(NotAllowed):
    """Too many failed sign-ins."""

    code = "account_locked"
    text = "账号已锁定，请 {minutes} 分钟后再试，或联系系统管理员解锁。"
    text_en = "The account is locked; try again in {minutes} minutes."


class PermissionMissing(NotAllowed):
    """The actor's roles do not carry the permission."""

    code = "permission_missing"
    text = "您的岗位没有“{permission}”权限。如需办理，请联系系统管理员。"
    text_en = "Your role lacks the permission “{permission}”."


class DutySeparation(NotAllowed):
    """The same person may not do both steps of this case."""

    code = "duty_separation"
    text = "您已办理本办件的“{earlier}”环节，按回避要求不能再办理“{step}”，请转由其他人员办理。"
    text_en = "You did “{earlier}” in this case and may not do “{step}”."


# ---------------------------------------------------------------- NotFound


class CaseNotFound(NotFound):
    """No such case within the actor's scope."""

    code = "case_not_found"
    text = "没有找到办件 {number}，或该办件不在您的管辖范围内。"
    text_en = "Case {number} was not found in your area."


class HouseholdNotFound(NotFound):
    """No such household within the actor's scope."""

    code = "household_not_found"
    text = "没有找到该家庭，或该家庭不在您的管辖范围内。"
    text_en = "The household was not found in your area."


class ReleaseMissing(NotFound):
    """A programme without a published release."""

    code = "release_missing"
    text = "救助项目“{programme}”还没有已发布的流程版本，请联系流程管理员。"
    text_en = "Programme “{programme}” has no published release."


class ParameterMissing(NotFound):
    """A policy value that nobody has set for that day and place."""

    code = "parameter_missing"
    text = "政策参数“{name}”在 {on} 没有生效的取值，请流程管理员补充。"
    text_en = "Parameter “{name}” has no value in force on {on}."


# ---------------------------------------------------------------- Conflict


class CaseSuspended(Conflict):
    """The case rests by order of the supervisor; nobody works on it until it goes on."""

    code = "case_suspended"
    text = "办件已中止办理（{reason}），恢复办理后才能继续。"
    text_en = "The case is suspended ({reason})."


class StaleTask(Conflict):
    """The step was acted upon after the person opened the page."""

    code = "stale_task"
    text = "本环节已由{who}于 {when} 办理或变更，您看到的不是最新内容，请刷新后再办。您填写的内容仍在本页。"
    text_en = "{who} changed this step at {when}; reload. What you typed is still on this page."


class StaleCase(Conflict):
    """The case has gone on since the person saw it."""

    code = "stale_case"
    text = "办件 {number} 刚刚有人办理过，请刷新后再操作。"
    text_en = "The case has gone on; reload."


class StaleDraft(Conflict):
    """Another window saved the same draft after this one loaded it."""

    code = "stale_draft"
    text = "另一个窗口已保存了更新的草稿（{when}）。本页内容没有覆盖它，请选择保留哪一份。"
    text_en = "Another window saved a newer draft at {when}. Nothing was overwritten."


class StaleHousehold(Conflict):
    """The household file was changed after the page was opened."""

    code = "stale_household"
    text = "家庭信息已由{who}于 {when} 修改。您填写的内容仍在页面上，请核对后重新保存。"
    text_en = "{who} changed the household at {when}. Your input is still on the page."


class TaskTaken(Conflict):
    """Somebody else has claimed the step."""

    code = "task_taken"
    text = "该待办已由{who}签收。如需办理，请与其联系转办。"
    text_en = "{who} has already claimed this task."


# ---------------------------------------------------------------- RuleBroken


class DuplicateCase(RuleBroken):
    """The household already has an open case or a standing award of the programme."""

    code = "duplicate_case"
    text = "该家庭{reason}，不能重复申请。"
    text_en = "Duplicate application: {reason}"


class DoubleBenefit(RuleBroken):
    """A member already draws a benefit that excludes this one."""

    code = "double_benefit"
    text = "{name}已享受{benefit}，不得重复享受（应保尽保、不得重复救助）。"
    text_en = "{name} already draws {benefit}."


class FundInsufficient(RuleBroken):
    """The petty fund does not hold enough."""

    code = "fund_insufficient"
    text = "备用金余额 {available} 元，不足支付 {needed} 元。请先由县财政拨付，或改由县级支付。"
    text_en = "The petty fund holds {available} yuan, {needed} are needed."


class FundMonthClosed(RuleBroken):
    """The month is closed; what was wrong in it is put right in the next one."""

    code = "fund_month_closed"
    text = "{month} 的台账已经结账，不能再记账；更正请在本月冲销。"
    text_en = "The ledger of {month} is closed."


class ReturnRefused(RuleBroken):
    """The chosen step is not an earlier step of this case."""

    code = "return_refused"
    text = "不能退回到“{step}”：只能退回到本办件已经办结的前序环节。"
    text_en = "Cannot return to “{step}”."


class MoveRefused(RuleBroken):
    """The case does not stand there, or the move would break a join."""

    code = "move_refused"
    text = "不能移动办理位置：{reason}。"
    text_en = "The case cannot be moved: {reason}."


class MigrationRefused(RuleBroken):
    """The case cannot go on under the other release."""

    code = "migration_refused"
    text = "不能迁移：{reason}。"
    text_en = "The case cannot be migrated: {reason}."


class ExtensionRefused(RuleBroken):
    """The clock was extended already, or is not running."""

    code = "extension_refused"
    text = "不能延长期限：{reason}"
    text_en = "The limit cannot be extended: {reason}"


# ---------------------------------------------------------------- ContentFault


class ExpressionRefused(ContentFault):
    """An expression outside the small language, or beyond its bounds."""

    code = "expression_refused"
    text = "表达式“{expression}”不能使用：{reason}"
    text_en = "Expression “{expression}” refused: {reason}"


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
    text = "流程内容有 {count} 处问题，不能发布。请先按“yimen lint”的提示修改。"
    text_en = "{count} problems; the content cannot be published."


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


class EngineFault(ContentFault):
    """The diagram runs into a state that it cannot leave."""

    code = "engine_fault"
    text = "流程无法继续：{reason}"
    text_en = "The process cannot go on: {reason}"


# ---------------------------------------------------------------- Unavailable


class DatabaseBusy(Unavailable):
    """The database did not answer in time."""

    code = "database_busy"


class RenderFailed(Unavailable):
    """The document process died, or ran out of time or memory."""

    code = "render_failed"
    text = "文书生成失败：{reason}。系统会自动重试。"
    text_en = "Rendering failed: {reason}. It will be tried again."


class PaperNotReady(Unavailable):
    """The paper is still being made."""

    code = "paper_not_ready"
    text = "文书正在生成，请稍候片刻再打开。"
    text_en = "The paper is still being made."
