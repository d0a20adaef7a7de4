// The office's load as bars; every bar and every row opens its cases.
import * as echarts from "echarts/core";
import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);
const SHADES = { late: "#b02a37", week: "#e0a100", other: "#7fa3c7" };
const make = (tag, attributes = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
};

function bars(place, rows) {
  const rest = rows.map((r) => r.open - r.late - r.week);
  const chart = echarts.init(place);
  const series = (name, data, color, state) => ({
    name,
    type: "bar",
    stack: "all",
    data,
    itemStyle: { color },
    cursor: "pointer",
    state,
  });
  chart.setOption({
    animation: false,
    grid: { left: 8, right: 24, top: 28, bottom: 4, containLabel: true },
    legend: { top: 0, itemHeight: 10 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: { type: "value", minInterval: 1 },
    yAxis: { type: "category", inverse: true, data: rows.map((r) => r.title) },
    series: [
      series(
        "已超期",
        rows.map((r) => r.late),
        SHADES.late,
      ),
      series(
        "七天内到期",
        rows.map((r) => r.week),
        SHADES.week,
      ),
      series("其他在办", rest, SHADES.other),
    ],
  });
  chart.on("click", (event) => {
    const state = ["late", "week", "open"][event.seriesIndex];
    location.href = `${rows[event.dataIndex].address}&state=${state}`;
  });
  addEventListener("resize", () => chart.resize());
}

function table(place, rows) {
  const cell = (row, n, state) =>
    make(
      "td",
      { className: "text-end" },
      n ? make("a", { href: `${row.address}&state=${state}`, textContent: n }) : "0",
    );
  place.replaceChildren(
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        ...["", "在办", "已超期", "七天内到期"].map((t, n) =>
          make("th", { textContent: t, className: n ? "text-end" : "" }),
        ),
      ),
    ),
    make(
      "tbody",
      {},
      ...rows.map((r) =>
        make(
          "tr",
          {},
          make("td", { textContent: r.title }),
          cell(r, r.open, "open"),
          cell(r, r.late, "late"),
          cell(r, r.week, "week"),
        ),
      ),
    ),
  );
}

const load = document.getElementById("load");
if (load) {
  const found = await (await fetch(load.dataset.source)).json();
  for (const name of ["townships", "steps"]) {
    const place = document.getElementById(name);
    if (!place) continue;
    place.style.height = `${Math.max(found[name].length, 2) * 26 + 60}px`;
    if (found[name].length) bars(place, found[name]);
    table(document.getElementById(`${name}-table`), found[name]);
  }
}
document.body.dataset.ready = "1";
