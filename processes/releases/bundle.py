"""A bundle: the files of one programme and the shared files (`common/`), validated and hashed.

The only reader of the content folder. A case in progress never reads the folder, only its release.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import zstandard
from jsonschema import ValidationError

from processes.engine import definitions
from processes.engine.definitions import Content, Definition
from processes.engine.facts import Facts
from processes.errors import BundleInvalid, ReleaseMissing, TomlInvalid
from processes.policy.parameters import BookValues, PolicyBook, merge, parse_policy
from processes.policy.toml_text import read_toml
from processes.releases import effects, shapes, verdicts
from processes.releases.effects import Needed
from processes.releases.verdicts import VerdictRule
from processes.texts import tr

COMMON = "common"
_SUFFIXES = {".bpmn", ".dmn", ".toml", ".form", ".html", ".css", ".md", ".json", ".yaml"}
_LEVEL = 10


@dataclass(frozen=True)
class ClockRule:
    """A clock that diagrams may start: title, unit and the parameters for its length."""

    name: str
    title: str
    unit: str
    budget: str
    extension: str = ""
    keeps_running: bool = False
    bars_advances: bool = False


@dataclass(frozen=True)
class StartRule:
    """A process that an application can start: title and application form."""

    process: str
    title: str
    form: str
    several: bool = False
    """Whether a household may have several such open cases."""
    before_register: bool = False
    """Whether it is opened for a caller (热线来电): the file has no members yet."""


@dataclass(frozen=True)
class PaperRule:
    """A paper of the programme: title, number series, template, contract."""

    id: str
    title: str
    template: str
    series: str
    contract: str
    level: str = "township"
    township_step: str = ""
    """The step at which a township decides by delegation: when it is done, the paper is the township's."""
    state_of_case: bool = False
    on_demand: bool = False
    """Made on request on the case page, once the step `after` is done (none: at once)."""
    after: str = ""
    register_now: bool = False
    """Shows the household as registered now, not as computed with: papers signed before a decision."""
    opinions: tuple[str, ...] = ()
    approving: tuple[str, ...] = ()
    """The steps among them that decide: their signer is the approver (审批人)."""
    signatures: tuple[str, ...] = ()
    """Roles that sign the paper electronically, in order; `seal` is the office's seal."""
    fields: Mapping[str, str] = field(default_factory=dict)
    decided_by: Mapping[str, str] = field(default_factory=dict)
    """Steps, each with its role, of which one must have decided before the paper is issued with a number."""
    verdict: str = ""
    """The required verdict of the latest of them: `agree`, `refuse`; empty: either."""


@dataclass(frozen=True)
class Separation:
    """Two steps that one person may not both do in a case."""

    earlier: str
    later: str


@dataclass(frozen=True)
class Screening:
    """A screening rule, whether a programme may fit a member: a table, and the sheets that it reads."""

    title: str
    table: str
    sheets: tuple[str, ...] = ()
    need: str = ""
    """Field and value of the one window's registration that applies for it (`basic_living=yes`)."""
    process: str = ""
    """The process of the programme; by default the first one."""


