"""It is not possible at the moment."""

from __future__ import annotations

from processes.errors.families import Unavailable


class DatabaseBusy(Unavailable):
    """The database did not respond in time."""

    code = "database_busy"


class DatabaseUnreachable(Unavailable):
    """The database is down, starting, or cannot write to its disk."""

    code = "database_unreachable"
    text = "数据库暂时不能使用，请稍候再试；一直如此的，请告知系统管理员。已填写的内容没有丢失。"
    text_en = (
        "The database cannot be used at present; please try again, and tell the administrator if it stays so."
    )


class DatabaseDamaged(Unavailable):
    """The database file is truncated or overwritten; retrying does not help."""

    code = "database_damaged"
    text = "数据库文件已损坏，不能读取，系统没有启动。请保留原文件，用 yimen restore 从备份恢复。"
    text_en = "The database file is damaged and cannot be read: keep it, and restore from a backup."


class RestoreWithoutKeys(Unavailable):
    """A backup is to be restored, but its keys are not there yet; nothing was created."""

    code = "restore_without_keys"
    text = "{folder} 中没有密钥。请先放入备份时的整个密钥文件夹，再恢复；没有改动任何数据，也没有生成密钥。"
    text_en = "There are no keys in {folder}: put the whole folder of keys of the backup there first."


DATABASE_FAILED = (DatabaseBusy, DatabaseUnreachable)
"""Failures of the database with external causes."""


class SchemaOlder(Unavailable):
    """The database was made by an earlier version and has not been upgraded."""

    code = "schema_older"
    text = "数据库是旧版本的，系统没有启动。请停止各进程、备份后执行 yimen setup 升级，再启动。"
    text_en = "The database is of an earlier version: back it up and run `yimen setup`."


class UpgradeStopped(Unavailable):
    """Stored data must be checked by a person before they can be upgraded; nothing was changed."""

    code = "upgrade_stopped"
    text = "数据没有改动，升级已停止：{reason}"
    text_en = "The upgrade stopped, nothing was changed: {reason}"


class SchemaNewer(Unavailable):
    """The database was made by a later version of the program."""

    code = "schema_newer"
    text = "数据库由更新的版本建立，本版本不能使用它，系统没有启动，也没有改动数据。请改用更新的程序。"
    text_en = "The database is of a later version; use the later program."


class KeysMissing(Unavailable):
    """Data are encrypted, and their keys are missing."""

    code = "keys_missing"
    text = (
        "密钥文件不在 {folder}，而数据库里已有加密的数据。为免新旧密钥混用，系统没有启动。"
        "请从备份恢复整个密钥文件夹，或检查 YIMEN_VAR 和 YIMEN_KEY_… 的设置。"
    )
    text_en = "The keys are not in {folder}, and the database holds sealed data: restore the folder from the backup."


class KeysForeign(Unavailable):
    """The keys are not those of the stored data."""

    code = "keys_foreign"
    text = (
        "{folder} 里的密钥打不开数据库里已加密的数据。为免新旧密钥混用，系统没有启动。"
        "请恢复与数据库同一份备份的密钥文件夹，或检查 YIMEN_DATABASE_URL 和 YIMEN_KEY_… 的设置。"
    )
    text_en = "The keys in {folder} do not open what the database holds: restore both from the same backup."


class VerificationBusy(Unavailable):
    """The public page is checking other files."""

    code = "verification_busy"
    text = "核验的人较多，请过一会儿再上传。文件没有被保存。"
    text_en = "Other files are being checked at the moment; please upload it again in a while."


class PasswordsBusy(Unavailable):
    """Other passwords are being checked; this one was not."""

    code = "passwords_busy"
    text = "正在核对密码的人较多，请过几秒再试。这次没有核对，不计入失败次数。"
    text_en = (
        "Other passwords are being checked; try again in a few seconds. This one was not checked nor counted."
    )


class KeyUnreadable(Unavailable):
    """A key file is empty or contains something else."""

    code = "key_unreadable"
    text = "密钥“{file}”为空或内容不对，系统没有启动，没有改动任何数据。请从密钥的保管处恢复原来的内容。"
    text_en = "The key {file} is empty or no key: restore it from where keys are kept."


class FolderUnwritable(Unavailable):
    """A folder of the installation is not writable."""

    code = "folder_unwritable"
    text = "文件夹 {folder} 不能写入（{reason}），系统没有启动。请检查磁盘、权限和 YIMEN_VAR 的设置。"
    text_en = (
        "The folder {folder} cannot be written ({reason}): check the disk, its permissions and YIMEN_VAR."
    )


class SettingInvalid(Unavailable):
    """A setting of the installation is not valid."""

    code = "setting_invalid"
    text = "设置 {name} 不正确：{reason}。系统没有启动。"
    text_en = "The setting {name} is not valid: {reason}."


