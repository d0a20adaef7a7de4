"""The person may not do this."""

from __future__ import annotations

from processes.errors.families import NotAllowed
from processes.texts import tr


class SignInRefused(NotAllowed):
    """Wrong name or password; does not say which."""

    code = "sign_in_refused"
    text = "用户名或密码不正确。多次输错后须等待一段时间才能再试。"
    text_en = "Wrong user name or password."


class SignInDelayed(NotAllowed):
    """Too many failed sign-ins under this name from this source; does not say whether the name exists."""

    code = "sign_in_delayed"
    text = "登录失败次数过多，请 {minutes} 分钟后再试，或联系系统管理员。"
    text_en = "Too many failed sign-ins; try again in {minutes} minutes."


class PermissionMissing(NotAllowed):
    """The actor's roles do not have the permission."""

    code = "permission_missing"
    text = "您的岗位没有“{permission}”权限。如需办理，请联系系统管理员。"
    text_en = "Your role lacks the permission “{permission}”."


class DutySeparation(NotAllowed):
    """The same person may not do both steps of this case; the message names who did the earlier one."""

    code = "duty_separation"
    text = "{who}已办理本办件的“{earlier}”环节，按回避要求不能再办理“{step}”，请转由其他人员办理。"
    text_en = "{who} did “{earlier}” in this case and may not do “{step}” (separation of duties); transfer it to somebody else."

    def __init__(self, *, earlier: str, step: str, who: str = "") -> None:
        super().__init__(earlier=earlier, step=step, who=who or tr("您"))


class PasswordExpired(NotAllowed):
    """A one-time password was not used in time."""

    code = "password_expired"
    text = "一次性密码已过期，请联系系统管理员重新发放。"
    text_en = "The one-time password has expired; ask the administrator for another."


class PasswordChangeDue(NotAllowed):
    """Signed in with a one-time password that must be changed first."""

    code = "password_change_due"
    text = "请先修改一次性密码，再办理业务。"
    text_en = "Change the one-time password first."


class AccountUnconfirmed(NotAllowed):
    """The account waits for the second administrator."""

    code = "account_unconfirmed"
    text = "账号尚未由第二名管理员确认，暂不能使用。"
    text_en = "A second administrator has not confirmed this account yet."


class OwnProposal(NotAllowed):
    """A proposal takes effect only when another person confirms it."""

    code = "own_proposal"
    text = "“{what}”是您本人提出的，须由另一人确认。"
    text_en = "You proposed “{what}” yourself; somebody else has to confirm it."


class VerificationDue(NotAllowed):
    """The action needs a recent proof of identity."""

    code = "verification_due"
    text = "办理这一事项前，须再次验证身份，尚未提交。"
    text_en = "Verify who you are once more before this is done."


class VerificationFailed(NotAllowed):
    """A wrong password, code or passkey."""

    code = "verification_failed"
    text = "验证没有通过：{reason}。多次输错后须等待一段时间才能再试。"
    text_en = "The verification failed: {reason}."


class FactorDue(NotAllowed):
    """Signed in with the password; the second factor is still missing."""

    code = "factor_due"
    text = "请先完成双因素认证，再办理业务。"
    text_en = "Complete the second factor first."


class EnrolmentDue(NotAllowed):
    """The role requires a second factor and the account has none yet."""

    code = "enrolment_due"
    text = "您的岗位须使用双因素认证，请先登记动态口令或者通行密钥，再办理业务。"
    text_en = "Your role asks for a second factor; enrol one first."


class ProviderRefused(NotAllowed):
    """The provider identified nobody with an account here."""

    code = "provider_refused"
    text = "统一身份认证没有成功：{reason}。"
    text_en = "Signing in at the provider failed: {reason}."


class LocalPasswordOff(NotAllowed):
    """The office signs in elsewhere; local passwords are allowed for some roles only."""

    code = "local_password_off"
    text = "您的账号须通过单位的统一身份认证登录，不使用本系统的密码。"
    text_en = "Your account signs in at the provider, not with a password of this system."
