"""Second factors of one's own account: add and remove, with the password; reset by others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from processes.access import (
    account_states,
    audit,
    factors,
    marks,
    passkeys,
    recovery,
    sessions,
    sign_in_attempts,
    totp,
)
from processes.access.factor_models import SecondFactor
from processes.access.models import Account, SignedIn
from processes.access.permissions import Permission
from processes.access.scope import Actor, AtDesk
from processes.access.status import FactorKind
from processes.errors import Invalid, NotFound, RuleBroken, VerificationFailed, YimenError
from processes.office.accounts import verifying
from processes.office.accounts.with_password import WithPassword
from processes.office.command import Command, Missing, Weighty, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_LABEL = 40


@dataclass(frozen=True, slots=True)
class FactorAdded:
    """A second factor is in use from now on."""

    kind: str
    codes: tuple[str, ...] = ()
    """Recovery codes, with the first factor."""
    session: str = ""
    """The session's new mark, where it waited for this."""


@dataclass(frozen=True, slots=True)
class BeginTotpResult:
    """The result of `BeginTotp`."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class BeginTotp(WithPassword[BeginTotpResult], Weighty[BeginTotpResult]):
    """Ask for the secret of an app; the password is given again."""

    allowed_without = frozenset({Missing.ENROLMENT})


@handles(BeginTotp)
def begin_totp(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: BeginTotp
) -> BeginTotpResult | None:
    """A secret for an app, to be confirmed by its first code; None when the password is wrong."""
    account, _ = _own(uow, actor)
    if not _knows_password(uow, actor, account, command):
        return None
    _demand_room(uow, account)
    factors.drop_untried(uow, account.id)
    secret, now = totp.new_secret(), sessions.wall()
    uow.add(SecondFactor(account_id=account.id, kind=FactorKind.TOTP, secret=secret, added_at=now))
    return BeginTotpResult(
        secret=secret, address=totp.address(secret, account.username, settings.office_name)
    )


@dataclass(frozen=True, slots=True)
class ConfirmTotp(Command[FactorAdded]):
    """Confirm an authenticator app by its first code."""

    permission = Permission.SESSION
    allowed_without = frozenset({Missing.ENROLMENT})

    code: str
    label: str = ""
    address: str = ""
    browser: str = ""

    def refusal(self) -> YimenError:
        """The code was wrong."""
        return VerificationFailed(reason=tr("动态口令不正确，请核对手机时间后再试"))


@handles(ConfirmTotp)
def confirm_totp(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmTotp
) -> FactorAdded | None:
    """Confirm the app by its first code; None when it is wrong."""
    account, here = _own(uow, actor)
    factor = _untried(uow, account)
    counted = verifying.begin_counting(uow, account, command)
    if not factors.use_step(uow, factor, command.code, sessions.wall()):
        verifying.count_failure(uow, actor, account, counted, command.address)
        return None
    sign_in_attempts.forget(counted)
    factor.label, factor.confirmed_at = _label(command.label, tr("动态口令")), sessions.wall()
    return _added(uow, actor, account, here, FactorKind.TOTP)


@dataclass(frozen=True, slots=True)
class BeginPasskeyResult:
    """The result of `BeginPasskey`."""

    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BeginPasskey(WithPassword[BeginPasskeyResult], Weighty[BeginPasskeyResult]):
    """Ask what a new passkey is to be made with; the password is given again."""

    allowed_without = frozenset({Missing.ENROLMENT})


@handles(BeginPasskey)
def begin_passkey(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: BeginPasskey
) -> BeginPasskeyResult | None:
    """The options with which the browser makes a passkey; None when the password is wrong."""
    account, here = _own(uow, actor)
    site = verifying.site_of(settings)
    if not _knows_password(uow, actor, account, command):
        return None
    _demand_room(uow, account)
    known = verifying.keys_of(uow, account.id)
    challenge, options = passkeys.ask_new(site, account.id, account.username, account.name, known)
    verifying.keep_challenge(uow, here, f"{verifying.NEW} {challenge}")
    return BeginPasskeyResult(options=options)


@dataclass(frozen=True, slots=True)
class ConfirmPasskey(Command[FactorAdded]):
    """Confirm a passkey by the browser's answer, unparsed."""

    permission = Permission.SESSION
    allowed_without = frozenset({Missing.ENROLMENT})

    answer: str
    label: str = ""


@handles(ConfirmPasskey)
def confirm_passkey(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmPasskey
) -> FactorAdded:
    """Store the passkey that the browser created; raises `Invalid` if it is not valid."""
    account, here = _own(uow, actor)
    challenge = verifying.take_challenge(uow, here, verifying.NEW)
    made = passkeys.made(verifying.site_of(settings), challenge, command.answer) if challenge else None
    if made is None:
        raise Invalid(reason=tr("通行密钥没有登记成功，请重新登记"))
    is_known = select(SecondFactor.id).where(SecondFactor.credential == made.credential)
    if uow.session.scalar(is_known) is not None:
        raise Invalid(reason=tr("这个通行密钥已经登记过"))
    now = sessions.wall()
    uow.add(
        SecondFactor(
            account_id=account.id, kind=FactorKind.PASSKEY, label=_label(command.label, tr("通行密钥")),
            credential=made.credential, public_key=made.public_key, sign_count=made.sign_count,
            added_at=now, confirmed_at=now,
        )
    )  # fmt: skip
    return _added(uow, actor, account, here, FactorKind.PASSKEY)


@dataclass(frozen=True, slots=True)
class RemoveFactorResult:
    """The result of `RemoveFactor`."""

    removed: str


@dataclass(frozen=True, slots=True)
class RemoveFactor(WithPassword[RemoveFactorResult], Weighty[RemoveFactorResult]):
    """Remove one of one's own factors; the password is given again."""

    factor: int = field(kw_only=True)


