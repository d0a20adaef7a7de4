// The whole drawing, larger, smaller: buttons at the lower left, and the same on the keyboard.
const STEP = 1.25;
const PALETTE = 130;
const MARGIN = 20;
const READABLE = 0.7;

// All of it to the right of the palette, as large as that allows.
export function wholeBesidePalette(canvas) {
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !inner.height || outer.width < 2 * PALETTE) {
    canvas.zoom("fit-viewport", "auto");
    return;
  }
  const scale = Math.min(1, (outer.width - PALETTE - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height);
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - (height - inner.height) / 2, width, height });
}

// Large enough to read, the beginning beside the palette.
function readable(canvas) {
  const { inner, outer } = canvas.viewbox();
  canvas.viewbox({
    x: inner.x - PALETTE / READABLE,
    y: inner.y - MARGIN,
    width: outer.width / READABLE,
    height: outer.height / READABLE,
  });
}

export function view(modeler, container) {
  const canvas = modeler.get("canvas");
  const bar = document.createElement("div");
  bar.className = "zoom-buttons";
  const button = (text, title, act) => {
    const made = document.createElement("button");
    Object.assign(made, {
      type: "button",
      className: "btn btn-sm btn-light border",
      textContent: text,
      title,
      onclick: act,
    });
    made.setAttribute("aria-label", title);
    bar.append(made);
  };
  const by = (factor) => () => canvas.zoom(Math.min(4, Math.max(0.15, canvas.zoom() * factor)), "auto");
  button("全图", "显示全图", () => wholeBesidePalette(canvas));
  button("看清", "从开头看清每一步", () => readable(canvas));
  button("＋", "放大", by(STEP));
  button("－", "缩小", by(1 / STEP));
  container.append(bar);
}
