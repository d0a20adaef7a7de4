"""Conflicts: the data changed in the meantime."""

from __future__ import annotations

from processes.errors.families import Conflict
from processes.texts import tr


class CaseSuspended(Conflict):
    """The case is suspended by a supervisor; nobody works on it until it is resumed."""

    code = "case_suspended"
    text = "办件已中止办理（{reason}），恢复办理后才能继续。"
    text_en = "The case is suspended ({reason})."


class StaleTask(Conflict):
    """The step was acted upon after the person opened the page."""

    code = "stale_task"
    text = "本环节已由{who}于 {when} 办理或变更，您看到的不是最新内容，请刷新后再办。"
    text_en = "{who} changed this step at {when}; reload."


class StaleCase(Conflict):
    """The case has changed since the person saw it."""

    code = "stale_case"
    text = "办件 {number} 刚刚有人办理过，请刷新后再操作。"
    text_en = "Somebody has just worked on case {number}; reload and try again."


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
    text = "该事项已由{who}签收。"
    text_en = "{who} has already claimed this task."


class FactsChanged(Conflict):
    """The register differs from the data that the case was computed with."""

    code = "facts_changed"
    text = "家庭情况在测算之后已经变化，须先“重新测算”再办理本环节。{changes}。您填写的内容仍在本页。"
    text_en = "The household changed after the computation; compute again first. {changes}. What you typed is still on this page."


class HouseholdDoubtful(Conflict):
    """An implausible family: saved only if somebody confirms each of the sentences."""

    code = "household_doubtful"
    text = "有 {count} 处情况少见，请核对；属实的，请勾选确认后保存：{said}"
    text_en = "{count} unusual things: check them; if they are true, tick to confirm and save: {said}"

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__(count=len(sentences), said=tr("；").join(sentences))
