"""Verification of identity: the second factor after the password, and again before sensitive commands
(再次验证身份).

People with a second factor use it or a recovery code; people without one use the password. Failures are
counted and delayed like wrong passwords, in the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from processes.access import accounts, audit, factors, marks, passkeys, recovery, sessions, sign_in_attempts
from processes.access.factor_models import SecondFactor
from processes.access.models import Account, SignedIn
from processes.access.permissions import Permission
from processes.access.scope import Actor, AtDesk
from processes.access.sign_in_attempts import Counted
from processes.access.status import FactorKind
from processes.cases import notices
from processes.errors import (
    EnrolmentDue,
    FactorDue,
    RuleBroken,
    VerificationDue,
    VerificationFailed,
    YimenError,
)
from processes.office.accounts.with_password import WithPassword
from processes.office.command import Command, Missing, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_CHALLENGE = timedelta(minutes=5)
"""So long a passkey may take to answer."""
PROOF, NEW = "proof", "new"
"""What a challenge was given out for."""


def demand(settings: Settings, actor: Actor) -> None:
    """Raise `VerificationDue` unless a person at the desk has recently proved their identity."""
    here = actor.at_desk
    if here is not None and not is_fresh(settings, here):
        raise VerificationDue()


def is_fresh(settings: Settings, here: AtDesk, for_further: timedelta = timedelta(0)) -> bool:
    """Whether the last verification is still valid, also after a further span."""
    valid = timedelta(minutes=settings.verify_minutes)
    return sessions.wall() + for_further - here.verified_at < valid


def demand_complete_session(actor: Actor) -> None:
    """Raise `FactorDue` or `EnrolmentDue` while a session lacks its second factor."""
    awaits = "" if actor.at_desk is None else actor.at_desk.awaits
    if awaits == factors.FACTOR:
        raise FactorDue()
    if awaits == factors.ENROLMENT:
        raise EnrolmentDue()


@dataclass(frozen=True, slots=True)
class Proven:
    """A verification that succeeded."""

    proof: str
    session: str = ""
    """The session's new mark, where it waited for this."""


@dataclass(frozen=True, slots=True)
class VerifyPassword(WithPassword[Proven]):
    """Prove one's identity again, by the password; for accounts without a second factor."""

    allowed_without = frozenset(Missing)


@handles(VerifyPassword)
def verify_password(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: VerifyPassword
) -> Proven | None:
    """Verify by the password; None when it is wrong, so that the failure is counted."""
    account, here = _asked(uow, actor)
    if factors.of_account(uow.session, account.id):
        raise RuleBroken(reason=tr("您已登记双因素认证，请用动态口令、通行密钥或者恢复码验证"))
    if here.way == sessions.PROVIDER:
        raise RuleBroken(reason=tr("您是通过统一身份认证登录的，请在那里验证"))
    counted = begin_counting(uow, account, command)
    if not knows_password(account, command):
        count_failure(uow, actor, account, counted, command.address)
        return None
    return _prove(uow, actor, account, here, "password", counted)


@dataclass(frozen=True, slots=True)
class VerifyCode(Command[Proven]):
    """Prove one's identity by a code of one's app, or by a recovery code."""

    permission = Permission.SESSION
    allowed_without = frozenset(Missing)

    code: str
    address: str = ""
    browser: str = ""

    def refusal(self) -> YimenError:
        """The verification failed."""
        return VerificationFailed(reason=tr("动态口令或者恢复码不正确，或者已经用过"))


@handles(VerifyCode)
def verify_code(settings: Settings, uow: UnitOfWork, actor: Actor, command: VerifyCode) -> Proven | None:
    """Verify by a code of the app or a recovery code; None when it is wrong."""
    account, here = _asked(uow, actor)
    counted = begin_counting(uow, account, command)
    proof = factors.use_code(uow, account.id, command.code, sessions.wall())
    if not proof:
        count_failure(uow, actor, account, counted, command.address)
        return None
    if proof == factors.RECOVERY:
        left = recovery.left(uow.session, account.id)
        audit.note(uow, actor, "recovery_code_used", account.username, command.address)
        text = tr(
            "您的账号刚使用了一个恢复码，还剩 {left} 个。如果不是您本人使用，请立即结束其他登录、修改密码并联系系统管理员",
            left=left,
        )
        notices.tell(uow, [account.id], "account", text)
    return _prove(uow, actor, account, here, proof, counted)


@dataclass(frozen=True, slots=True)
class AskPasskeyResult:
    """The result of `AskPasskey`."""

    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskPasskey(Command[AskPasskeyResult]):
    """Ask for a passkey challenge."""

    permission = Permission.SESSION
    allowed_without = frozenset(Missing)


@handles(AskPasskey)
def ask_passkey(settings: Settings, uow: UnitOfWork, actor: Actor, command: AskPasskey) -> AskPasskeyResult:
    """The challenge that one of the account's passkeys is to sign."""
    account, here = _asked(uow, actor)
    challenge, options = passkeys.ask_proof(site_of(settings), keys_of(uow, account.id))
    keep_challenge(uow, here, f"{PROOF} {challenge}")
    return AskPasskeyResult(options=options)


