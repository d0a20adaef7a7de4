"""Error families of the office.

What lives here: one root, seven families and every concrete error the program raises on purpose.
The family decides the HTTP status and the log level (`web.errors`), the class says what happened,
and the Chinese sentence for the person is built here from plain parameters, so that worker,
command line and desk all say the same.  Anything that is not a `YimenError` is a defect.

Message rubric: what happened, why, what to do next, whom to ask.
"""

from __future__ import annotations

from processes.errors.conflicts import (
    CaseSuspended,
    StaleCase,
    StaleDraft,
    StaleHousehold,
    StaleTask,
    TaskTaken,
)
from processes.errors.content import (
    BundleInvalid,
    DiagramInvalid,
    EngineFault,
    ExpressionFailed,
    ExpressionRefused,
    PaperValueMissing,
    ScenarioInvalid,
    TableGap,
    TableInvalid,
    TableOverlap,
    UnknownPaper,
    UnknownVerb,
    VerbParametersInvalid,
)
from processes.errors.families import (
    Conflict,
    ContentFault,
    Invalid,
    NotAllowed,
    NotFound,
    RuleBroken,
    Unavailable,
    YimenError,
)
from processes.errors.invalid import AttachmentRefused, FormInvalid, IdNumberInvalid
from processes.errors.not_allowed import AccountLocked, DutySeparation, PermissionMissing, SignInRefused
from processes.errors.not_found import (
    CaseDestroyed,
    CaseNotFound,
    HouseholdNotFound,
    ParameterMissing,
    ReleaseMissing,
    UnsavedGone,
)
from processes.errors.rules import (
    CertificateUnusable,
    DoubleBenefit,
    DuplicateCase,
    ExtensionRefused,
    FundInsufficient,
    FundMonthClosed,
    MigrationRefused,
    MoveRefused,
    ReturnRefused,
)
from processes.errors.unavailable import (
    AnchorUnwritten,
    DatabaseBusy,
    DatabaseUnreachable,
    FileDamaged,
    FileUnwritable,
    KeysForeign,
    KeysMissing,
    PaperNotReady,
    RenderFailed,
)

__all__ = [
    "AnchorUnwritten",
    "CertificateUnusable",
    "AccountLocked",
    "AttachmentRefused",
    "BundleInvalid",
    "CaseDestroyed",
    "CaseDestroyed",
    "CaseNotFound",
    "CaseSuspended",
    "Conflict",
    "ContentFault",
    "DatabaseBusy",
    "DatabaseUnreachable",
    "FileDamaged",
    "FileUnwritable",
    "KeysForeign",
    "KeysMissing",
    "DiagramInvalid",
    "DoubleBenefit",
    "DuplicateCase",
    "DutySeparation",
    "EngineFault",
    "ExpressionFailed",
    "ExpressionRefused",
    "ExtensionRefused",
    "FormInvalid",
    "FundInsufficient",
    "FundMonthClosed",
    "HouseholdNotFound",
    "IdNumberInvalid",
    "Invalid",
    "MigrationRefused",
    "MoveRefused",
    "NotAllowed",
    "NotFound",
    "PaperNotReady",
    "PaperValueMissing",
    "ParameterMissing",
    "PermissionMissing",
    "ReleaseMissing",
    "UnsavedGone",
    "RenderFailed",
    "ReturnRefused",
    "RuleBroken",
    "ScenarioInvalid",
    "SignInRefused",
    "StaleCase",
    "StaleDraft",
    "StaleHousehold",
    "StaleTask",
    "TableGap",
    "TableInvalid",
    "TableOverlap",
    "TaskTaken",
    "Unavailable",
    "UnknownPaper",
    "UnknownVerb",
    "VerbParametersInvalid",
    "YimenError",
]
