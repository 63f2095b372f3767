// Grid: brands by metrics, the population total in every cell; shown when there are both.
function startGrid() {
  const brands = [...new Set(outcomes.brand.filter(Boolean))];
  if (brands.length < 2 || !metrics.length) return;
  const at = new Map(outcomes.outcome.map((_, o) => [JSON.stringify([outcomes.brand[o], outcomes.metric[o]]), o]));
  const cell = (brand, metric) => at.get(JSON.stringify([brand, metric]));
  const value = (o) => (o === undefined || totalOf[o] < 0 ? null : rows.mean[totalOf[o]]);
  const known = (metric) => brands.map((brand) => value(cell(brand, metric))).filter((each) => each !== null);
  const byMetric = new Map(metrics.map((metric) => [metric, known(metric)]));
  const everything = [...byMetric.values()].flat();
  if (!everything.length) return;
  const totals = (metric) => brands.map((brand) => totalOf[cell(brand, metric)] ?? -1).filter((row) => row >= 0);
  const digits = new Map(metrics.map((metric) => [metric, decimals(["mean"], totals(metric))]));
  let sorted = null;

  function draw() {
    const own = byId("grid-scale").checked;
    byId("grid-scale-note").textContent = own ? "within its metric" : "over the whole grid";
    const rank = (brand) => value(cell(brand, sorted)) ?? -1;
    const order = sorted === null ? brands : brands.slice().sort((a, b) => rank(b) - rank(a));
    const rankBy = (metric) => () => { sorted = sorted === metric ? null : metric; draw(); };
    const head = metrics.map((metric) => el("th", { scope: "col", "aria-sort": metric === sorted ? "descending" : null },
      el("button", { type: "button", title: `Rank brands by ${metric}`, onclick: rankBy(metric) }, metric)));
    byId("grid-host").replaceChildren(el("table", { class: "heat" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, el("span", { class: "note" }, "")), ...head)),
      el("tbody", {}, ...order.map((brand) => el("tr", {}, el("th", { scope: "row", title: brand }, brand),
        ...metrics.map((metric) => el("td", {}, button(brand, metric, own ? byMetric.get(metric) : everything))))))));
    walkGrid(byId("grid-host"));
  }
  function button(brand, metric, among) {
    const o = cell(brand, metric);
    if (o === undefined) return "";
    const row = totalOf[o];
    const open = () => go({ view: "groups", o });
    if (row < 0) {
      const why = `${title(o)}: ${outcomes.reason[o] ?? outcomes.status[o]}`;
      return el("button", { type: "button", class: "none", title: why, onclick: open }, MARKS[outcomes.status[o]]);
    }
    const low = Math.min(...among);
    const high = Math.max(...among);
    const depth = high > low ? (rows.mean[row] - low) / (high - low) : 0.5;
    const doubt = doubtOf(row);
    const said = `${title(o)}: ${mean(row)} (${level} interval ${interval(row)})`;
    const node = el("button", {
      type: "button", class: depth > 0.79 ? "deep" : null, onclick: open, title: doubt ? `${said} ▲ ${doubt}` : said,
    }, `${bareModel("mean", row, digits.get(metric))}${doubt ? " ▲" : ""}`);
    node.style.setProperty("--level", `${(4 + 90 * depth).toFixed(0)}%`);
    return node;
  }
  byId("grid").hidden = false;
  byId("grid-link").hidden = false;
  byId("grid-scale").addEventListener("change", draw);
  draw();
}

// Arrow keys walk over the cells, which are one stop of the Tab key.
function walkGrid(host) {
  const buttons = (line) => [...line.cells].slice(1).map((cell) => cell.firstElementChild);
  const lines = [...host.querySelectorAll("tbody tr")].map(buttons);
  const all = lines.flat().filter(Boolean);
  all.forEach((node, i) => node.setAttribute("tabindex", i === 0 ? "0" : "-1"));
  host.onkeydown = (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const line = lines.findIndex((cells) => cells.includes(event.target));
    if (!by || line < 0) return;
    event.preventDefault();
    const to = lines[line + by[0]]?.[lines[line].indexOf(event.target) + by[1]];
    if (!to) return;
    event.target.setAttribute("tabindex", "-1");
    to.setAttribute("tabindex", "0");
    to.focus();
  };
}
