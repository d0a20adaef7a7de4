"""Maps error families to pages or JSON."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from processes import defects
from processes import errors as e
from processes.releases import clauses
from processes.texts import stored, tr
from web import auth, reads

STATUS: dict[type[e.YimenError], int] = {
    e.Invalid: 422,
    e.NotAllowed: 403,
    e.NotFound: 404,
    e.Conflict: 409,
    e.RuleBroken: 409,
    e.ContentFault: 422,
    e.Unavailable: 503,
}


_ASKS = (e.VerificationDue, e.VerificationFailed, e.FactorDue, e.EnrolmentDue)
"""Errors that ask for a proof of identity are not logged as refusals; failed proofs are logged where they are
counted."""


def status_of(fault: e.YimenError) -> int:
    """Return the HTTP status of an error's family."""
    return next(status for family, status in STATUS.items() if isinstance(fault, family))


def register(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(e.YimenError, _office_error)
    app.register_error_handler(CSRFError, _stale_page)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _defect)


def _answer(status: int, message: str, code: str, fields: dict[str, Any] | None = None) -> Response:
    if wants_json():
        return make_response(jsonify(code=code, message=message, fields=fields or {}), status)
    page = render_template(
        "layout/error.html", message=message, code=code, status=status, fields=fields or {}
    )
    return make_response(page, status)


def wants_json() -> bool:
    """Return whether the request comes from a script that reads JSON."""
    return request.is_json or request.headers.get("X-Requested-With") == "fetch"


def _office_error(fault: e.YimenError) -> Response:
    fields = fault.fields if isinstance(fault, e.FormInvalid) else None
    if isinstance(fault, e.HouseholdDoubtful):
        # What is confirmed is sent back as it is stored; what is asked is shown in the reader's language.
        fields = {"confirm": [stored(one) for one in fault.sentences], "asked": fault.sentences}
    if isinstance(fault, e.NotAllowed | e.NotFound) and not isinstance(fault, _ASKS):
        _note_refusal()
    if isinstance(fault, e.DATABASE_FAILED):
        auth.treat_as_signed_out()  # the error page is rendered without the database
    article = tr("（依据：{clause}）", clause=_cited(fault.clause)) if fault.clause else ""
    return _answer(status_of(fault), fault.message + article, fault.code, fields)


def _note_refusal() -> None:
    """Log a refusal to a signed-in person: the address, without the input."""
    actor = auth.actor_or_none()
    if actor is not None and actor.account_id is not None:
        sent = "" if request.method == "GET" else tr("提交 ")
        reads.note(actor, "refused", f"{sent}{request.path}")


def _cited(clause: str) -> str:
    """The citation of a clause in the county's text; other references are unchanged."""
    return clauses.cited(auth.office().settings.content).get(clause, clause)


def _stale_page(fault: CSRFError) -> Response:
    return _answer(400, tr("页面已过期，没有提交成功。请返回上一页，刷新后重新提交。"), "page_expired")


def password_due() -> Response:
    """Sent to a script while its person must change a one-time password first."""
    return _answer(403, tr("您使用的是一次性密码，没有提交成功。请先修改密码。"), "password_due")


def factor_due() -> Response:
    """Sent to a script while the second factor is missing."""
    return _office_error(e.FactorDue())


def enrolment_due() -> Response:
    """Sent to a script while the account lacks a second factor that its role requires."""
    return _office_error(e.EnrolmentDue())


def other_account() -> Response:
    """Sent to a script whose page was opened by another person than the one signed in now."""
    return _answer(401, tr("本浏览器现在由其他账号登录，没有提交成功。"), "other_account")


def signed_out() -> Response:
    """Sent to a script whose session has ended."""
    return _answer(401, tr("登录已失效，没有提交成功。请重新登录。"), "signed_out")


def _too_large(fault: RequestEntityTooLarge) -> Response:
    return _answer(
        413, tr("上传的文件过大，单个附件不能超过 20 MB，请压缩或分开扫描。"), "attachment_refused"
    )


def _http_error(fault: HTTPException) -> Response:
    known = {
        404: tr("没有这个页面。"),
        405: tr("不能这样访问这个页面。"),
        429: tr("访问过于频繁，请一分钟后再试。"),
    }
    status = fault.code or 500
    return _answer(status, known.get(status, tr("请求无法处理。")), f"http_{status}")


def _defect(fault: Exception) -> Response:
    """An unexpected error: an id on the screen, the exception type and no personal data in the log."""
    incident = defects.note(fault, route=request.endpoint)
    return _answer(500, defects.told(incident), defects.CODE)
