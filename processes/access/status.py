"""States and kinds of what belongs to accounts, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class ChangeVerdict(TitledEnum):
    """What became of a change of an account that one administrator asked for.

    Empty: it waits for another one; `confirmed`: it was made; `refused`: it was not; `withdrawn`: the account was closed
    first.
    """

    WAITING = "", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未予确认"
    WITHDRAWN = "withdrawn", "已撤回"


class FactorKind(TitledEnum):
    """What somebody has besides the password: `totp`: an app that makes codes; `passkey`: a key."""

    TOTP = "totp", "动态口令"
    PASSKEY = "passkey", "通行密钥"


class Language(TitledEnum):
    """The language that somebody reads the screens in. Empty: the one that the browser asks for."""

    BROWSER = "", "随浏览器"
    CHINESE = "zh", "中文"
    ENGLISH = "en", "英文"
