"""Publish a programme folder unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.command import Command, handles
from processes.releases import bundle as bundles
from processes.releases import publish
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PublishReleaseResult:
    """The result of `PublishRelease`."""

    programme: str
    title: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class PublishRelease(Command[PublishReleaseResult]):
    """Publish a programme folder whose scenarios passed as its next release."""

    permission = Permission.RELEASE_PUBLISH

    programme: str
    passed: int
    failed: int
    effective_from: date
    note: str = ""

    def needs_verification(self) -> bool:
        """Because it publishes."""
        return True


@handles(PublishRelease)
def publish_release(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: PublishRelease
) -> PublishReleaseResult:
    """Publish a programme folder unchanged, with the report of its scenarios."""
    bundle = bundles.read_folder(settings.content / command.programme)
    publish.report(uow, bundle.digest, command.passed, command.failed)
    uow.flush()
    release = publish.publish(uow, bundle, actor.name, command.effective_from, command.note)
    return PublishReleaseResult(
        programme=release.programme, title=release.title, number=release.number, digest=release.digest
    )