class FileUnwritable(Unavailable):
    """A file cannot be stored: the disk is full or not writable."""

    code = "file_unwritable"
    text = "文件没有保存：{reason}。请告知系统管理员，空间恢复后再试；其他已填写的内容没有丢失。"
    text_en = "The file was not stored: {reason}."


class FileDamaged(Unavailable):
    """The file on the disk is not what was stored."""

    code = "file_damaged"
    text = "存档文件已损坏或被改动，不能打开（校验值 {digest}）。请告知系统管理员从备份恢复。"
    text_en = "The stored file {digest} is damaged or was altered; restore it from the backup."


class FileLost(Unavailable):
    """A stored file is missing."""

    code = "file_lost"
    text = "存档文件不在原处（校验值 {digest}），不能打开。请告知系统管理员从备份恢复。"
    text_en = "The stored file {digest} is not where it was; restore it from the backup."


class PaperRemade(Unavailable):
    """The file of a paper is lost or damaged, and is being made again from its contract."""

    code = "paper_remade"
    text = "“{title}”的存档文件{reason}，正在按存档内容重新生成，请稍候片刻再打开。"
    text_en = "The file of “{title}” is lost or damaged ({reason}); it is being made again."


class BackupFailed(Unavailable):
    """Backup or restoration failed."""

    code = "backup_failed"
    text = "备份或恢复没有完成：{reason}。"
    text_en = "The backup or the restoration was not completed: {reason}."


class BackupDamaged(Unavailable):
    """A backup differs from what was written."""

    code = "backup_damaged"
    text = "这份备份不能使用：{reason}。没有改动任何数据，请改用另一份备份。"
    text_en = "This backup cannot be used: {reason}. Nothing was changed."


class OfficeNotEmpty(Unavailable):
    """The target of a restoration already contains an office."""

    code = "office_not_empty"
    text = "{place} 里已有数据，不能恢复到有数据的地方，没有改动任何数据。请另设空的 YIMEN_VAR 和空的数据库。"
    text_en = "{place} holds data: a backup is restored into an empty folder and an empty database."


class RestoreUnfinished(Unavailable):
    """A restoration is unfinished: numbers would be issued twice."""

    code = "restore_unfinished"
    text = "从备份恢复没有完成，系统没有启动。请用同一份备份再次执行 yimen restore，会接着恢复。"
    text_en = "A restoration is not finished: run `yimen restore` with the same backup again."


class AnchorUnwritten(Unavailable):
    """The daily seal is made, but its file cannot be appended to."""

    code = "anchor_unwritten"
    text = "每日封存没有写入 {file}：{reason}。系统会自动重试。"
    text_en = "The daily seal was not written to {file}: {reason}. It will be tried again."


class RenderFailed(Unavailable):
    """The renderer process died, or ran out of time or memory."""

    code = "render_failed"
    text = "文书生成失败：{reason}。系统会自动重试。"
    text_en = "Rendering failed: {reason}. It will be tried again."


class RehearsalBusy(Unavailable):
    """Other recordings are being played; this one was not started."""

    code = "rehearsal_busy"
    text = "正在录制的人较多，请稍候再试；已填写的内容仍在本页。"
    text_en = "Others are recording just now; please try again in a moment."


class RehearsalEnded(Unavailable):
    """The child process that plays scenarios was killed, or ran out of memory."""

    code = "rehearsal_ended"
    text = "演练进程意外结束（可能内存不足），没有结果。请再试一次；一直如此的，请告知系统管理员。"
    text_en = "The process of the rehearsal came to an unforeseen end; please try again."


class PaperNotReady(Unavailable):
    """The paper is still being made."""

    code = "paper_not_ready"
    text = "文书正在生成，请稍候片刻再打开。"
    text_en = "The paper is still being made."


class SealBroken(Unavailable):
    """An encrypted value does not open in its row: it was altered, or copied from another row."""

    code = "seal_broken"
    text = "有一项加密内容（{place}，第 {row} 行）被改动或调换，不能显示。请系统管理员执行 yimen audit verify，并从备份恢复。"
    text_en = "A sealed value ({place}, row {row}) was altered or exchanged; run `yimen audit verify`."


class ProviderAway(Unavailable):
    """The sign-in provider does not respond, or not correctly."""

    code = "provider_away"
    text = "统一身份认证系统暂时不可用，请稍后再试，或联系系统管理员。"
    text_en = "The provider of sign-ins does not answer."


class FileUnscanned(Unavailable):
    """The virus scanner could not check an upload, which is therefore refused."""

    code = "file_unscanned"
    text = "文件没有接收：{reason}。请稍候再试；一直如此的，请告知系统管理员。已填写的内容没有丢失。"
    text_en = "The file was not taken: the virus scanner did not look at it ({reason})."


class DirectoryAway(Unavailable):
    """The password directory does not respond, or its certificate is not valid."""

    code = "directory_away"
    text = "单位目录服务暂时不可用，请稍后再试，或联系系统管理员。"
    text_en = "The directory does not answer."
