"""Invalid input."""

from __future__ import annotations

from processes.errors.families import Invalid
from processes.texts import tr


class Unreadable(Invalid):
    """An entry that cannot be parsed for its field; the reason is shown at the field."""

    code = "unreadable"
    text = "填写的内容无法识别：{reason}"
    text_en = "The entry cannot be read: {reason}"

    @property
    def reason(self) -> str:
        """The sentence shown at the field."""
        reason: str = self.params["reason"]  # a text stays one
        return reason


class IdNumberInvalid(Invalid):
    """A resident identity number that violates GB 11643."""

    code = "id_number_invalid"
    text = "公民身份号码不正确：{reason}"
    text_en = "The ID number is not valid: {reason}"


class FormInvalid(Invalid):
    """A submitted form violates its schema; `fields` maps field key to sentences."""

    code = "form_invalid"
    text = "有 {count} 处填写有误，请按提示修改后再提交；已填写的内容已保留。"
    text_en = "{count} fields need attention; what you typed is kept."

    def __init__(self, fields: dict[str, list[str]], *, clause: str | None = None) -> None:
        self.fields = fields
        super().__init__(clause=clause, count=len(fields))


class FileInfected(Invalid):
    """The virus scanner reported an upload."""

    code = "file_infected"
    text = "文件“{name}”没有接收：查出病毒（{found}），已记入日志并告知审计人员。请换一份文件，并检查存放它的电脑或手机。已填写的内容没有丢失。"
    text_en = "The file {name} was not taken: the virus scanner found {found}."


class AttachmentRefused(Invalid):
    """An attachment of a kind or size that is not accepted."""

    code = "attachment_refused"
    text = "附件未能上传：{reason}"
    text_en = "The attachment was refused: {reason}"


SHOWN = 20
"""Number of wrong rows named in a message."""


class DivisionsInvalid(Invalid):
    """A file of administrative divisions with wrong rows; `faults` are sentences, one a row."""

    code = "divisions_invalid"
    text = "行政区划文件有 {count} 处问题，没有导入：{listed}"
    text_en = "The file of divisions has {count} faults and was not imported: {listed}"

    def __init__(self, faults: list[str], *, clause: str | None = None) -> None:
        self.faults = faults
        rest = ["\n  ……"] if len(faults) > SHOWN else []
        shown = tr("").join([*(tr("\n  ") + fault for fault in faults[:SHOWN]), *rest])
        super().__init__(clause=clause, count=len(faults), listed=shown)


class PasswordRefused(Invalid):
    """A new password that is too short, too simple or known."""

    code = "password_refused"
    text = "新密码没有保存：{reason}。"
    text_en = "The new password was refused: {reason}"


class ContactInvalid(Invalid):
    """Contact details of an office that cannot be printed as entered."""

    code = "contact_invalid"
    text = "没有保存：{reason}。"
    text_en = "The contact was not saved: {reason}"


class AccountInvalid(Invalid):
    """An account that cannot be added as it was entered."""

    code = "account_invalid"
    text = "账号没有增加：{reason}。"
    text_en = "The account was not added: {reason}"
