// Plot: estimates as dots on their intervals, raw and weighted means beside them.
const niceSteps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25];
function axis(low, high, most) {
  const step = niceSteps.find((s) => (high - low) / s <= most) ?? 0.25;
  const from = Math.max(0, Math.floor(low / step) * step);
  const to = Math.min(1, Math.ceil(high / step - 1e-9) * step);
  const ticks = [];
  for (let i = 0; from + i * step <= to + 1e-9; i += 1) ticks.push(from + i * step);
  return { from, to: Math.max(to, from + step), ticks, digits: step < 0.01 ? 1 : 0 };
}

const tickWords = (scale, tick) => `${(100 * tick).toFixed(scale.digits)}${NBSP}%`;
const canvas = (width, height, role, label) =>
  svg("svg", { class: "plot", viewBox: `0 0 ${width} ${height}`, width, height, role, "aria-label": label });
const words = (x, y, anchor, kind, text_) => svg("text", { class: kind, x, y, "text-anchor": anchor }, text_);
const upright = (x, y, half) => svg("line", { class: "weighted", x1: x, x2: x, y1: y - half, y2: y + half });

// One tip per plot, beside the row that is under the pointer or has the focus.
function tips(host) {
  const tip = el("div", { class: "tip", role: "status", hidden: true });
  host.append(tip);
  return {
    show(lines, x, y) {
      tip.replaceChildren(el("b", {}, lines[0]), ...lines.slice(1).map((line) => el("div", {}, line)));
      tip.hidden = false;
      const left = Math.min(Math.max(0, x), Math.max(0, host.clientWidth - tip.offsetWidth));
      tip.style.setProperty("left", `${left}px`);
      tip.style.setProperty("top", `${y}px`);
    },
    hide() { tip.hidden = true; },
  };
}

// Arrow keys walk over the marks of a plot, which is one stop of the Tab key.
function walk(nodes) {
  nodes.forEach((node, i) => {
    node.setAttribute("tabindex", i === 0 ? "0" : "-1");
    node.addEventListener("keydown", (event) => {
      const to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: nodes.length - 1 }[event.key];
      if (to === undefined || !nodes[to]) return;
      event.preventDefault();
      node.setAttribute("tabindex", "-1");
      nodes[to].setAttribute("tabindex", "0");
      nodes[to].focus();
    });
  });
}

function describe(row, label) {
  const lines = [label, `Model: ${mean(row)} (${level} interval ${interval(row)})`];
  if (rows.raw[row] !== null) {
    const weighted = rows.weighted[row] === null ? "" : `, weighted ${percent(rows.weighted[row])}`;
    lines.push(`Respondents: raw ${percent(rows.raw[row])}${weighted}`);
  }
  const base = baseOf(row);
  const share = rows.share[row] === null ? "" : `${percent(rows.share[row])} of the population`;
  lines.push([base, share].filter(Boolean).join(" · "));
  if (rows.unseen_share[row] > 0) lines.push(`${percent(rows.unseen_share[row])} of it in cells nobody answered from`);
  const doubt = doubtOf(row);
  if (doubt) lines.push(`▲ ${doubt}`);
  return lines.filter(Boolean);
}

function marks(row, x, y) {
  const { raw, weighted, lower, upper, mean } = rows;
  const centre = x(mean[row]);
  return [
    svg("line", { class: "interval", x1: x(lower[row]), x2: x(upper[row]), y1: y, y2: y }),
    weighted[row] === null ? null : upright(x(weighted[row]), y, 6),
    raw[row] === null ? null : svg("circle", { class: "raw", cx: x(raw[row]), cy: y, r: 4 }),
    doubtOf(row)
      ? svg("path", { class: "flag", d: `M${centre} ${y - 6} l6.5 11 h-13 Z` })
      : svg("circle", { class: "dot", cx: centre, cy: y, r: 4.8 }),
  ];
}