@dataclass(frozen=True, slots=True)
class VerifyPasskey(Command[Proven]):
    """Prove one's identity by a passkey: the browser's response, unparsed."""

    permission = Permission.SESSION
    allowed_without = frozenset(Missing)

    answer: str
    address: str = ""
    browser: str = ""

    def refusal(self) -> YimenError:
        """The verification failed."""
        return VerificationFailed(reason=tr("没有收到本账号通行密钥的有效签名"))


@handles(VerifyPasskey)
def verify_passkey(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: VerifyPasskey
) -> Proven | None:
    """Verify by a passkey; None when the signature is not over the challenge, or the counter went back."""
    account, here = _asked(uow, actor)
    counted = begin_counting(uow, account, command)
    challenge = take_challenge(uow, here, PROOF)
    known = keys_of(uow, account.id)
    found = passkeys.proven(site_of(settings), challenge, command.answer, known) if challenge else None
    if found is None or not _count_on(uow, *found):
        count_failure(uow, actor, account, counted, command.address)
        return None
    return _prove(uow, actor, account, here, FactorKind.PASSKEY, counted)


def knows_password(account: Account, command: WithPassword[Any]) -> bool:
    """Return whether the password of a command is the account's, by the directory if it was asked."""
    return accounts.still_fits(account, command.fits) if command.vouched is None else bool(command.vouched)


def begin_counting(uow: UnitOfWork, account: Account, command: Any) -> Counted:
    """Return the counters of an attempt; raises `SignInDelayed` while it is delayed."""
    return sign_in_attempts.begin(uow, account.username, account, command.address, command.browser)


def count_failure(uow: UnitOfWork, actor: Actor, account: Account, counted: Counted, address: str) -> None:
    """Count one more failure; the caller gives None, which becomes a refusal after the commit."""
    sign_in_attempts.count_failure(uow, counted)
    audit.note(uow, actor, "verification_failed", account.username, address)


def site_of(settings: Settings) -> passkeys.Site:
    """The relying party of passkeys; raises `RuleBroken` where browsers support none."""
    here = passkeys.site(settings.public_address, settings.office_name)
    if here is None:
        raise RuleBroken(reason=tr("本系统没有通过加密连接以域名访问，不能使用通行密钥，请使用动态口令"))
    return here


def keys_of(uow: UnitOfWork, account_id: int) -> list[SecondFactor]:
    """The passkeys of an account."""
    return [f for f in factors.of_account(uow.session, account_id) if f.kind == FactorKind.PASSKEY]


def keep_challenge(uow: UnitOfWork, here: AtDesk, challenge: str) -> None:
    """Store the open challenge of a session; there is one at most."""
    uow.session.execute(
        update(SignedIn)
        .where(SignedIn.id == here.session)
        .values(challenge=challenge, challenge_at=sessions.wall())
    )


def take_challenge(uow: UnitOfWork, here: AtDesk, use: str) -> str:
    """Use up the challenge issued for a purpose; "" if there is none, or it has expired."""
    row = uow.lock(SignedIn, here.session)
    kept, since = row.challenge, row.challenge_at
    row.challenge, row.challenge_at = "", None
    given_for, _, challenge = kept.partition(" ")
    is_young = since is not None and sessions.wall() - since < _CHALLENGE
    return challenge if is_young and given_for == use else ""


def locked_account(uow: UnitOfWork, actor: Actor) -> Account:
    """The actor's own account, locked, so that changes of its factors are serialised."""
    query = select(Account).where(Account.id == actor.account_id, Account.is_active.is_(True))
    return uow.session.scalars(query.with_for_update(key_share=True)).one()


def _asked(uow: UnitOfWork, actor: Actor) -> tuple[Account, AtDesk]:
    actor.demand(Permission.SESSION)
    if actor.at_desk is None:
        raise RuleBroken(reason=tr("没有在网页登录，不能验证身份"))
    return locked_account(uow, actor), actor.at_desk


def _count_on(uow: UnitOfWork, factor: SecondFactor, count: int) -> bool:
    """Store a passkey's counter; keys without a counter stay at zero. Of two responses with one count only
    one succeeds."""
    grows = SecondFactor.sign_count < count if count else SecondFactor.sign_count == 0
    done = uow.session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, grows)
        .values(sign_count=count, used_at=sessions.wall())
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _prove(
    uow: UnitOfWork, actor: Actor, account: Account, here: AtDesk, proof: str, counted: Counted
) -> Proven:
    """Record the verification in the session; a session that waited for it gets a new mark."""
    sign_in_attempts.forget(counted)
    row = uow.lock(SignedIn, here.session)
    if row is None or row.ended_at is not None:
        raise VerificationDue()
    row.verified_at, row.proof = sessions.wall(), proof
    audit.note(uow, actor, "verified", f"{account.username} {proof}")
    if not row.awaits:
        return Proven(proof)
    mark = marks.new()
    row.mark, row.awaits = marks.hashed(mark), ""
    return Proven(proof, mark)
