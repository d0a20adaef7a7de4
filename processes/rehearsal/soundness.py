"""What publication demands beyond passing scenarios: every flow taken, every paper rendered."""

from __future__ import annotations

from datetime import datetime

from processes.errors import Invalid
from processes.papers import preview
from processes.rehearsal.results import Result
from processes.releases.bundle import COMMON, Bundle
from processes.texts import tr


def check(bundle: Bundle, results: list[Result], now: datetime) -> list[Result]:
    """Return what is missing as failed results beside those of the scenarios; empty if nothing is.

    Flows of shared diagrams are not checked here: another programme's scenarios may take them.
    """
    if not results:
        return []
    found = _Found(bundle)
    _flows(bundle, results, found)
    _papers(bundle, results, now, found)
    return found.results


class _Found:
    """Failed results by subject."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.results: list[Result] = []

    def add(self, subject: str, file: str, differences: list[str]) -> None:
        if differences:
            self.results.append(Result(subject, self.bundle.content_path(file), differences=differences))


def _flows(bundle: Bundle, results: list[Result], found: _Found) -> None:
    taken = {(file, flow) for r in results for file, flows in r.flows.items() for flow in flows}
    for process in bundle.starts:
        definition = bundle.definition(process)
        for name, diagram in definition.diagrams.items():
            file = definition.files[name]
            if file.startswith(f"{COMMON}/"):
                continue
            path = bundle.content_path(file)
            left = [f for f in diagram.flows if (path, f.id) not in taken]
            found.add(
                tr("{name}：连线", name=diagram.name),
                file,
                [
                    tr(
                        "没有情景走到连线“{id}”（{source} → {target}）",
                        id=f.name or f.id,
                        source=f.source,
                        target=f.target,
                    )
                    for f in left
                ],
            )


def _papers(bundle: Bundle, results: list[Result], now: datetime, found: _Found) -> None:
    """Render every paper once with data of a scenario; undefined names are errors."""
    samples = {kind: sample for r in results for kind, sample in r.papers.items()}
    for rule in bundle.papers.values():
        sample = samples.get(f"{bundle.id}/{rule.id}")
        if sample is None:
            found.add(
                tr("文书《{title}》", title=rule.title),
                "documents.toml",
                [tr("没有情景用到这件文书，无法试排")],
            )
            continue
        template, data = sample
        try:
            preview.pdf(bundle, template, data, now)
        except Invalid as fault:
            found.add(
                tr("文书《{title}》", title=rule.title),
                f"papers/{template}",
                [tr("不能排出：{params}", params=fault.params["reason"])],
            )