// lines: {row, label} or {heading}; reference: {value, label}; open(row) makes rows clickable.
function intervalPlot(host, lines, { reference = null, full = false, open = null, label }) {
  const width = Math.max(260, host.clientWidth);
  const wide = width >= 640;
  const found = lines.filter((line) => line.row !== undefined).map((line) => line.row);
  const bases = found.map(baseOf);
  const base = Math.max(...bases.map((each) => widthOf(each, "12px")), 24) + 14;
  const columns = { base: wide ? base : 0, interval: 96, mean: 58 };
  const named = Math.max(...lines.map((line) => widthOf(line.label ?? "")), 60) + 18;
  const left = wide ? Math.min(named, width * 0.3) : 8;
  const right = wide ? width - columns.base - columns.interval - columns.mean - 30 : width - 12;
  const values = found.flatMap((row) => [rows.lower[row], rows.upper[row], rows.raw[row], rows.weighted[row]]);
  if (reference) values.push(reference.value);
  const known = values.filter((value) => value !== null);
  const scale = full ? axis(0, 1, wide ? 5 : 4) : axis(Math.min(...known), Math.max(...known), wide ? 8 : 5);
  const x = (value) => left + ((value - scale.from) / (scale.to - scale.from)) * (right - left);
  const pitch = wide ? 27 : 46;
  const top = reference ? 44 : 28;
  let y = top;
  const placed = lines.map((line) => {
    const at = y;
    y += line.heading === undefined ? pitch : wide ? 30 : 34;
    return { ...line, at };
  });
  const height = y + 6;
  const image = canvas(width, height, "list", label);
  image.append(...frameOf(scale, x, { top, height, wide, width, columns, reference, left, right }));
  host.replaceChildren(image);
  const tip = tips(host);
  const drawn = [];
  const digits = { mean: decimals(["mean"], found), ends: decimals(ENDS, found) };
  for (const line of placed) {
    if (line.heading !== undefined) {
      image.append(svg("text", { class: "strong", x: wide ? 0 : 8, y: line.at + (wide ? 22 : 26) }, line.heading));
      continue;
    }
    const node = rowOf(line, { x, wide, width, left, right, pitch, columns, digits });
    const said = describe(line.row, line.full ?? line.label);
    const kind = ["row", doubtOf(line.row) ? "flagged-row" : "", open ? "open" : ""].filter(Boolean).join(" ");
    furnish(node, { role: "listitem", "aria-label": said.join(". "), class: kind }, []);
    const show = () => {
      const ratio = host.clientWidth / width;
      tip.show(said, x(rows.upper[line.row]) * ratio + 14, (line.at + pitch) * ratio);
    };
    node.addEventListener("pointerenter", show);
    node.addEventListener("focus", show);
    node.addEventListener("pointerleave", tip.hide);
    node.addEventListener("blur", tip.hide);
    if (open) {
      node.addEventListener("click", () => open(line.row));
      node.addEventListener("keydown", (event) => { if (event.key === "Enter") open(line.row); });
    }
    image.append(node);
    drawn.push(node);
  }
  walk(drawn);
}

function frameOf(scale, x, { top, height, wide, width, columns, reference }) {
  const parts = scale.ticks.map((tick) =>
    svg("line", { class: tick === 0 ? "baseline" : "gridline", x1: x(tick), x2: x(tick), y1: top - 6, y2: height }));
  if (reference) {
    const at = x(reference.value);
    const half = widthOf(reference.label, "12px") / 2;
    const centre = Math.min(Math.max(at, half), width - half);
    parts.push(
      svg("line", { class: "reference", x1: at, x2: at, y1: top - 26, y2: height }),
      words(centre, top - 31, "middle", "soft small", reference.label));
  }
  for (const tick of scale.ticks) {
    const edge = tick === scale.ticks[0] ? "start" : tick === scale.ticks.at(-1) ? "end" : "middle";
    const anchor = wide ? "middle" : edge;
    const at = { start: 0, end: width, middle: x(tick) }[anchor];
    parts.push(words(at, top - 12, anchor, "soft small haloed", tickWords(scale, tick)));
  }
  if (!wide) return parts;
  const head = (name, at) => words(at, top - 12, "end", "soft small", name);
  const ends = [width - columns.base - columns.interval, width - columns.base, width];
  return [...parts, head("estimate", ends[0]), head(`${level} interval`, ends[1]), head("base", ends[2])];
}

function rowOf({ row, label, at }, { x, wide, width, left, pitch, columns, digits }) {
  const estimate = mean(row, digits.mean);
  const base = baseOf(row);
  const range = ENDS.map((name) => bareModel(name, row, digits.ends)).join("–");
  const hit = svg("rect", { class: "hit", x: 0, y: at, width, height: pitch, rx: 3 });
  if (wide) {
    const y = at + pitch / 2;
    const cell = (text_, to, kind) => words(to, y + 4.5, "end", kind, text_);
    return svg("g", {}, hit, ...marks(row, x, y),
      cell(fit(label, left - 14), left - 14, null),
      cell(estimate, width - columns.base - columns.interval, "strong"), cell(range, width - columns.base, "soft"),
      cell(base, width, isWithheld(row) ? "small warned" : "small soft"));
  }
  const numbers = `${range}   ${base}`;
  const room = width - 24 - widthOf(`${estimate}  `, "bold 13px") - widthOf(numbers, "12px");
  return svg("g", {}, hit, ...marks(row, x, at + 33),
    svg("text", { x: 8, y: at + 18 }, fit(label, room)),
    svg("text", { x: width - 8, y: at + 18, "text-anchor": "end" },
      svg("tspan", { class: "strong" }, estimate), svg("tspan", { class: "soft small", dx: 8 }, range),
      svg("tspan", { class: `small ${isWithheld(row) ? "warned" : "soft"}`, dx: 8 }, base)));
}