@handles(RemoveFactor)
def remove(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RemoveFactor
) -> RemoveFactorResult | None:
    """Remove one's own factor; the last one stays where the role requires one.  None when the password is wrong."""
    account, _ = _own(uow, actor)
    if not _knows_password(uow, actor, account, command):
        return None
    own = factors.of_account(uow.session, account.id)
    factor = next((f for f in own if f.id == command.factor), None)
    if factor is None:
        raise NotFound()
    if len(own) == 1 and factors.is_demanded(account, settings.second_factor_roles):
        raise RuleBroken(reason=tr("您的岗位须使用双因素认证，请先登记另一个，再取消这一个"))
    uow.session.delete(factor)
    uow.flush()
    if len(own) == 1:
        recovery.drop(uow, account.id)
    audit.note(uow, actor, "factor_removed", f"{account.username} {factor.kind}")
    account_states.note(uow, actor, account)
    return RemoveFactorResult(removed=factor.kind)


@dataclass(frozen=True, slots=True)
class MakeRecoveryCodesResult:
    """The result of `MakeRecoveryCodes`."""

    codes: list[str]


@dataclass(frozen=True, slots=True)
class MakeRecoveryCodes(WithPassword[MakeRecoveryCodesResult], Weighty[MakeRecoveryCodesResult]):
    """Ten new recovery codes instead of the earlier ones; the password is given again."""


@handles(MakeRecoveryCodes)
def make_codes(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: MakeRecoveryCodes
) -> MakeRecoveryCodesResult | None:
    """Ten new recovery codes, in the result only; None when the password is wrong."""
    account, _ = _own(uow, actor)
    if not _knows_password(uow, actor, account, command):
        return None
    if not factors.of_account(uow.session, account.id):
        raise RuleBroken(reason=tr("请先登记动态口令或者通行密钥"))
    audit.note(uow, actor, "recovery_codes_made", account.username)
    return MakeRecoveryCodesResult(codes=list(recovery.make(uow, account.id, sessions.wall())))


@dataclass(frozen=True, slots=True)
class ResetFactorsResult:
    """The result of `ResetFactors`."""

    removed: int


@dataclass(frozen=True, slots=True)
class ResetFactors(Command[ResetFactorsResult]):
    """Remove the second factors of an account from the command line: nobody is there to confirm it."""

    permission = Permission.SYSTEM_WORK

    username: str


@handles(ResetFactors)
def reset(settings: Settings, uow: UnitOfWork, actor: Actor, command: ResetFactors) -> ResetFactorsResult:
    """Remove the factors and end the sessions."""
    query = select(Account).where(Account.username == command.username)
    account = uow.session.scalar(query.with_for_update())
    if account is None:
        raise NotFound()
    return ResetFactorsResult(removed=take_away(uow, actor, account))


def take_away(uow: UnitOfWork, actor: Actor, account: Account) -> int:
    """Remove every second factor, the recovery codes and the sessions of a locked account; return the number
    of factors."""
    had = len(factors.of_account(uow.session, account.id))
    factors.drop_all(uow, account.id)
    account.session_epoch += 1
    audit.note(uow, actor, "factors_reset", account.username)
    account_states.note(uow, actor, account)
    return had


def _own(uow: UnitOfWork, actor: Actor) -> tuple[Account, AtDesk]:
    actor.demand(Permission.SESSION)
    if actor.at_desk is None:
        raise RuleBroken(reason=tr("没有在网页登录，不能登记双因素认证"))
    return verifying.locked_account(uow, actor), actor.at_desk


def _knows_password(uow: UnitOfWork, actor: Actor, account: Account, command: WithPassword[Any]) -> bool:
    """Whether the password is right; people who signed in at the provider have proved it there."""
    if actor.at_desk is not None and actor.at_desk.way == sessions.PROVIDER:
        return True
    counted = verifying.begin_counting(uow, account, command)
    if verifying.knows_password(account, command):
        return True
    verifying.count_failure(uow, actor, account, counted, command.address)
    return False


def _demand_room(uow: UnitOfWork, account: Account) -> None:
    if len(factors.of_account(uow.session, account.id)) >= factors.MOST:
        raise RuleBroken(reason=tr("一个账号最多登记 {most} 个，请先取消不用的", most=factors.MOST))


def _untried(uow: UnitOfWork, account: Account) -> SecondFactor:
    query = select(SecondFactor).where(
        SecondFactor.account_id == account.id, SecondFactor.confirmed_at.is_(None),
        SecondFactor.added_at > sessions.wall() - factors.UNTRIED,
    )  # fmt: skip
    factor = uow.session.scalar(query)
    if factor is None:
        raise RuleBroken(reason=tr("登记已经过时，请重新开始"))
    return factor


def _label(typed: str, default: str) -> str:
    """The label that the owner gives a factor, on one line."""
    return "".join(ch for ch in typed if ch.isprintable()).strip()[:_LABEL] or default


def _added(uow: UnitOfWork, actor: Actor, account: Account, here: AtDesk, kind: str) -> FactorAdded:
    """Record a new factor: recovery codes come with the first, and a session that waited for it continues under a new mark."""
    uow.flush()
    audit.note(uow, actor, "factor_added", f"{account.username} {kind}")
    account_states.note(uow, actor, account)
    codes: tuple[str, ...] = ()
    if not recovery.left(uow.session, account.id):
        codes = tuple(recovery.make(uow, account.id, sessions.wall()))
    row = uow.lock(SignedIn, here.session)
    row.verified_at, row.proof = sessions.wall(), kind
    mark = ""
    if row.awaits:
        mark = marks.new()
        row.mark, row.awaits = marks.hashed(mark), ""
    return FactorAdded(kind, codes, mark)
