// Sections: the table of every estimate, and the diagnostics with their histograms.
const hasAny = (column) => column.some((value) => value !== null);
// A column of numbers: by its name in the rows, its heading, and how a number is written.
const numbers = (name, heading, write) => ({
  title: heading, numeric: true, value: (row) => rows[name][row], text: (row) => write(rows[name][row], row),
});
const names = (heading, of) => ({ title: heading, value: of, text: (row) => of(row) ?? "", kind: () => "name" });
const writePercent = (value) => percent(value);
const writePoints = (write) => (value) => (value === null ? DASH : write(100 * value));
const stateOrGroup = (row) => (rows.g[row] < 0 ? stateOf(rows.o[row]) : rowLabel(row));
const whyOf = (row) => flagOf(row) ?? doubtOf(row) ?? (rows.mean[row] === null ? outcomes.reason[rows.o[row]] : null);

// The error of a standard deviation, of as many normal draws as the tails are worth.
const errorOfSd = (row) => (rows.ess_tail[row] > 0 ? rows.sd[row] / Math.sqrt(2 * rows.ess_tail[row]) : null);

// found: the rows of the table, all pages of it.
function estimateColumns(found) {
  const written = (name) => {
    const digits = decimals([name], found);
    return (_, row) => model(name, row, digits);
  };
  const estimate = written("mean");
  const marked = (value, row) => `${value !== null && doubtOf(row) ? "▲ " : ""}${estimate(value, row)}`;
  const sdDigits = found.every((row) => isMissing("sd", row) || supports(errorOfSd(row), 1)) ? 1 : 0;
  const statusOf = (row) => outcomes.status[rows.o[row]];
  return [
    { ...names("outcome", (row) => title(rows.o[row])), kind: null },
    { title: "group", value: (row) => rows.g[row], text: stateOrGroup, kind: (row) => (rows.g[row] < 0 ? statusOf(row) : "name") },
    { ...numbers("mean", "estimate", marked), kind: () => "strong" },
    numbers("lower", "lower", written("lower")),
    numbers("upper", "upper", written("upper")),
    numbers("raw", "raw", writePercent),
    ...(data.weighted ? [numbers("weighted", "weighted", writePercent)] : []),
    numbers("n", "n", (value, row) => (isWithheld(row) ? data.withheld : count(value))),
    numbers("share", "share", writePercent),
    numbers("unseen_share", "unseen", writePercent),
    ...(hasAny(outcomes.brand) ? [names("brand", (row) => outcomes.brand[rows.o[row]])] : []),
    ...(hasAny(outcomes.metric) ? [names("metric", (row) => outcomes.metric[rows.o[row]])] : []),
    numbers("sd", "sd, points", writePoints((value) => value.toFixed(sdDigits))),
    numbers("mcse", "MCSE, points", writePoints((value) => value.toPrecision(2))),
    numbers("ess_bulk", "ESS bulk", count),
    numbers("ess_tail", "ESS tail", count),
    numbers("r_hat", "R-hat", (value) => plain(value, 3)),
    { ...names("status", statusOf), kind: statusOf },
    { ...names("flag", whyOf), kind: () => "reason" },
  ];
}

function openRow(row) {
  const by = rows.g[row] < 0 ? -1 : groups.grouping[rows.g[row]];
  // A grouping of one group, such as the total, says no more than the headline above the plot.
  const useful = by >= 0 && groupsIn(by).length > 1;
  go({ view: "groups", o: rows.o[row], ...(useful ? { by } : {}) });
}

function startTables() {
  // Outcomes without estimates first, then as in the file.
  const late = (row) => (rows.g[row] < 0 ? 0 : 1);
  const order = rows.o.map((_, row) => row).sort((a, b) => late(a) - late(b));
  makeTable(byId("table-host"), order, estimateColumns(order), { label: "every estimate", open: openRow });
  startDiagnostics();
}

function startDiagnostics() {
  const rankOf = (o) => data.worstFirst.indexOf(outcomes.status[o]);
  const order = outcomes.outcome.map((_, o) => o).sort((a, b) => rankOf(a) - rankOf(b));
  const column = (name, heading, write = count) => ({
    title: heading, numeric: true, value: (o) => outcomes[name][o], text: (o) => write(outcomes[name][o]),
  });
  const spoken = (name, heading) => ({ title: heading, value: (o) => outcomes[name][o], text: (o) => outcomes[name][o] ?? "" });
  makeTable(byId("diagnostics-host"), order, [
    { title: "outcome", value: title, text: title },
    { title: "status", value: rankOf, text: stateOf, kind: (o) => outcomes.status[o] },
    { ...spoken("reason", "reason"), kind: () => "reason" },
    column("n", "n", (value) => (value === null ? data.withheld : count(value))), column("draws", "draws"), column("r_hat", "R-hat", (value) => plain(value, 3)),
    column("ess_min", "smallest ESS, bulk or tail"), column("divergences", "divergences"),
    ...(hasAny(outcomes.design_effect) ? [column("design_effect", "design effect", (value) => plain(value, 2))] : []),
    spoken("remedies", "remedies"),
  ], { label: "diagnostics", open: (o) => go({ view: "groups", o }) });
}

function drawHistograms() {
  byId("histograms").replaceChildren(...[
    ["largest R-hat", outcomes.r_hat, (value) => value.toFixed(3)],
    ["smallest ESS, bulk or tail", outcomes.ess_min, count],
    ["divergences", outcomes.divergences, count],
  ].map(([name, values, written]) => histogram(name, values.filter((value) => value !== null), written)));
}
function histogram(name, values, written) {
  const host = el("figure", {}, el("figcaption", { class: "note" }, `${name}, ${countOf(values.length, "outcome")}`));
  if (!values.length) return host;
  const [width, height, bins] = [300, 84, 24];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const counts = new Array(bins).fill(0);
  const binOf = (value) => (high > low ? Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)) : 0);
  for (const value of values) counts[binOf(value)] += 1;
  const most = Math.max(...counts);
  const image = canvas(width, height + 18, "img", `${name}: from ${written(low)} to ${written(high)}`);
  counts.forEach((n, i) => {
    const tall = n ? Math.max(1.5, (n / most) * height) : 0;
    const bin = width / bins;
    image.append(svg("rect", { class: "bar", x: i * bin, y: height - tall, width: bin - 1, height: tall }));
  });
  image.append(svg("line", { class: "baseline", x1: 0, x2: width, y1: height, y2: height }),
    words(0, height + 14, "start", "soft small", written(low)),
    words(width, height + 14, "end", "soft small", high > low ? written(high) : ""));
  host.append(image);
  return host;
}
