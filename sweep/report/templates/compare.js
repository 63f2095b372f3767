// Compare: how far the model moved each outcome's total from what respondents said.
const MOVERS = 12;
function drawCompare() {
  const found = totalOf.filter((row) => row >= 0 && rows.raw[row] !== null);
  if (!found.length) {
    byId("compare-words").textContent = "No outcome has both a raw mean and a population total to compare.";
    return;
  }
  const gap = (row) => rows.mean[row] - rows.raw[row];
  const movers = found.slice().sort((a, b) => Math.abs(gap(b)) - Math.abs(gap(a))).slice(0, MOVERS);
  const average = (values) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  const weighed = found.filter((row) => rows.weighted[row] !== null);
  // The error of an average is at most the average of the errors.
  const errors = (some) => average(some.map((row) => errorOf("mean", row) ?? Infinity));
  const off = (values, some) => `${(100 * average(values)).toFixed(supports(errors(some), 1) ? 1 : 0)} points`;
  const fromWeighted = weighed.map((row) => rows.mean[row] - rows.weighted[row]);
  const most = movers[0];
  byId("compare-words").textContent = [
    `Over ${countOf(found.length, "total")} the model lies ${off(found.map(gap), found)} from the raw mean on average`,
    weighed.length ? `, and ${off(fromWeighted, weighed)} from the weighted mean` : "",
    `. The biggest mover is ${title(rows.o[most])}: ${percent(rows.raw[most])} raw, `,
    `${mean(most)} modelled (${points(gap(most), decimals(["mean"], [most]))} points).`,
  ].join("");
  scatter(byId("scatter"), found, movers);
  drawMovers(byId("movers"), movers, gap);
}

function scatter(host, found, movers) {
  const side = Math.max(260, Math.min(host.clientWidth, 520));
  const box = { left: 44, right: side - 18, top: 12, bottom: side - 44 };
  const values = found.flatMap((row) => [rows.raw[row], rows.mean[row]]);
  const scale = axis(Math.min(...values), Math.max(...values), 6);
  const ratio = (value) => (value - scale.from) / (scale.to - scale.from);
  const x = (value) => box.left + ratio(value) * (box.right - box.left);
  const y = (value) => box.bottom - ratio(value) * (box.bottom - box.top);
  const image = canvas(side, side, "img",
    "Raw mean against model estimate, one point per outcome; the same numbers are in the table of estimates");
  for (const tick of scale.ticks) {
    image.append(
      svg("line", { class: "gridline", x1: x(tick), x2: x(tick), y1: box.top, y2: box.bottom }),
      svg("line", { class: "gridline", x1: box.left, x2: box.right, y1: y(tick), y2: y(tick) }),
      words(x(tick), box.bottom + 17, "middle", "soft small", tickWords(scale, tick)),
      words(box.left - 6, y(tick) + 4, "end", "soft small", tickWords(scale, tick)));
  }
  image.append(
    svg("line", { class: "reference", x1: x(scale.from), y1: y(scale.from), x2: x(scale.to), y2: y(scale.to) }),
    words(box.right, side - 8, "end", "soft small", "raw mean of respondents →"),
    words(box.left + 6, box.top + 10, "start", "soft small", "↑ model estimate"));
  host.replaceChildren(image);
  const tip = tips(host);
  for (const row of found) {
    const [cx, cy] = [x(rows.raw[row]), y(rows.mean[row])];
    const point = svg("circle", { class: `point${doubtOf(row) ? " flagged" : ""}`, cx, cy, r: 4.5 });
    const show = () => tip.show(describe(row, title(rows.o[row])), cx + 12, cy + 10);
    point.addEventListener("pointerenter", show);
    point.addEventListener("pointerleave", tip.hide);
    point.addEventListener("click", () => go({ view: "groups", o: rows.o[row] }));
    image.append(point);
  }
  nameSome(image, movers, { x, y, box });
}
// Name the biggest movers where the names do not run into each other.
function nameSome(image, movers, { x, y, box }) {
  const taken = [];
  for (const row of movers.slice(0, 8)) {
    const [px, py] = [x(rows.raw[row]), y(rows.mean[row])];
    const name = fit(title(rows.o[row]), 150, "12px");
    const wide = widthOf(name, "12px") + 12;
    const above = rows.mean[row] > rows.raw[row];
    const start = above ? px - wide < box.left : px + wide < box.right;
    const from = start ? px + 8 : px - wide;
    const inside = from > box.left && from + wide < box.right + 4;
    const clear = taken.every(([a, b, w]) => Math.abs(b - py) > 15 || from > a + w || a > from + wide);
    if (!inside || !clear || taken.length === 4) continue;
    taken.push([from, py, wide]);
    image.append(words(start ? px + 8 : px - 8, py + 4, start ? "start" : "end", "small", name));
  }
}

function drawMovers(host, movers, gap) {
  const width = Math.max(260, host.clientWidth);
  const pitch = 40;
  const height = 24 + movers.length * pitch;
  const [left, right] = [8, width - 76];
  const values = movers.flatMap((row) => [rows.raw[row], rows.mean[row], rows.weighted[row] ?? rows.raw[row]]);
  const scale = axis(Math.min(...values), Math.max(...values), 5);
  const x = (value) => left + ((value - scale.from) / (scale.to - scale.from)) * (right - left);
  const image = canvas(width, height, "list", "Biggest movers");
  for (const tick of scale.ticks) image.append(
    svg("line", { class: "gridline", x1: x(tick), x2: x(tick), y1: 18, y2: height }),
    words(x(tick), 12, tick === scale.ticks[0] ? "start" : "middle", "soft small", tickWords(scale, tick)));
  image.append(words(width, 12, "end", "soft small", "points"));
  const digits = decimals(["mean"], movers);
  const drawn = movers.map((row, i) => {
    const top = 20 + i * pitch;
    const y = top + 28;
    const label = `${describe(row, title(rows.o[row])).join(". ")}. ${points(gap(row), decimals(["mean"], [row]))} points`;
    const open = () => go({ view: "groups", o: rows.o[row] });
    const onkeydown = (event) => { if (event.key === "Enter") open(); };
    return svg("g", { class: "row open", role: "listitem", "aria-label": label, onclick: open, onkeydown },
      svg("rect", { class: "hit", x: 0, y: top, width, height: pitch, rx: 3 }),
      svg("text", { x: left, y: top + 15 }, fit(title(rows.o[row]), right - left)),
      svg("line", { class: "move", x1: x(rows.raw[row]), x2: x(rows.mean[row]), y1: y, y2: y }),
      rows.weighted[row] === null ? null : upright(x(rows.weighted[row]), y, 5),
      svg("circle", { class: "raw", cx: x(rows.raw[row]), cy: y, r: 4 }),
      svg("circle", { class: "dot", cx: x(rows.mean[row]), cy: y, r: 4.8 }),
      words(width, y + 4, "end", "strong", points(gap(row), digits)));
  });
  image.append(...drawn);
  host.replaceChildren(image);
  walk(drawn);
}
