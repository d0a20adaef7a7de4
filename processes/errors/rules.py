"""A rule of the office forbids it."""

from __future__ import annotations

from processes.errors.families import RuleBroken


class DuplicateCase(RuleBroken):
    """The household already has an open case or a standing award of the programme."""

    code = "duplicate_case"
    text = "该家庭{reason}，不能重复申请。"
    text_en = "Duplicate application: {reason}"


class LookUpsExhausted(RuleBroken):
    """A person looked up more ID numbers than any window needs."""

    code = "look_ups_exhausted"
    text = "查询次数已达上限：{reason}。"
    text_en = "Too many look-ups: {reason}"


class LookUpsTooFast(LookUpsExhausted):
    """A person looked up more ID numbers within a minute than any window needs; allowed again in a minute."""

    code = "look_ups_too_fast"
    text = "查询过快：{reason}。"
    text_en = "Look-ups follow each other too fast: {reason}"


class BudgetSpent(RuleBroken):
    """An account has used its hourly budget of reading or making documents."""

    code = "budget_spent"
    text = "{reason}。确有需要请联系系统管理员。"
    text_en = "The hourly budget of this account is spent: {reason}"


class FormDraftsFull(RuleBroken):
    """Too many form drafts; no more are stored, and existing ones are kept."""

    code = "unsaved_full"
    text = (
        "您未提交的填写已达上限（{most}），这一页没有自动保存。页面上的内容没有丢失，请直接提交；"
        "或者先提交、放弃首页列出的其他未提交内容。"
    )
    text_en = "You have left too much unfinished ({most}); this page was not kept. Nothing on it is lost."


class DoubleBenefit(RuleBroken):
    """A member already draws a benefit that excludes this one."""

    code = "double_benefit"
    text = "{name}已享受{benefit}，不得重复享受（应保尽保、不得重复救助）。"
    text_en = "{name} already draws {benefit}."


class NobodyLeft(RuleBroken):
    """Every registered member of a household has died: nothing can be computed for it, no paper can be issued."""

    code = "nobody_left"
    text = "登记的家庭成员均已去世，请核对去世日期；确已去世的，退回前面的环节，按不予受理办结。"
    text_en = (
        "Every registered member has died; check the dates, or send the case back and end it as not accepted."
    )


class HouseholdEmpty(RuleBroken):
    """A file was opened for a call and nobody is registered in it yet (C28: no decision without the register)."""

    code = "household_empty"
    text = "家庭档案 {number} 还没有登记成员。请先在家庭页登记家庭成员；来电人已有家庭档案的，在该页填写档案编号转入。"
    text_en = "Nobody is registered in household {number} yet; register its members, or attach the call to a known one."


class FundInsufficient(RuleBroken):
    """The petty fund does not hold enough."""

    code = "fund_insufficient"
    text = "备用金余额 {available} 元，不足支付 {needed} 元。请先由县财政拨付，或改由县级支付。"
    text_en = "The petty fund holds {available} yuan, {needed} are needed."


class FundMonthClosed(RuleBroken):
    """The month is closed; errors in it are corrected in the next one."""

    code = "fund_month_closed"
    text = "{month} 的台账已经结账，不能再记账；更正请在本月冲销。"
    text_en = "The ledger of {month} is closed."


class ReturnRefused(RuleBroken):
    """The chosen step is not an earlier step of this case."""

    code = "return_refused"
    text = "不能退回到“{step}”：只能退回到本办件已经办结的前面环节。"
    text_en = "Cannot return to “{step}”."


class CertificateUnusable(RuleBroken):
    """The office's certificate cannot be used."""

    code = "certificate_unusable"
    text = "签章证书不能使用：{reason}。"
    text_en = "The certificate cannot be used: {reason}."


class DecisionMissing(RuleBroken):
    """Nothing is granted, paid, stopped or announced without a valid decision."""

    code = "decision_missing"
    text = "“{what}”须有仍然有效的决定（{steps}），本办件没有，不能办理。请按流程办理该环节；已退回的，须重新作出决定。"
    text_en = "“{what}” needs a standing decision ({steps}); this case has none."


class SecondObjects(RuleBroken):
    """The second person named at a step objects; nothing may be signed on it."""

    code = "second_objects"
    text = "共同办理人{who}对“{step}”提出异议：{reason}。请退回该环节，由办理人重新办理后再签批。"
    text_en = "{who}, named as the second one at “{step}”, objects: {reason}. Send it back to that step."


class MoveRefused(RuleBroken):
    """The case is not at that step, or the move would break a join."""

    code = "move_refused"
    text = "不能移动办理位置：{reason}。"
    text_en = "The case cannot be moved: {reason}."


class MigrationRefused(RuleBroken):
    """The case cannot continue under the other release."""

    code = "migration_refused"
    text = "不能迁移：{reason}。"
    text_en = "The case cannot be migrated: {reason}."


class ExtensionRefused(RuleBroken):
    """The clock was extended already, or is not running."""

    code = "extension_refused"
    text = "不能延长期限：{reason}"
    text_en = "The limit cannot be extended: {reason}"


class FactsMissing(RuleBroken):
    """A grant to a household without a snapshot of its data."""

    code = "facts_missing"
    text = (
        "本办件还没有汇总家庭情况，不能给予待遇或者支付。请由流程管理员在流程图中给付之前加入“汇总家庭情况”。"
    )
    text_en = "The case has not taken the facts of the household; nothing can be granted."


class OfficeFounded(RuleBroken):
    """The data folder already holds an office."""

    code = "office_founded"
    text = "数据目录 {folder} 里已有{what}，没有改动。正式单位请另设数据目录，例如 YIMEN_VAR=/srv/yimen。"
    text_en = "{folder} already holds {what}; nothing was changed. Choose another YIMEN_VAR."


class OfficeMissing(RuleBroken):
    """No office is founded in the data folder."""

    code = "office_missing"
    text = "数据目录 {folder} 里还没有单位。正式单位请执行：.venv/bin/yimen found --help；演示请执行：./run"
    text_en = "No office is founded in {folder}: run `yimen found`, or `./run` for the demonstration."


class OfficeMixed(RuleBroken):
    """Accounts with a published password exist beside real ones."""

    code = "office_mixed"
    text = (
        "正式单位里有密码公开的演示账号（{usernames}），系统没有启动。"
        "请执行 .venv/bin/yimen account close-demo 停用这些账号，并核查审计日志中它们的操作。"
    )
    text_en = "Demonstration accounts ({usernames}) stand beside real ones: run `yimen account close-demo`."


class PageFiled(RuleBroken):
    """A signed page is filed already; another scan replaces it only with a reason."""

    code = "page_filed"
    text = "《{title}》第 {page} 页已由{who}于 {when} 归档。确需替换的，请填写替换理由，原件继续保存。"
    text_en = "Page {page} of {title} was filed by {who} on {when}. To replace it, say why; the former page is kept."


class HeldUndone(RuleBroken):
    """All have signed, but the submission cannot be executed; the door leaves the step open for that reason."""

    code = "held_undone"
    text = "会签已通过，但不能按原提交办结：{reason}"
    text_en = "All have signed, but the step cannot be done as it was submitted: {reason}"
