"""States of drafts of content and kinds of changes between two contents, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class DraftStatus(TitledEnum):
    """Where a draft is.

    `open`: it is being changed; `proposed`: waits for a second person; `published`: it is a release; `discarded`: given
    up.
    """

    OPEN = "open", "修改中"
    PROPOSED = "proposed", "待审批"
    PUBLISHED = "published", "已发布"
    DISCARDED = "discarded", "已放弃"


class RehearsalState(TitledEnum):
    """Where the rehearsal of a draft's scenarios, or the simulation of what it would change, is.

    `asked`: the worker has not begun; `running`: it has; `done`: the result is there; `failed`: it could not be carried
    out.
    """

    ASKED = "asked", "等待开始"
    RUNNING = "running", "正在进行"
    DONE = "done", "已完成"
    FAILED = "failed", "未能完成"


class ChangeKind(TitledEnum):
    """What a difference between two contents is; `moved`: an element on a drawing."""

    ADDED = "added", "新增"
    REMOVED = "removed", "删除"
    CHANGED = "changed", "修改"
    MOVED = "moved", "移动"