@dataclass(frozen=True)
class Bundle:
    """The files by path (`common/…` for shared ones), and everything parsed from them."""

    files: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and contents in order; identifies the content."""
        sha256 = hashlib.sha256()
        for name in sorted(self.files):
            sha256.update(name.encode() + b"\0" + hashlib.sha256(self.files[name]).digest())
        return sha256.hexdigest()

    @cached_property
    def programme(self) -> dict[str, Any]:
        """`programme.toml`."""
        return self._toml("programme.toml")

    @property
    def id(self) -> str:
        """The programme's id, which is the name of its folder."""
        return str(self.programme["id"])

    @property
    def title(self) -> str:
        """The programme's official title."""
        return str(self.programme["title"])

    @property
    def process(self) -> str:
        """Return the id of the process that a new case runs unless another one is named."""
        return str(self.programme["process"])

    def materials(self, process: str = "") -> dict[str, str]:
        """Return what an applicant hands in for a process, by key; the programme's list if the process has none."""
        own = self.programme.get("processes", {}).get(process or self.process, {}).get("materials")
        return dict(self.programme.get("materials", {}) if own is None else own)

    @property
    def is_mechanism(self) -> bool:
        """Whether it only carries cases between programmes (登记分流, 转介) and grants nothing itself."""
        return self.programme.get("kind") == "mechanism"

    @cached_property
    def starts(self) -> dict[str, StartRule]:
        """What can be applied for, by process; the default comes first."""
        first = StartRule(
            self.process,
            str(self.programme.get("process_title", self.title)),
            str(self.programme["start_form"]),
            self.is_mechanism or bool(self.programme.get("several")),
        )
        others = {
            name: StartRule(
                name,
                str(p["title"]),
                str(p["start_form"]),
                bool(p.get("several")),
                bool(p.get("before_register")),
            )
            for name, p in self.programme.get("processes", {}).items()
        }
        return {self.process: first, **others}

    def start(self, process: str = "") -> StartRule:
        """Return the start rule of a process; raises `ReleaseMissing` if the programme has none of that name."""
        found = self.starts.get(process or self.process)
        if found is None:
            raise ReleaseMissing(programme=tr("{title}（{process}）", title=self.title, process=process))
        return found

    @cached_property
    def policy(self) -> PolicyBook:
        """The parameters in use: those of the content, overlaid by the county's book if the bundle was opened
        with it."""
        return self.declared

    def under(self, standing: BookValues) -> Bundle:
        """Return the same content with the values of the county's book."""
        overlaid = copy.copy(self)
        overlaid.__dict__["policy"] = self.declared.under(standing)
        return overlaid

    @cached_property
    def declared(self) -> PolicyBook:
        """Parameters with the values that the content suggests; the programme's own take precedence over
        shared ones."""
        names = [n for n in ("common/policy.toml", "policy.toml") if n in self.files]
        return merge(parse_policy(self.files[n].decode()) for n in names)

    @cached_property
    def outcomes(self) -> dict[str, str]:
        """Outcome titles by the id of the end event."""
        return dict(self.programme.get("outcomes", {}))

    @cached_property
    def clocks(self) -> dict[str, ClockRule]:
        """Clocks by name."""
        return {
            name: ClockRule(
                name,
                c["title"],
                c["unit"],
                c["budget"],
                c.get("extension", ""),
                bool(c.get("keeps_running")),
                bool(c.get("bars_advances")),
            )
            for name, c in self.programme.get("clocks", {}).items()
        }

    @cached_property
    def screenings(self) -> tuple[Screening, ...]:
        """Screening rules of the programme."""
        return tuple(
            Screening(
                str(s["title"]),
                str(s["table"]),
                tuple(s.get("sheets", ())),
                str(s.get("need", "")),
                str(s.get("process", "")),
            )
            for s in self.programme.get("screening", ())
        )

    @cached_property
    def verdicts(self) -> dict[str, VerdictRule]:
        """Verdict rules by process."""
        return verdicts.read(self.programme.get("decision", {}))

    def verdict(self, process: str) -> VerdictRule | None:
        """Return the verdict rule of a process, or None."""
        return self.verdicts.get(process or self.process)

    @cached_property
    def separation(self) -> tuple[Separation, ...]:
        """Pairs of steps that must be done by different people."""
        return tuple(Separation(s["earlier"], s["later"]) for s in self.programme.get("separation", ()))

    @cached_property
    def effects(self) -> dict[str, Needed]:
        """Decisions required by each verb that grants, pays, advances or stops."""
        return effects.read(self.programme.get("effect", ()))

    @cached_property
    def checks(self) -> frozenset[str]:
        """Steps of leaders that decide nothing but review what others did."""
        named = {str(s) for s in self.programme.get("checks", ())}
        return frozenset(named - effects.named(self))

    @cached_property
    def papers(self) -> dict[str, PaperRule]:
        """Papers by id."""
        if "documents.toml" not in self.files:
            return {}
        return {
            p["id"]: PaperRule(
                p["id"],
                p["title"],
                p["template"],
                p["series"],
                p["contract"],
                p.get("level", "township"),
                str(p.get("township_step", "")),
                bool(p.get("state_of_case")),
                bool(p.get("on_demand")),
                str(p.get("after", "")),
                bool(p.get("register_now", p.get("on_demand"))),
                tuple(p.get("opinions", ())),
                tuple(p.get("approving", ())),
                tuple(p.get("signatures", ())),
                dict(p.get("fields", {})),
                dict(p.get("decided_by", {})),
                str(p.get("verdict", "")),
            )
            for p in self._toml("documents.toml").get("paper", [])
        }

    def content_path(self, name: str) -> str:
        """Return the path of a file in the content folder: `common/…`, else under the programme."""
        return name if name.startswith(f"{COMMON}/") else f"{self.id}/{name}"

    def form(self, form_id: str) -> dict[str, Any] | None:
        """Return a form-js schema by id; the programme's own takes precedence over a shared one."""
        for name in (f"forms/{form_id}.form", f"common/forms/{form_id}.form"):
            if name in self.files:
                schema: dict[str, Any] = json.loads(self.files[name])
                return schema
        return None

    def template(self, name: str) -> str | None:
        """Return a paper template by file name; the programme's own takes precedence over a shared one."""
        for path in (f"papers/{name}", f"common/papers/{name}", f"common/{name}"):
            if path in self.files:
                return self.files[path].decode()
        return None

    def templates(self) -> dict[str, str]:
        """Every template and style sheet, for the renderer."""
        texts: dict[str, str] = {}
        for name in sorted(self.files, key=lambda n: not n.startswith("common/")):
            if name.endswith((".html", ".css")):
                texts[name.rsplit("/", 1)[-1]] = self.files[name].decode()
        return texts

    @cached_property
    def engine_content(self) -> Content:
        """The files that the engine reads."""
        return Content(
            self.digest,
            self._of(".bpmn"),
            self._of(".dmn"),
            {n: raw for n, raw in self.files.items() if n.endswith(".sheet.toml")},
        )

    def definition(self, process: str | None = None) -> Definition:
        """Return a parsed process, by default the programme's first. Raises a content error if it cannot be read."""
        return definitions.load(self.engine_content, process or self.process)

    def facts(self, now: datetime, division: str) -> Facts:
        """Return the engine's context at an instant and a place: the parameters in force there, no due dates."""
        return Facts(now, lambda name, on: self.policy.value(name, on, division))

    def diagram_xml(self, definition: Definition, process: str) -> str:
        """Return the BPMN text that contains a process of a definition, for the viewer."""
        return self.files[definition.files[process]].decode()

    def _of(self, suffix: str) -> dict[str, bytes]:
        return {n: raw for n, raw in self.files.items() if n.endswith(suffix)}

    def _toml(self, name: str) -> dict[str, Any]:
        """Read a TOML file of the programme, checked against the schema of its kind."""
        try:
            document = read_toml(self.files[name])
            shapes.demand(document, shapes.of_kind(name.removesuffix(".toml")))
        except (KeyError, TomlInvalid) as fault:
            reason = fault.reason if isinstance(fault, TomlInvalid) else tr("没有这个文件")
            raise BundleInvalid(count=1, reason=tr("{name}：{reason}", name=name, reason=reason)) from fault
        except ValidationError as fault:
            reason = tr(
                "{name} 的 {fault}：{message}",
                name=name,
                fault=shapes.place(fault),
                message=fault.message[:200],
            )
            raise BundleInvalid(count=1, reason=reason) from fault
        return document


def read_folder(folder: Path) -> Bundle:
    """Read the bundle of a programme folder, including `common/` beside it."""
    files = _read(folder, "")
    shared = folder.parent / COMMON
    if shared.is_dir():
        files |= _read(shared, "common/")
    if "programme.toml" not in files:
        raise BundleInvalid(count=1, reason=tr("{folder} 中没有 programme.toml", folder=folder))
    return Bundle(files)


def shared_of(content: Path) -> dict[str, bytes]:
    """Return the shared files of a content folder, by path."""
    return _read(content / COMMON, f"{COMMON}/")


def _read(folder: Path, prefix: str) -> dict[str, bytes]:
    return {
        prefix + path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _SUFFIXES
    }


def pack(bundle: Bundle) -> bytes:
    """Serialise a bundle for storage."""
    return zstandard.compress(orjson.dumps({n: raw.decode() for n, raw in bundle.files.items()}), _LEVEL)


def unpack(stored: bytes) -> Bundle:
    """Restore a bundle that `pack` stored."""
    files: dict[str, str] = orjson.loads(zstandard.decompress(stored))
    return Bundle({n: text.encode() for n, text in files.items()})
