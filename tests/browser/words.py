"""What a person can see on a page, and which of it is in Latin letters without need."""

from __future__ import annotations

import re
from typing import Any

GATHER = """() => {
  const found = [];
  const said = (kind, text, node) => { if (text && /[A-Za-z]/.test(text)) found.push([kind, text.trim().slice(0, 200),
    (node.closest("[id]")?.id || "") + " " + node.tagName.toLowerCase() + "." + (node.getAttribute("class") || "").slice(0, 60)]); };
  const unseen = "script, style, noscript, template, textarea, [hidden], .visually-hidden, .cm-content, .d-none";
  const code = "code, kbd, .dmn-definitions-id, .bio-properties-panel-collapsible-entry-header-title, .mono, .user-select-all, .code";
  function visit(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const over = node.parentElement;
      if (over && getComputedStyle(over).fontSize !== "0px") said("text", node.data, over);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches('[lang="en"]')) return;
    for (const name of ["placeholder", "title", "aria-label", "alt", "label", "data-title"])
      if (node.hasAttribute(name) && !node.matches("svg *")) said(name, node.getAttribute(name), node);
    if (node.matches("input[type=submit], input[type=button], input[type=reset]")) said("value", node.value, node);
    if (node.matches("input[type=date], input[type=month], input[type=datetime-local], input[type=time]"))
      found.push(["native date field", node.name || node.id || "date", node.tagName]);
    if (node.matches("input[type=file]:not(.visually-hidden):not([hidden])")) found.push(["native file field", node.name, ""]);
    if (node.matches(unseen) || node.matches(code)) return;
    for (const pseudo of ["::before", "::after"]) {
      const content = getComputedStyle(node, pseudo).content;
      if (content && content.startsWith('"')) said("content", content.slice(1, -1), node);
    }
    node.childNodes.forEach(visit);
    if (node.shadowRoot) node.shadowRoot.childNodes.forEach(visit);
  }
  said("title of the page", document.title, document.documentElement);
  visit(document.body);
  return found;
}"""
OPEN_ALL = """() => {
  document.querySelectorAll("details").forEach((d) => { d.open = true; });
  document.querySelectorAll(".collapse").forEach((d) => d.classList.add("show"));
  document.querySelectorAll("dialog:not([open])").forEach((d) => d.show());
}"""
_ALLOWED = [re.compile(pattern) for pattern in (
    # What offices themselves call so.
    r"\b(Excel|XLSX|CSV|PDF|QR|BPMN|DMN|SVG|PNG|JPG|ID|TOML|YAML|HTML|CSS|KB|MB|A4|V)\b",
    r"BPMN\.iO|Powered by bpmn\.io",  # the mark that the licence of the editors asks for
    # Names of keys.
    r"\b(Ctrl|Shift|Alt|Enter|Esc|Tab)\b( ?\+ ?([A-Z]|[0-9]|Enter|…)\b)?",
    # File numbers, codes, hashes, digests.
    r"\b[0-9A-Z]+(-[0-9A-Z]+)+\b", r"\b[0-9a-f]{8,}\b", r"\b[A-Z2-9]{4}(-?[A-Z2-9]{4}){2,}\b",
    r"\d{14}\*{0,}\d*X|[0-9*]{6,}X\b",
    r"\bC[0-9]{2}\b",  # numbers of clauses
    r"\b[0-9]{3}X\b",  # the end of an ID number
    r"\b[ABC](?=类)",  # classes of allowance, so named by the policy
    r"\b(Windows|Linux)\b",
    r"[\w/]+\.(bpmn|dmn|form|toml|sheet\.toml|html|css|md|yaml)\b",  # files that a supervisor edits
    r"https?://\S+",
)]  # fmt: skip


def latin(text: str, allowed: tuple[str, ...] = ()) -> str:
    """What of a text is in Latin letters and is neither a code nor the name of a key or a kind of file."""
    for word in allowed:
        text = text.replace(word, " ")
    for pattern in _ALLOWED:
        text = pattern.sub(" ", text)
    return " ".join(re.findall(r"[A-Za-z][A-Za-z0-9_.'-]*", text))


def english(page: Any, allowed: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """Kind, text and place of everything on the page, hidden parts opened, that is not Chinese."""
    page.evaluate(OPEN_ALL)
    return [
        tuple(row) for row in page.evaluate(GATHER) if row[0].startswith("native") or latin(row[1], allowed)
    ]
