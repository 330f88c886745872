// The data, the state in the address, and the rows of a board. Everything shown comes from data
// written by models: it enters the page as text, never as HTML.
const board = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const entries = new Map(board.entries.map((entry) => [entry.id, entry]));
const groups = new Map(board.groups.map((group) => [group.id, group]));
const tasks = new Map(board.tasks.map((task) => [task.id, task]));
const runs = new Map(board.runs.map((run) => [run.run_id, run]));

function make(tag, attributes = {}, ...children) {
  const node = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const missing = (x) => x === null || x === undefined;
const percent = (x) => (missing(x) ? "–" : (100 * x).toFixed(1));
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = (x) => (missing(x) ? "–" : x >= 100 ? whole.format(Math.round(x)) : String(Number(x.toPrecision(3))));
const money = (x, currency) => (missing(x) ? "–" : `${currency === "USD" ? "$" : currency + " "}${short(x)}`);
const signed = (x) => `${x >= 0 ? "+" : "−"}${percent(Math.abs(x))}`;
const many = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;

// ---- the state, all of it in the address ---------------------------------------------------
const DEFAULTS = { group: board.groups[0].id, since: "", model: "", sort: "accuracy", down: "1", open: "", chosen: "",
  fold: "", heat: "", run: "", task: "", status: "", text: "", sample: "", a: "", b: "", part: "", kind: "", problem: "", mark: "", items: "", itemtask: "", item: "" };
let state = { ...DEFAULTS };

function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const found = { ...DEFAULTS };
  for (const key of Object.keys(DEFAULTS)) if (asked.has(key)) found[key] = asked.get(key);
  if (!groups.has(found.group)) found.group = groupNamed(found.group) || DEFAULTS.group;
  if (!entries.has(found.run)) found.run = "";
  for (const key of ["a", "b"]) if (!entries.has(found[key])) found.a = found.b = "";
  return found;
}
function groupNamed(name) {
  const found = board.groups.find((g) => g.label === name) || board.groups.find((g) => g.tasks.length === 1 && tasks.get(g.tasks[0]).suite === name);
  return found ? found.id : "";
}
function address() {
  const kept = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== DEFAULTS[key]) kept.set(key, value);
  return `#${kept}`;
}
// A change that a person would call a step gets an entry in the history; typing does not.
function go(changes, step = true) {
  state = { ...state, ...changes };
  const here = address();
  if (here !== (location.hash || "#")) history[step ? "pushState" : "replaceState"](null, "", here === "#" ? location.pathname + location.search : here);
  show();
}
const listed = (key) => state[key].split("~").filter(Boolean);
function toggled(key, value) {
  const now = listed(key);
  return (now.includes(value) ? now.filter((one) => one !== value) : [...now, value]).join("~");
}

// ---- the rows of the chosen board ----------------------------------------------------------
const group = () => groups.get(state.group);
function wanted(entry) {
  const part = state.model.toLowerCase();
  return (!state.since || entry.date.slice(0, 10) >= state.since) &&
    (!part || `${entry.name} ${entry.runs.join(" ")}`.toLowerCase().includes(part));
}
function rows() {
  return Object.entries(group().rows).map(([id, row]) => ({ entry: entries.get(id), ...row })).filter((r) => wanted(r.entry));
}
// The curves of a board are text until it is shown: [budget, pass, vote] of each entry.
const curveOf = (id, which) => (group().lines = group().lines || JSON.parse(group().curves))[id][which];
function below() {
  return group().below.map((one) => ({ entry: entries.get(one.entry), reason: one.reason, ...(one.row || { accuracy: null, samples: null, problems: 0, outcomes: {} }) }))
    .filter((r) => wanted(r.entry));
}
function order(list, columns) {
  const by = columns.find((c) => c.key === state.sort) || columns.find((c) => c.key === "accuracy");
  const sign = state.down === "1" ? -1 : 1;
  return list.sort((a, b) => missing(by.value(a)) - missing(by.value(b)) ||
    compare(by.value(a), by.value(b)) * sign || compare(a.entry.id, b.entry.id));
}
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
// One tab stop in a grid of cells; the arrow keys move inside it.
function rove(table, act) {
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td[tabindex]");
    if (cell) act(cell);
  });
  table.addEventListener("keydown", (event) => {
    const here = event.target.closest("td[tabindex]");
    if (!here) return;
    if (["Enter", " "].includes(event.key)) { event.preventDefault(); act(here); }
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    let [row, column] = [here.parentNode.rowIndex, here.cellIndex];
    for (;;) {
      [row, column] = [row + step[0], column + step[1]];
      const next = row >= 0 && column >= 0 && table.rows[row] && table.rows[row].cells[column];
      if (!next) return;
      if (!next.hasAttribute("tabindex")) continue;
      here.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      return;
    }
  });
}
function oneStop(table) {
  const first = table.querySelector("td[tabindex]");
  if (first) first.tabIndex = 0;
}
