"""Publishing the programmes of an installation's content folder: lint, rehearsal, release."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from processes.access.scope import system_actor
from processes.errors import BundleInvalid
from processes.office import Office
from processes.office.studio.publish import PublishRelease, PublishReleaseResult
from processes.rehearsal import reports, soundness
from processes.releases import bundle as bundles
from processes.releases import lint, publish
from processes.texts import tr

IN_FORCE = date(2025, 1, 1)


def publish_programme(office: Office, programme: str, note: str, knows: lint.Office) -> PublishReleaseResult:
    """Lint, rehearse and publish a programme; raises `BundleInvalid` if something is wrong."""
    folder = office.settings.content / programme
    problems = lint.lint_folder(folder, knows)
    if problems:
        raise BundleInvalid(count=len(problems))
    bundle = bundles.read_folder(folder)
    with office.database.reading("") as session:
        green = publish.is_green(session, bundle.digest)
    results = [] if green else reports.run([folder], office.settings)
    results += soundness.check(bundle, results, office.database.clock())
    failed = [r for r in results if not r.passed]
    if failed:
        summary = tr("；").join(
            tr("{scenario}：{differences}", scenario=r.scenario, differences=tr("、").join(r.differences[:3]))
            for r in failed[:5]
        )
        raise BundleInvalid(count=len(failed), reason=summary)
    passed = len(results) or 1
    return office.perform(PublishRelease(programme, passed, 0, IN_FORCE, note), system_actor())


def publish_content(office: Office, note: str, knows: lint.Office, tell: Callable[[str], None]) -> None:
    """Publish every programme of the content folder that is new or has changed.

    A programme of which supervisors published a release is left unchanged.
    """
    for folder in sorted(p.parent for p in office.settings.content.glob("*/programme.toml")):
        with office.database.reading("") as session:
            newest = [r for r in publish.published_programmes(session) if r.programme == folder.name]
        if newest and newest[0].published_by != system_actor().name:
            continue
        if newest and newest[0].digest == bundles.read_folder(folder).digest:
            continue
        tell(tr("检查、演练并发布：{name}……", name=folder.name))
        release = publish_programme(office, folder.name, note, knows)
        tell(
            tr(
                "{title}　第 {number} 版（{digest}）",
                title=release.title,
                number=release.number,
                digest=release.digest[:12],
            )
        )
