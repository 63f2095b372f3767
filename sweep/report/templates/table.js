// Table: any number of rows, searched, sorted by every column, and shown one page at a time.
const PAGE = 50;
const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);

// columns: {title, value(item), text(item), numeric, kind(item)}; nulls sort last both ways.
// open(item), where given, makes the first column a link.
function makeTable(host, items, columns, { label, search = true, sort = null, open = null }) {
  const state = { query: "", column: sort, descending: false, page: 0, shown: items };
  const texts = new Map();
  const haystack = (item) => {
    if (!texts.has(item)) texts.set(item, columns.map((column) => column.text(item)).join("\n").toLowerCase());
    return texts.get(item);
  };
  const body = el("tbody");
  const heads = columns.map((column, i) =>
    el("th", { scope: "col", class: column.numeric ? "num" : null },
      el("button", { type: "button", onclick: () => sortBy(i) }, column.title)));
  const said = el("span", { "aria-live": "polite" });
  const turn = (by) => () => { state.page += by; draw(); };
  const back = el("button", { type: "button", onclick: turn(-1) }, "‹ Previous");
  const forth = el("button", { type: "button", onclick: turn(1) }, "Next ›");
  const box = el("input", { type: "search", placeholder: "Search all columns", "aria-label": `Search ${label}`,
    oninput: () => { state.query = box.value; state.page = 0; choose(); } });
  const table = el("table", { class: "data sticky", "aria-label": label },
    el("thead", {}, el("tr", {}, ...heads)), body);
  host.replaceChildren(
    el("div", { class: "pager" }, search ? box : null, said, back, forth),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, table));

  function sortBy(i) {
    // Numbers are wanted largest first, names from A; a second click turns the order.
    if (state.column === i) state.descending = !state.descending;
    else Object.assign(state, { column: i, descending: Boolean(columns[i].numeric) });
    state.page = 0;
    choose();
  }
  function choose() {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    state.shown = items.filter((item) => words.every((word) => haystack(item).includes(word)));
    if (state.column !== null) {
      const { value } = columns[state.column];
      const sign = state.descending ? -1 : 1;
      const keyed = state.shown.map((item) => [value(item), item]);
      keyed.sort(([a], [b]) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : sign * compare(a, b)));
      state.shown = keyed.map(([, item]) => item);
    }
    draw();
  }
  function link(item, column) {
    const onclick = (event) => { event.preventDefault(); open(item); };
    return el("a", { href: "#explore", onclick }, column.text(item));
  }
  function draw() {
    const from = state.page * PAGE;
    const some = state.shown.slice(from, from + PAGE);
    body.replaceChildren(...some.map((item) => el("tr", {}, ...columns.map((column, i) => {
      const kind = [column.numeric ? "num" : "", column.kind?.(item) ?? ""].join(" ").trim();
      return el("td", { class: kind || null }, i === 0 && open ? link(item, column) : column.text(item));
    }))));
    heads.forEach((head, i) => {
      if (i === state.column) head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const of = state.shown.length;
    said.textContent = of ? `${count(from + 1)}–${count(from + some.length)} of ${count(of)}` : "Nothing matches";
    back.disabled = state.page === 0;
    forth.disabled = from + PAGE >= of;
    back.hidden = forth.hidden = of <= PAGE;
  }
  choose();
}
