"""Settings: read once from the environment, immutable."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from processes.texts import tr

ROOT = Path(__file__).resolve().parent.parent
LISTEN = "127.0.0.1:8000"
OWNER_ONLY = 0o077
"""The umask of every process: only the office's own account may read its files."""
OFFICE_NAME = "YIMEN_OFFICE_NAME"
_FACTOR_ROLES = "administrator auditor supervisor county_leader township_leader"
"""Roles that decide, change the basis of decisions, or grant rights."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider for sign-in; the office is its client."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    claim: str = "preferred_username"
    """The claim that contains the user name."""
    factors: frozenset[str] = frozenset()
    """Values of `acr` or `amr` that count as a second factor; none unless they are named."""
    title: str = tr("统一身份认证")


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory (LDAP) that checks the passwords of the county's people."""

    url: str
    base: str
    """The entry below which people are."""
    attribute: str = "uid"
    """The attribute that contains the user name."""
    reader: str = ""
    """The distinguished name of the account that searches; empty: anonymous."""
    reader_password: str = field(default="", repr=False)
    roots: str = ""
    """PEM file of trusted certificates; empty: the system's."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where data, keys and content are stored, and how the program is reached."""

    var: Path
    content: Path
    database_url: str
    secure_cookies: bool
    public_address: str
    office_name: str
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of proxies whose headers on client address and TLS are trusted."""
    smtp: str = field(default="", repr=False)
    """`smtp://`, `smtps://` or `smtp+starttls://`, with user and password if required."""
    mail_from: str = ""
    sms_webhook: str = ""
    sms_secret: str = field(default="", repr=False)
    absence_days: int = 30
    """How many days a substitute may act before a new request is needed."""
    second_factor_roles: frozenset[str] = frozenset()
    """Roles whose accounts must have a second factor; those of the demo county need none."""
    provider: Provider | None = None
    directory: Directory | None = None
    local_password_roles: frozenset[str] = frozenset({"administrator"})
    """Roles whose local passwords remain valid if people sign in elsewhere, for times when that is down."""
    verify_minutes: int = 15
    """How many minutes a proof of identity is valid for signing, approving, revealing and exporting."""

    plain_flush: bool = False
    """Whether all commands use SQLAlchemy's own flush instead of batched writes."""
    clamd: str = ""
    """Address of the virus scanner: `unix:/path` or `tcp host:port`; empty: uploads are not checked."""

    @property
    def keys(self) -> Path:
        """Folder of the encryption, index and session keys."""
        return self.var / "keys"

    @property
    def anchors(self) -> Path:
        """File of the daily seals over all events; the operator copies it off-site."""
        return self.var / "anchors.txt"

    @property
    def restoring(self) -> Path:
        """Marker file that exists while a restoration is unfinished; such an office does not open."""
        return self.var / "restoring"

    @property
    def papers(self) -> Path:
        """Folder of rendered papers, by hash."""
        return self.var / "papers"

    @property
    def scans(self) -> Path:
        """Folder of scanned pages, by hash; separate from papers, whose hashes are public."""
        return self.var / "scans"

    @property
    def attachments(self) -> Path:
        """Folder of uploaded attachments, by hash."""
        return self.var / "attachments"

    @property
    def file_stores(self) -> dict[str, Path]:
        """Every file store, by name."""
        return {"papers": self.papers, "scans": self.scans, "attachments": self.attachments}


def from_environment() -> Settings:
    """Return the settings of this process; every value has a default suitable for a trial."""
    var = Path(os.environ.get("YIMEN_VAR", ROOT / "var"))
    fonts = var / "fonts" / "fonts.conf"
    if fonts.is_file():
        # Read by fontconfig in the renderer's child processes, which inherit it.
        os.environ.setdefault("FONTCONFIG_FILE", str(fonts))
    default_database = f"sqlite:///{var / 'yimen.sqlite'}"
    return Settings(
        var=var,
        content=Path(os.environ.get("YIMEN_CONTENT", ROOT / "bpmn")),
        database_url=os.environ.get("YIMEN_DATABASE_URL", default_database),
        secure_cookies=os.environ.get("YIMEN_SECURE_COOKIES", "") == "1",
        public_address=os.environ.get(
            "YIMEN_PUBLIC_ADDRESS", f"http://{os.environ.get('YIMEN_LISTEN', LISTEN)}"
        ),
        office_name=os.environ.get(OFFICE_NAME, "演示县民政局"),
        trusted_proxies=tuple(os.environ.get("YIMEN_TRUSTED_PROXY", "").replace(",", " ").split()),
        smtp=os.environ.get("YIMEN_SMTP", ""),
        mail_from=os.environ.get("YIMEN_MAIL_FROM", "yimen@localhost"),
        sms_webhook=os.environ.get("YIMEN_SMS_WEBHOOK", ""),
        sms_secret=os.environ.get("YIMEN_SMS_SECRET", ""),
        plain_flush=os.environ.get("YIMEN_PLAIN_FLUSH", "") == "1",
        clamd=os.environ.get("YIMEN_CLAMD", "").strip(),
        absence_days=int(os.environ.get("YIMEN_ABSENCE_DAYS", "30")),
        second_factor_roles=_words("YIMEN_SECOND_FACTOR_ROLES", _FACTOR_ROLES),
        provider=_provider(),
        directory=_directory(),
        local_password_roles=_words("YIMEN_LOCAL_PASSWORD_ROLES", "administrator"),
        verify_minutes=int(os.environ.get("YIMEN_VERIFY_MINUTES", "15")),
    )


def _words(name: str, default: str) -> frozenset[str]:
    return frozenset(os.environ.get(name, default).replace(",", " ").split())


def _provider() -> Provider | None:
    issuer = os.environ.get("YIMEN_OIDC_ISSUER", "")
    if not issuer:
        return None
    return Provider(
        issuer,
        os.environ.get("YIMEN_OIDC_CLIENT", "yimen"),
        os.environ.get("YIMEN_OIDC_SECRET", ""),
        os.environ.get("YIMEN_OIDC_CLAIM", "preferred_username"),
        _words("YIMEN_OIDC_SECOND_FACTOR", ""),
        os.environ.get("YIMEN_OIDC_TITLE", tr("统一身份认证")),
    )


def _directory() -> Directory | None:
    url = os.environ.get("YIMEN_LDAP_URL", "")
    if not url:
        return None
    values = {
        n: os.environ.get(f"YIMEN_LDAP_{n}", "") for n in ("BASE", "ATTRIBUTE", "READER", "PASSWORD", "ROOTS")
    }
    return Directory(
        url,
        values["BASE"],
        values["ATTRIBUTE"] or "uid",
        values["READER"],
        values["PASSWORD"],
        values["ROOTS"],
    )
