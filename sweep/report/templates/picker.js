// Picker: find one outcome among hundreds by any words of its label, brand, metric, name or tags.
const LISTED = 60;
function makePicker(input, list, choose) {
  const searched = [outcomes.outcome, outcomes.label, outcomes.brand, outcomes.metric, outcomes.tags, outcomes.status];
  const known = outcomes.outcome.map((_, o) =>
    searched.map((column) => column[o]).filter(Boolean).join("\n").toLowerCase());
  let found = [];
  let active = -1;
  let current = 0;

  function match(query) {
    const asked = query.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (text_) => asked.every((word) => text_.includes(word));
    // What is named by the words comes before what only bears them as a tag.
    const named = (o) => (has(title(o).toLowerCase()) ? 0 : 1);
    return known.flatMap((each, o) => (has(each) ? [o] : [])).sort((a, b) => named(a) - named(b));
  }
  function open(query) {
    found = match(query);
    active = found.length && query ? 0 : found.indexOf(current);
    const shown = found.slice(0, Math.max(LISTED, active + 1));
    const digits = decimals(["mean"], shown.map((o) => totalOf[o]).filter((row) => row >= 0));
    list.replaceChildren(...shown.map((o, i) => el("li", {
      role: "option", id: `option-${o}`, "aria-selected": i === active ? "true" : "false",
      onpointerdown: (event) => { event.preventDefault(); take(o); },
    }, el("span", {}, title(o)), el("span", { class: `sub ${outcomes.status[o]}` }, sub(o, digits)))));
    const say = (note) => list.append(el("li", { class: "listbox-note", role: "presentation" }, note));
    if (found.length > shown.length) say(`${found.length - shown.length} more: type to narrow`);
    if (!found.length) say("No outcome matches");
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(active);
  }
  function sub(o, digits) {
    const row = totalOf[o];
    if (UNESTIMATED.includes(outcomes.status[o])) return stateOf(o);
    return `${outcomes.status[o] === "flagged" ? "▲ " : ""}${row < 0 ? "" : mean(row, digits)}`;
  }
  function point(i) {
    const options = list.querySelectorAll('[role="option"]');
    options[active]?.setAttribute("aria-selected", "false");
    active = i;
    options[active]?.setAttribute("aria-selected", "true");
    // Scroll the list alone: scrollIntoView would move the page under the reader.
    const option = options[active];
    if (option) {
      if (option.offsetTop < list.scrollTop) list.scrollTop = option.offsetTop;
      const end = option.offsetTop + option.offsetHeight;
      if (end > list.scrollTop + list.clientHeight) list.scrollTop = end - list.clientHeight;
      input.setAttribute("aria-activedescendant", option.id);
    } else input.removeAttribute("aria-activedescendant");
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.value = title(current);
  }
  function take(o) {
    current = o;
    close();
    choose(o);
  }
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => { if (list.hidden) open(""); });
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const last = list.querySelectorAll('[role="option"]').length - 1;
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !list.hidden && found[active] !== undefined) take(found[active]);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open("");
      else point(Math.min(Math.max(0, active + (event.key === "ArrowDown" ? 1 : -1)), last));
    }
  });
  return { set(o) { current = o; input.value = title(o); } };
}
