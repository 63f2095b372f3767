// Explorer: one outcome over the groups, or one group over the outcomes; the state is in the address.
const FIRST = 40;
const state = { view: "groups", o: 0, by: 0, g: 0, metric: "", order: "config", full: false, all: false };
const metrics = [...new Set(outcomes.metric.filter(Boolean))];
const ORDERS = { config: "as configured", high: "highest first", low: "lowest first" };

function setOptions(select, pairs, chosen) {
  select.replaceChildren(...pairs.map(([value, name]) =>
    el("option", { value, selected: String(value) === String(chosen) }, name)));
}
function ordered(found) {
  if (state.order === "config") return found;
  const sign = state.order === "high" ? -1 : 1;
  return found.slice().sort((a, b) => sign * (rows.mean[a] - rows.mean[b]));
}

function groupLines() {
  const found = ordered(rowsOfOutcome[state.o].filter((row) => groups.grouping[rows.g[row]] === state.by)
    .sort((a, b) => rows.g[a] - rows.g[b]));
  const nested = (groupings[state.by]?.variables.length ?? 0) > 1 && state.order === "config";
  if (!nested) return found.map((row) => ({ row, label: rowLabel(row) }));
  const lines = [];
  let last = null;
  for (const row of found) {
    const [first, ...rest] = groups.levels[rows.g[row]];
    if (first !== last) lines.push({ heading: first });
    last = first;
    lines.push({ row, full: rowLabel(row), label: [...rest, extra(row)].filter(Boolean).join(" · ") });
  }
  return lines;
}
const ofMetric = (o) => !state.metric || outcomes.metric[o] === state.metric;
function outcomeLines() {
  const found = (rowsOfGroup[state.g] ?? []).filter((row) => ofMetric(rows.o[row]));
  return ordered(found).map((row) => ({ row, label: [title(rows.o[row]), extra(row)].filter(Boolean).join(" · ") }));
}

function headGroups() {
  const o = state.o;
  const total = totalOf[o];
  byId("figure-title").textContent = title(o);
  byId("big").textContent = total < 0 ? "" : mean(total);
  const names = [outcomes.metric[o], outcomes.brand[o], outcomes.outcome[o]].filter((name) => name && name !== title(o));
  const about = [...new Set(names)].join(" · ");
  const numbers = total < 0 ? [] : [
    `${level} interval ${interval(total)}`,
    rows.raw[total] === null ? "" : `raw ${percent(rows.raw[total])}`,
    rows.weighted[total] === null ? "" : `weighted ${percent(rows.weighted[total])}`,
    baseOf(total),
  ];
  byId("figure-note").replaceChildren(el("div", {}, numbers.filter(Boolean).join(" · ")), el("div", {}, about));
}
// Why the outcome is no plain ok, and what every row that is drawn says of itself: once, above them.
function headFlag(lines) {
  const status = state.view === "groups" ? outcomes.status[state.o] : "ok";
  const reason = status === "ok" ? "" : outcomes.reason[state.o] ?? "no reason given";
  const [first, ...rest] = lines.filter((line) => line.row !== undefined).map((line) => ownDoubts(line.row));
  const shared = (first ?? []).filter((doubt) => rest.every((doubts) => doubts.includes(doubt)) && !reason.includes(doubt));
  const told = [...(reason ? [`${MARKS[status]} ${status}: ${reason}`] : []), ...shared.map((doubt) => `▲ ${doubt}`)];
  byId("figure-flag").hidden = !told.length;
  byId("figure-flag").replaceChildren(...told.map((line) => el("span", {}, line)));
}
function headOutcomes(lines) {
  byId("big").textContent = "";
  const name = groupLabel(state.g);
  byId("figure-title").textContent = name === "Total" ? "The whole population" : name;
  const first = (rowsOfGroup[state.g] ?? [])[0];
  const share = first === undefined ? null : rows.share[first];
  const missing = outcomes.status.filter((status, o) => UNESTIMATED.includes(status) && ofMetric(o)).length;
  byId("figure-note").textContent = [
    share === null ? "" : `${percent(share)} of the population · `,
    `${countOf(lines.length, "outcome")}${state.metric ? ` of ${state.metric}` : ""}`,
    missing ? `; ${missing} more have no estimate` : "",
  ].join("");
}

