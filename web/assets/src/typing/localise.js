// For libraries that say English words in their own markup without asking a translator: what is listed is put in
// Chinese where it appears, in texts and in titles.  What people typed is in inputs and stays as it is.
const ATTRIBUTES = ["title", "placeholder", "aria-label", "data-title"];

export function localise(root, words) {
  const said = (text) => words[text] ?? words[text.trim()];
  function visit(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const word = said(node.data);
      if (word && node.data !== word) node.data = word;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of ATTRIBUTES) {
      const word = node.hasAttribute(name) && said(node.getAttribute(name));
      if (word && node.getAttribute(name) !== word) node.setAttribute(name, word);
    }
    if (!node.matches("textarea, [contenteditable]")) node.childNodes.forEach(visit);
  }
  visit(root);
  const watch = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES };
  new MutationObserver((changes) =>
    changes.forEach((c) =>
      c.type === "childList"
        ? c.addedNodes.forEach(visit)
        : c.type === "characterData"
          ? visit(c.target)
          : visit(c.target),
    ),
  ).observe(root, watch);
}
