// Where time goes: each step of the diagram coloured, with a badge that opens its cases; and a bar for each.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);
const place = document.getElementById("diagram"),
  choice = document.getElementById("sheet");
const viewer = new NavigatedViewer({ container: place });
const { sheets, steps, called } = await (await fetch(place.dataset.source)).json();
const SHADES = 5,
  sayings = {
    days: (s) => (s.days === null ? "在办" : `${s.days} 天`),
    share: (s) => `${Math.round(s.share * 100)}% 超期`,
  };
let by = "days",
  shown = [];

// The step that takes longest is the darkest; lateness is dark from one half on.
function shade(step) {
  const most = by === "days" ? Math.max(...[...steps, ...called].map((s) => s.days || 0), 0.1) : 0.5;
  return Math.min(SHADES, Math.ceil(((step[by] || 0) / most) * SHADES));
}

function colour() {
  const canvas = viewer.get("canvas"),
    known = viewer.get("elementRegistry"),
    overlays = viewer.get("overlays");
  shown.forEach(([id, name]) => known.get(id) && canvas.removeMarker(id, name));
  overlays.remove({ type: "heat" });
  shown = [];
  for (const step of [...steps, ...called]) {
    if (!known.get(step.task)) continue;
    const name = `heat-${shade(step)}`;
    canvas.addMarker(step.task, name);
    shown.push([step.task, name]);
    const kind = by === "share" && step.late ? "late" : step.done ? "done" : "open";
    const link = Object.assign(document.createElement("a"), {
      className: "heat-badge",
      textContent: sayings[by](step),
      href: `${place.dataset.cases}&task=${encodeURIComponent(step.opens)}&kind=${kind}`,
      title: `${step.title}：已办结 ${step.done} 件，在办 ${step.open} 件，超期 ${step.late} 件`,
    });
    overlays.add(step.task, "heat", { position: { bottom: 2, left: 0 }, html: link });
  }
}

async function draw(n) {
  shown = [];
  await viewer.importXML(sheets[n].xml);
  const canvas = viewer.get("canvas"),
    { inner, outer } = canvas.viewbox(),
    scale = 0.6;
  canvas.viewbox({ x: inner.x - 20, y: inner.y - 10, width: outer.width / scale, height: outer.height / scale });
  colour();
  place.dataset.ready = "1";
}

const plot = document.getElementById("plot");
if (steps.length) {
  const bars = [...steps].reverse();
  plot.style.height = `${60 + 26 * bars.length}px`;
  const chart = init(plot, null, { renderer: "svg" });
  chart.setOption({
    grid: { left: 130, right: 50, top: 10, bottom: 40 },
    tooltip: {},
    xAxis: { type: "value", name: "天", nameLocation: "middle", nameGap: 26 },
    yAxis: { type: "category", data: bars.map((s) => s.title) },
    series: [
      {
        type: "bar",
        name: "用时中位数",
        data: bars.map((s) => s.days || 0),
        label: { show: true, position: "right" },
        itemStyle: { color: "#1f4e79" },
      },
    ],
  });
  window.addEventListener("resize", () => chart.resize());
}

document.querySelectorAll("[data-by]").forEach((b) =>
  b.addEventListener("click", () => {
    by = b.dataset.by;
    document.querySelectorAll("[data-by]").forEach((o) => o.classList.toggle("active", o === b));
    colour();
  }),
);
document.querySelectorAll("[data-go]").forEach((s) =>
  s.addEventListener("change", () => {
    location.href = s.value;
  }),
);
sheets.forEach((sheet, n) => choice.add(new Option(sheet.name, n)));
choice.addEventListener("change", () => draw(Number(choice.value)));
await draw(0);
