// The data, the filters and the table. Everything shown comes from data written by models:
// it enters the page as text, never as HTML.
const board = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const state = { sort: "accuracy", down: true };

function make(tag, attributes = {}, ...children) {
  const node = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const missing = (x) => x === null || x === undefined;
const percent = (x) => (missing(x) ? "–" : (100 * x).toFixed(1));
const short = (x) => (missing(x) ? "–" : x >= 100 ? Math.round(x).toLocaleString("en") : String(Number(x.toPrecision(3))));
const money = (x, currency) => (missing(x) ? "–" : `${currency === "USD" ? "$" : currency + " "}${short(x)}`);

// ---- the rows of the chosen view ---------------------------------------------------------
function view() {
  const suite = $("suite").value, domain = $("domain").value;
  if (suite) return suite;
  return domain ? "domain:" + domain : "all";
}
function rows() {
  const key = view(), since = $("since").value, part = $("model").value.toLowerCase();
  return board.runs
    .filter((run) => run.scores[key])
    .filter((run) => !since || run.date.slice(0, 10) >= since)
    .filter((run) => !part || `${run.model} ${run.run_id}`.toLowerCase().includes(part))
    .map((run) => ({ run, ...run.scores[key] }));
}
const place = (r) => (r.rank.best === r.rank.worst ? String(r.rank.best) : `${r.rank.best}–${r.rank.worst}`);
const COLUMNS = [
  { key: "rank", label: "Rank", always: true, value: (r) => r.rank.best, cell: rankCell },
  { key: "model", label: "Model", always: true, value: (r) => r.run.model, cell: modelCell, text: true },
  { key: "accuracy", label: "Accuracy %", always: true, value: (r) => r.accuracy, cell: accuracyCell },
  { key: "pass", label: "pass@k %", value: (r) => (r.samples > 1 ? r.pass_at_k : null), cell: (r) => ofK(r, r.pass_at_k) },
  { key: "majority", label: "maj@k %", value: (r) => r.majority, cell: (r) => ofK(r, r.majority) },
  { key: "problems", label: "Problems", always: true, value: (r) => r.problems, cell: problemsCell },
  { key: "tokens", label: "Tokens", value: (r) => r.tokens, cell: tokensCell },
  { key: "truncated", label: "Cut off %", value: (r) => r.truncated || null, cell: (r) => percent(r.truncated) },
  { key: "cost", label: "Cost", value: (r) => r.cost, cell: (r) => money(r.cost, r.currency) },
  { key: "per_solved", label: "Per solved", value: (r) => r.cost_per_solved, cell: (r) => money(r.cost_per_solved, r.currency) },
  { key: "errors", label: "Not scored", value: (r) => r.checker_errors || null, cell: (r) => make("span", { class: r.checker_errors ? "warn" : null }, String(r.checker_errors)) },
  { key: "date", label: "Date", always: true, value: (r) => r.run.date, cell: (r) => r.run.date.slice(0, 10), text: true },
];
function rankCell(r) {
  return make("span", { class: r.rank.best === 1 ? "rank first" : "rank" }, place(r));
}
function modelCell(r) {
  const open = make("button", { type: "button", class: "link", "data-run": r.run.run_id, onclick: () => openRun(r.run) }, r.run.model);
  return make("span", {}, open, make("span", { class: "sub", title: r.run.run_id }, r.run.run_id));
}
function ofK(r, value) {
  return r.samples > 1 && !missing(value) ? make("span", {}, percent(value), make("span", { class: "sub" }, `k = ${r.samples}`)) : "–";
}
function problemsCell(r) {
  if (r.problems >= r.of) return String(r.problems);
  const title = `sat ${r.problems} of the ${r.of} problems of this view: its accuracy is over those alone`;
  return make("span", { class: "warn", title }, `${r.problems} of ${r.of}`);
}
function tokensCell(r) {
  const thought = r.tokens && r.thinking ? make("span", { class: "sub" }, `${Math.round((100 * r.thinking) / r.tokens)}% thought`) : null;
  return make("span", {}, short(r.tokens), thought);
}
function accuracyCell(r) {
  const x = (v) => 1 + v * 138;
  const bar = make("svg:svg", { class: "bar", viewBox: "0 0 140 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    make("svg:rect", { class: "track", x: 1, width: 138, y: 5, height: 4, rx: 2 }),
    make("svg:rect", { class: "band", x: x(r.low), width: Math.max(2, x(r.high) - x(r.low)), y: 2, height: 10, rx: 2 }),
    make("svg:rect", { class: "mean", x: x(r.accuracy) - 1.25, width: 2.5, y: 0, height: 14 }));
  return make("span", { class: "score" }, make("b", {}, percent(r.accuracy)),
    make("span", { class: "range" }, `[${percent(r.low)}, ${percent(r.high)}]`), bar);
}

// ---- the table ---------------------------------------------------------------------------
function drawTable() {
  const list = rows();
  const shown = COLUMNS.filter((column) => column.always || list.some((row) => !missing(column.value(row))));
  const head = make("tr");
  for (const column of shown) {
    const sorted = state.sort === column.key;
    const arrow = sorted ? (state.down ? " ▾" : " ▴") : "";
    head.append(make("th", { scope: "col", class: column.text ? "text" : null, "aria-sort": sorted ? (state.down ? "descending" : "ascending") : "none" },
      make("button", { type: "button", "data-sort": column.key, onclick: () => sortBy(column.key) }, column.label + arrow)));
  }
  $("table").tHead.replaceChildren(head);
  const by = COLUMNS.find((c) => c.key === state.sort);
  list.sort((a, b) => missing(by.value(a)) - missing(by.value(b)) ||
    compare(by.value(a), by.value(b)) * (state.down ? -1 : 1) || compare(a.run.run_id, b.run.run_id));
  $("table").tBodies[0].replaceChildren(...list.map((row) => make("tr", {}, ...shown.map((column) => cell(column, row)))));
  $("count").textContent = `${list.length} of ${board.runs.length} runs`;
}
function cell(column, row) {
  if (column.key === "model") return make("th", { scope: "row" }, modelCell(row));
  return make("td", { class: column.text ? "text" : null }, column.cell(row));
}
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
function sortBy(key) {
  state.down = state.sort === key ? !state.down : !["model", "rank"].includes(key);
  state.sort = key;
  drawTable();
  document.querySelector(`[data-sort="${key}"]`).focus();
}
