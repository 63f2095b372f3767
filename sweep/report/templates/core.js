// Core: the data block, elements made without markup, numbers as the page writes them.
const data = JSON.parse(document.getElementById("data").textContent);
const { outcomes, groupings, groups, rows } = data;
const SVG = document.getElementById("key-estimate").namespaceURI;
const DASH = "–";
const NBSP = "\u00a0";
const MARKS = { ok: "✓", flagged: "▲", failed: "✕", cancelled: "–", pending: "…" };
const byId = (id) => document.getElementById(id);

// Names come from survey files. Text enters the page here, as text nodes and attributes, only.
function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const el = (tag, attributes = {}, ...children) => furnish(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => furnish(document.createElementNS(SVG, tag), attributes, children);

function halfUp(value, digits) {
  const scale = 10 ** digits;
  return Math.floor(value * scale + 0.5) / scale;
}
function bare(value, digits = 1) {
  if (value === null || value === undefined) return DASH;
  const rounded = halfUp(100 * value, digits);
  const step = 1 / 10 ** digits;
  if (rounded === 0 && value > 0) return `<${step.toFixed(digits)}`;
  if (rounded === 100 && value < 1) return `>${(100 - step).toFixed(digits)}`;
  return rounded.toFixed(digits);
}
const percent = (value, digits = 1) => (value === null || value === undefined ? DASH : `${bare(value, digits)}${NBSP}%`);
const points = (value, digits) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${halfUp(Math.abs(100 * value), digits).toFixed(digits)}`;
const count = (value) => (value === null || value === undefined ? DASH : Math.round(value).toLocaleString("en-GB"));
const countOf = (number, one) => `${count(number)} ${one}${number === 1 ? "" : "s"}`;
const plain = (value, digits) => (value === null || value === undefined ? DASH : value.toFixed(digits));
const text = (column, row) => (column.codes.length && column.codes[row] >= 0 ? column.texts[column.codes[row]] : null);

// No digit that Monte Carlo error does not support: see figures.py, which this repeats. A column has
// as many decimals as hold in all of its rows; what does not even hold as whole per cents is marked.
const ERRORS = { mean: "mcse", lower: "mcse_lower", upper: "mcse_upper" };
const ENDS = ["lower", "upper"];
const errorOf = (name, row) => rows[ERRORS[name]][row];
const supports = (error, digits) => error !== null && 2 * error < 0.005 / 10 ** digits;
const isMissing = (name, row) => rows[name][row] === null;
const decimals = (names, shown) => (shown.every((row) =>
  names.every((name) => isMissing(name, row) || supports(errorOf(name, row), 1))) ? 1 : 0);
const mark = (name, row) => (isMissing(name, row) || supports(errorOf(name, row), 0) ? "" : "≈");
const bareModel = (name, row, digits) => `${mark(name, row)}${bare(rows[name][row], digits)}`;
const model = (name, row, digits) => `${mark(name, row)}${percent(rows[name][row], digits)}`;
const mean = (row, digits = decimals(["mean"], [row])) => model("mean", row, digits);

const title = (o) => outcomes.label[o] ?? outcomes.outcome[o];
const UNESTIMATED = data.worstFirst.filter((status) => !data.estimated.includes(status));
const stateOf = (o) => `${MARKS[outcomes.status[o]]} ${outcomes.status[o]}`;
const level = data.level;
function interval(row) {
  const digits = decimals(ENDS, [row]);
  return `${bareModel("lower", row, digits)} to ${model("upper", row, digits)}`;
}
const flagOf = (row) => text(rows.flag, row);
const isWithheld = (row) => (flagOf(row) ?? "").includes(data.withheld);
// A small base is a fact about the group, not a doubt about the estimate: it is written, not alarmed.
const ownDoubts = (row) => (flagOf(row) ?? "").split("; ").filter((reason) => reason && reason !== data.withheld);
const doubtOf = (row) => {
  const doubts = ownDoubts(row);
  if (!doubts.length && outcomes.status[rows.o[row]] === "flagged") return outcomes.reason[rows.o[row]] ?? "flagged";
  return doubts.join("; ") || null;
};
const baseOf = (row) => (isWithheld(row) ? data.withheld : rows.n[row] === null ? "" : `n ${count(rows.n[row])}`);
function groupLabel(g) {
  if (g < 0) return DASH;
  return groups.levels[g].length ? groups.levels[g].join(" · ") : "Total";
}
const extra = (row) => [text(rows.category, row), text(rows.wave, row)].filter(Boolean).join(" · ");
function rowLabel(row) {
  return [groupLabel(rows.g[row]), extra(row)].filter(Boolean).join(" · ");
}

// Rows of an outcome and of a group, found once.
const rowsOfOutcome = outcomes.outcome.map(() => []);
const rowsOfGroup = groups.levels.map(() => []);
rows.o.forEach((o, row) => {
  if (rows.g[row] < 0) return;
  rowsOfOutcome[o].push(row);
  rowsOfGroup[rows.g[row]].push(row);
});
const totalGrouping = groupings.findIndex((g) => g.name === "Total" && !g.variables.length);
const totalGroup = totalGrouping < 0 ? -1 : groups.grouping.indexOf(totalGrouping);
const totalOf = outcomes.outcome.map((_, o) => rowsOfOutcome[o].find((row) => rows.g[row] === totalGroup) ?? -1);
const groupsIn = (grouping) => groups.grouping.flatMap((each, g) => (each === grouping ? [g] : []));

const ruler = document.createElement("canvas").getContext("2d");
function fit(label, width, font = "13px") {
  ruler.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  if (ruler.measureText(label).width <= width) return label;
  const letters = Array.from(label);
  while (letters.length > 1 && ruler.measureText(`${letters.join("")}…`).width > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
function widthOf(label, font = "13px") {
  ruler.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(label).width;
}
