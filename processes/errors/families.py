"""Error families of the office.

What lives here: one root, seven families and every concrete error the program raises on purpose.
The family decides the HTTP status and the log level (`web.errors`), the class says what happened,
and the Chinese sentence for the person is built here from plain parameters, so that worker,
command line and desk all say the same.  Anything that is not a `YimenError` is a defect.

Message rubric: what happened, why, what to do next, whom to ask.
"""

from __future__ import annotations

from typing import Any, ClassVar

from processes.texts import tr


class YimenError(Exception):
    """Root of every error raised on purpose.

    `code` is stable and meant for programs; `message` is Chinese and meant for people; `clause` names the
    duty or article if there is one.
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
        """The Chinese sentence for the person, with the parameters filled in; `text_en` is its English text."""
        return tr(self.text, **self.params)

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep all attributes when an error passes between processes; the default would pass the code alone."""
        return _bare, (type(self), self.args), self.__dict__

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def _bare(kind: type[YimenError], args: tuple[Any, ...]) -> YimenError:
    return kind.__new__(kind, *args)


class Invalid(YimenError):
    """The input is not valid (422, shown at the field)."""

    code = "invalid"
    text = "填写的内容有误：{reason}"
    text_en = "The input is not valid: {reason}"


class NotAllowed(YimenError):
    """This person may not do this (403)."""

    code = "not_allowed"
    text = "您没有办理此事项的权限。如需办理，请联系系统管理员。"
    text_en = "You may not do this. Ask the administrator if you need to."


class NotFound(YimenError):
    """It does not exist, or is outside the person's data scope: the same response (404)."""

    code = "not_found"
    text = "没有找到，或不在您的管辖范围内。"
    text_en = "Not found, or outside your area."


class Conflict(YimenError):
    """The data changed between reading and writing (409)."""

    code = "conflict"
    text = "内容已被他人更新，请刷新后再办理。"
    text_en = "Somebody changed this meanwhile. Reload and try again."


class RuleBroken(YimenError):
    """A rule of the office forbids it (409, with the article)."""

    code = "rule_broken"
    text = "不符合办理规定：{reason}"
    text_en = "Against the rules of the office: {reason}"


class ContentFault(YimenError):
    """A diagram, table, form, sheet or template is wrong (422 in lint; an incident in a case)."""

    code = "content_fault"
    text = "流程内容有误：{reason}"
    text_en = "The process content is faulty: {reason}"


class Unavailable(YimenError):
    """Busy, or an external failure; retried (503)."""

    code = "unavailable"
    text = "系统正忙，请稍候再试。已填写的内容没有丢失。"
    text_en = "Busy; please try again. Nothing you typed is lost."
