"""It does not exist, or is not in the scope of the person."""

from __future__ import annotations

from processes.errors.families import NotFound


class CaseNotFound(NotFound):
    """No such case within the actor's scope."""

    code = "case_not_found"
    text = "没有找到办件 {number}，或该办件不在您的管辖范围内。"
    text_en = "Case {number} was not found in your area."


class CaseDestroyed(NotFound):
    """The file of the case was destroyed after its retention period."""

    code = "case_destroyed"
    text = "办件 {number} 的档案保管期满，已于 {on} 按规定销毁；销毁记录见“档案”页。"
    text_en = "The file of case {number} was destroyed on {on} after its retention period."


class HouseholdNotFound(NotFound):
    """No such household within the actor's scope."""

    code = "household_not_found"
    text = "没有找到该家庭，或该家庭不在您的管辖范围内。"
    text_en = "The household was not found in your area."


class FormDraftGone(NotFound):
    """The form draft was submitted or discarded, or belongs to somebody else."""

    code = "unsaved_gone"
    text = "没有找到未提交的内容，可能已经提交或放弃。"
    text_en = "Nothing unsaved is kept here; it was handed in or thrown away."


class ReleaseMissing(NotFound):
    """A programme without a published release."""

    code = "release_missing"
    text = "救助项目“{programme}”还没有已发布的流程版本，请联系流程管理员。"
    text_en = "Programme “{programme}” has no published release."


class ParameterMissing(NotFound):
    """A policy value that is not set for that day and division."""

    code = "parameter_missing"
    text = "政策参数“{name}”在 {on} 没有生效的取值，请流程管理员补充。"
    text_en = "Parameter “{name}” has no value in force on {on}."
