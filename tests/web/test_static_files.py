"""Files of the front end go out compressed, and are asked for once."""

from __future__ import annotations

import gzip
import re

from processes.rehearsal.stage import Stage
from tests.builders.desks import Person


def test_built_files__compressed_and_kept(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    found = re.search(r'src="(/static/assets/main-[^"]+\.js)"', clerk.get("/").text)
    assert found is not None
    plain = clerk.get(found[1])
    assert "Content-Encoding" not in plain.headers
    packed = clerk.client.get(found[1], headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    best = clerk.client.get(found[1], headers={"Accept-Encoding": "gzip, br"})
    assert best.headers["Content-Encoding"] == "br"
    assert len(best.data) < len(packed.data) < len(plain.data)
    for answer in (plain, packed, best):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"].startswith("text/javascript")


def test_what_lies_outside_the_folder__is_no_file(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    assert clerk.get("/static/../app.py").status_code == 404
    assert clerk.get("/static/assets/none.js").status_code == 404