function drawFigure() {
  const byGroup = state.view === "groups";
  const lines = byGroup ? groupLines() : outcomeLines();
  if (byGroup) headGroups(); else headOutcomes(lines);
  headFlag(lines);
  const host = byId("figure");
  const more = byId("figure-more");
  const shown = state.all || lines.length <= FIRST * 1.5 ? lines : lines.slice(0, FIRST);
  more.hidden = shown.length === lines.length;
  more.textContent = `Show all ${count(lines.length)}`;
  byId("figure-table").hidden = !lines.length;
  if (!lines.length) {
    const failed = byGroup && outcomes.status[state.o] !== "ok";
    host.replaceChildren(el("p", { class: "note" }, failed ? "No estimate to draw." : "Nothing was estimated here."));
    return;
  }
  const total = totalOf[state.o];
  const reference = byGroup && total >= 0 && state.by !== totalGrouping
    ? { value: rows.mean[total], label: `Total ${mean(total)}` } : null;
  intervalPlot(host, shown, {
    reference, full: state.full, label: `${byId("figure-title").textContent}: ${groupings[state.by]?.name ?? ""}`,
    open: byGroup ? null : (row) => go({ view: "groups", o: rows.o[row] }),
  });
  if (byId("figure-table").open) drawFigureTable();
}
function drawFigureTable() {
  const lines = state.view === "groups" ? groupLines() : outcomeLines();
  const found = lines.flatMap((line) => (line.row === undefined ? [] : [line.row]));
  makeTable(byId("figure-table").lastElementChild, found, estimateColumns(found), { label: "these numbers", search: false });
}

function drawControls() {
  const byGroup = state.view === "groups";
  byId("view-groups").setAttribute("aria-pressed", String(byGroup));
  byId("view-outcomes").setAttribute("aria-pressed", String(!byGroup));
  byId("pick-outcome").hidden = !byGroup;
  byId("pick-level").hidden = byGroup || groupsIn(state.by).length < 2;
  byId("pick-metric").hidden = byGroup || !metrics.length;
  setOptions(byId("by"), groupings.map((grouping, i) => [i, grouping.name]), state.by);
  setOptions(byId("level"), groupsIn(state.by).map((g) => [g, groupLabel(g)]), state.g);
  setOptions(byId("metric"), [["", "All metrics"], ...metrics.map((m) => [m, m])], state.metric);
  setOptions(byId("order"), Object.entries(ORDERS), state.order);
  byId("full").checked = state.full;
  picker.set(state.o);
}

// The address: names, not numbers, so that a link means the same in the next report.
function toHash() {
  const words = new URLSearchParams({
    view: state.view, outcome: outcomes.outcome[state.o] ?? "", by: groupings[state.by]?.name ?? "",
  });
  if (state.view === "outcomes") { words.set("group", groupLabel(state.g)); words.set("metric", state.metric); }
  if (state.order !== "config") words.set("order", state.order);
  return `#${words}`;
}
function fromHash() {
  if (!location.hash.includes("=")) return false;
  const words = new URLSearchParams(location.hash.slice(1));
  const o = outcomes.outcome.indexOf(words.get("outcome"));
  const by = groupings.findIndex((grouping) => grouping.name === words.get("by"));
  if (o >= 0) state.o = o;
  if (by >= 0) state.by = by;
  state.view = words.get("view") === "outcomes" ? "outcomes" : "groups";
  state.g = groupsIn(state.by).find((g) => groupLabel(g) === words.get("group")) ?? groupsIn(state.by)[0] ?? 0;
  state.metric = metrics.includes(words.get("metric")) ? words.get("metric") : "";
  state.order = Object.hasOwn(ORDERS, words.get("order")) ? words.get("order") : "config";
  return true;
}
function update(changes) {
  Object.assign(state, { all: false }, changes);
  if (groups.grouping[state.g] !== state.by) state.g = groupsIn(state.by)[0] ?? 0;
  drawControls();
  drawFigure();
  history.replaceState(null, "", toHash());
}
function go(changes) {
  update(changes);
  byId("explore").scrollIntoView();
}

let picker = null;
function startExplorer() {
  state.o = Math.max(0, outcomes.status.findIndex((status) => status === "ok"));
  state.by = Math.max(0, groupings.findIndex((_, i) => groupsIn(i).length > 1));
  picker = makePicker(byId("outcome"), byId("outcome-list"), (o) => update({ o }));
  const step = (by) => () => update({ o: (state.o + by + outcomes.outcome.length) % outcomes.outcome.length });
  byId("previous").addEventListener("click", step(-1));
  byId("next").addEventListener("click", step(1));
  byId("view-groups").addEventListener("click", () => update({ view: "groups", order: "config" }));
  byId("view-outcomes").addEventListener("click", () => update({
    view: "outcomes", order: "high", metric: state.metric || (outcomes.metric[state.o] ?? "") }));
  byId("by").addEventListener("change", (event) => update({ by: Number(event.target.value) }));
  byId("level").addEventListener("change", (event) => update({ g: Number(event.target.value) }));
  byId("metric").addEventListener("change", (event) => update({ metric: event.target.value }));
  byId("order").addEventListener("change", (event) => update({ order: event.target.value }));
  byId("full").addEventListener("change", (event) => update({ full: event.target.checked }));
  byId("figure-more").addEventListener("click", () => { state.all = true; drawFigure(); });
  byId("figure-table").addEventListener("toggle", () => { if (byId("figure-table").open) drawFigureTable(); });
  byId("key-weighted").hidden = !data.weighted;
  window.addEventListener("hashchange", () => { if (fromHash()) { drawControls(); drawFigure(); } });
  fromHash();
  state.g = groups.grouping[state.g] === state.by ? state.g : groupsIn(state.by)[0] ?? 0;
  drawControls();
  drawFigure();
}
