"use strict";
// Everything shown comes from data written by models: it enters the page as text, never as HTML.
const board = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const PAGE = 50;
const state = { sort: "accuracy", down: true, run: null, samples: [], shown: 0 };

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
const percent = (x) => (x === null || x === undefined ? "–" : (100 * x).toFixed(1));
const short = (x) => (x === null || x === undefined ? "–" : x >= 100 ? Math.round(x).toLocaleString("en") : x.toPrecision(3));

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
    .filter((run) => !part || run.model.toLowerCase().includes(part))
    .map((run) => ({ run, ...run.scores[key] }));
}
const COLUMNS = [
  { key: "rank", label: "Rank", value: (r) => r.rank.best, cell: (r) => r.rank.best === r.rank.worst ? String(r.rank.best) : `${r.rank.best}–${r.rank.worst}` },
  { key: "model", label: "Model", value: (r) => r.run.model, text: true },
  { key: "accuracy", label: "Accuracy %", value: (r) => r.accuracy, cell: accuracyCell },
  { key: "majority", label: "maj@k %", value: (r) => r.majority, cell: (r) => percent(r.majority) },
  { key: "pass", label: "pass@k %", value: (r) => r.pass_at_k, cell: (r) => r.samples > 1 ? `${percent(r.pass_at_k)} (k=${r.samples})` : "–" },
  { key: "problems", label: "Problems", value: (r) => r.problems },
  { key: "tokens", label: "Tokens", value: (r) => r.tokens, cell: (r) => short(r.tokens) },
  { key: "truncated", label: "Cut off %", value: (r) => r.truncated, cell: (r) => percent(r.truncated) },
  { key: "cost", label: "Cost", value: (r) => r.cost, cell: (r) => r.cost === null ? "–" : `${r.currency} ${short(r.cost)}` },
  { key: "per_solved", label: "Per solved", value: (r) => r.cost_per_solved, cell: (r) => r.cost_per_solved === null ? "–" : `${r.currency} ${short(r.cost_per_solved)}` },
  { key: "errors", label: "Checker errors", value: (r) => r.checker_errors },
  { key: "date", label: "Date", value: (r) => r.run.date, cell: (r) => r.run.date.slice(0, 10), text: true },
];
function accuracyCell(r) {
  const width = 90, x = (v) => 1 + v * (width - 2);
  const bar = make("svg:svg", { class: "bar", viewBox: `0 0 ${width} 12`, style: `width:${width}px`, "aria-hidden": "true" },
    make("svg:line", { class: "axis", x1: 1, x2: width - 1, y1: 6, y2: 6 }),
    make("svg:line", { x1: x(r.low), x2: x(r.high), y1: 6, y2: 6, stroke: "currentColor", "stroke-width": 3 }),
    make("svg:circle", { class: "dot", cx: x(r.accuracy), cy: 6, r: 4 }));
  return make("span", {}, `${percent(r.accuracy)} `, make("span", { class: "range" }, `[${percent(r.low)}, ${percent(r.high)}] `), bar);
}

// ---- the table ---------------------------------------------------------------------------
function drawTable() {
  const head = make("tr");
  for (const column of COLUMNS) {
    const sorted = state.sort === column.key;
    const arrow = sorted ? (state.down ? " ▾" : " ▴") : "";
    head.append(make("th", { scope: "col", class: column.text ? "text" : null, "aria-sort": sorted ? (state.down ? "descending" : "ascending") : "none" },
      make("button", { type: "button", "data-sort": column.key, onclick: () => sortBy(column.key) }, column.label + arrow)));
  }
  $("table").tHead.replaceChildren(head);
  const column = COLUMNS.find((c) => c.key === state.sort);
  const list = rows().sort((a, b) => compare(column.value(a), column.value(b)) * (state.down ? -1 : 1));
  $("table").tBodies[0].replaceChildren(...list.map(tableRow));
  $("count").textContent = `${list.length} of ${board.runs.length} runs`;
}
function compare(a, b) {
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
function tableRow(row) {
  const line = make("tr");
  for (const column of COLUMNS) {
    if (column.key === "model") {
      line.append(make("th", { scope: "row", title: row.run.run_id },
        make("button", { type: "button", class: "link", "data-run": row.run.run_id, onclick: () => openRun(row.run) }, row.run.model)));
      continue;
    }
    const value = column.cell ? column.cell(row) : String(column.value(row) ?? "–");
    line.append(make("td", { class: column.text ? "text" : null }, value));
  }
  return line;
}
function sortBy(key) {
  state.down = state.sort === key ? !state.down : !["model", "rank"].includes(key);
  state.sort = key;
  drawTable();
  document.querySelector(`[data-sort="${key}"]`).focus();
}

// ---- plots -------------------------------------------------------------------------------
function drawPlots() {
  const list = rows();
  const plots = [
    plot("Accuracy against tokens per completion", "tokens per completion", list.filter((r) => r.tokens > 0).map((r) => ({ x: r.tokens, y: r.accuracy, low: r.low, high: r.high, name: r.run.model }))),
    plot("Accuracy against cost", "cost of the run", list.filter((r) => r.cost > 0).map((r) => ({ x: r.cost, y: r.accuracy, low: r.low, high: r.high, name: r.run.model }))),
    curvePlot(list),
  ];
  $("plots").replaceChildren(...plots);
}
const BOX = { w: 420, h: 260, l: 44, r: 14, t: 12, b: 40 };
function scaleX(points) {
  const logs = points.map((p) => Math.log10(p.x));
  let low = Math.min(...logs), high = Math.max(...logs);
  if (high - low < 0.2) { low -= 0.2; high += 0.2; }
  return { low, high, at: (x) => BOX.l + ((Math.log10(x) - low) / (high - low)) * (BOX.w - BOX.l - BOX.r) };
}
const atY = (y) => BOX.t + (1 - y) * (BOX.h - BOX.t - BOX.b);
function frame(scale, label) {
  const parts = [];
  for (const y of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(make("svg:line", { class: "axis", x1: BOX.l, x2: BOX.w - BOX.r, y1: atY(y), y2: atY(y) }));
    parts.push(make("svg:text", { x: BOX.l - 6, y: atY(y) + 4, "text-anchor": "end" }, `${100 * y}%`));
  }
  for (const share of [0, 0.5, 1]) {
    const value = 10 ** (scale.low + share * (scale.high - scale.low));
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
    parts.push(make("svg:text", { x: scale.at(value), y: BOX.h - BOX.b + 16, "text-anchor": anchor }, short(value)));
  }
  parts.push(make("svg:text", { x: (BOX.l + BOX.w) / 2, y: BOX.h - 6, "text-anchor": "middle" }, `${label} (log scale)`));
  return parts;
}
function figure(title, body) {
  return make("figure", {}, make("figcaption", {}, title), body);
}
function plot(title, label, points) {
  if (!points.length) return figure(title, make("p", { class: "note" }, "No run here states this."));
  const scale = scaleX(points);
  const front = paretoFront(points);
  const parts = frame(scale, label);
  parts.push(make("svg:polyline", { class: "front", points: front.map((p) => `${scale.at(p.x)},${atY(p.y)}`).join(" ") }));
  for (const p of points) {
    parts.push(make("svg:line", { stroke: "currentColor", x1: scale.at(p.x), x2: scale.at(p.x), y1: atY(p.low), y2: atY(p.high), opacity: 0.5 }));
    parts.push(make("svg:circle", { class: "dot", cx: scale.at(p.x), cy: atY(p.y), r: 4 }, make("svg:title", {}, `${p.name}: ${percent(p.y)}% at ${short(p.x)}`)));
    if (front.includes(p)) parts.push(make("svg:circle", { class: "ring", cx: scale.at(p.x), cy: atY(p.y), r: 8 }));
  }
  if (points.length <= 12) for (const p of points) {
    const right = scale.at(p.x) > BOX.w * 0.65;
    parts.push(make("svg:text", { x: scale.at(p.x) + (right ? -10 : 10), y: atY(p.y) - 8, "text-anchor": right ? "end" : "start" }, p.name.slice(0, 28)));
  }
  const said = `${title}. ` + points.map((p) => `${p.name}: ${percent(p.y)}% at ${short(p.x)}`).join("; ");
  return figure(title, make("svg:svg", { viewBox: `0 0 ${BOX.w} ${BOX.h}`, role: "img", "aria-label": said }, ...parts));
}
function paretoFront(points) {
  const front = [];
  for (const p of [...points].sort((a, b) => a.x - b.x || b.y - a.y)) if (!front.length || p.y > front[front.length - 1].y) front.push(p);
  return front;
}
function curvePlot(list) {
  const title = "Accuracy within a token budget";
  const curves = list.map((r) => ({ name: r.run.model, points: (r.budget_curve || []).filter(([x]) => x > 0) })).filter((c) => c.points.length > 1).slice(0, 12);
  if (!curves.length) return figure(title, make("p", { class: "note" }, "No run here has token counts."));
  const scale = scaleX(curves.flatMap((c) => c.points.map(([x]) => ({ x }))));
  const parts = frame(scale, "tokens allowed per completion");
  curves.forEach((curve, i) => {
    const color = `hsl(${(i * 67) % 360} 65% 50%)`;
    parts.push(make("svg:polyline", { fill: "none", stroke: color, "stroke-width": 2, points: curve.points.map(([x, y]) => `${scale.at(x)},${atY(y)}`).join(" ") }, make("svg:title", {}, curve.name)));
    parts.push(make("svg:text", { x: BOX.l + 6, y: BOX.t + 12 + 13 * i, style: `fill:${color}` }, curve.name.slice(0, 34)));
  });
  return figure(title, make("svg:svg", { viewBox: `0 0 ${BOX.w} ${BOX.h}`, role: "img", "aria-label": `${title}: ${curves.map((c) => c.name).join(", ")}` }, ...parts));
}

// ---- pairwise matrix ---------------------------------------------------------------------
function drawPairs() {
  const list = rows().sort((a, b) => b.accuracy - a.accuracy).slice(0, 30);
  const tests = board.pairs[view()] || {};
  const head = make("tr", {}, make("td"), ...list.map((r) => make("th", { scope: "col", title: r.run.run_id }, r.run.model.slice(-18))));
  const lines = list.map((a) => make("tr", {}, make("th", { scope: "row", title: a.run.run_id }, a.run.model), ...list.map((b) => pairCell(a, b, tests))));
  $("pairs").replaceChildren(make("caption", { class: "hidden" }, "Paired differences"), make("thead", {}, head), make("tbody", {}, ...lines));
}
function pairCell(a, b, tests) {
  if (a.run === b.run) return make("td", {}, "");
  const one = tests[`${a.run.run_id}|${b.run.run_id}`], other = tests[`${b.run.run_id}|${a.run.run_id}`];
  const test = one || other;
  if (!test) return make("td", { class: "tie", title: "no common problem" }, "·");
  const sign = one ? 1 : -1, difference = sign * test.difference;
  const kind = test.p_holm < 0.05 ? (difference > 0 ? "win" : "lose") : "tie";
  const mark = { win: "▲", lose: "▼", tie: "=" }[kind];
  const range = [sign * test.low, sign * test.high].sort((x, y) => x - y);
  const title = `95% interval ${percent(range[0])} to ${percent(range[1])}, p ${test.p_value.toPrecision(2)}, Holm ${test.p_holm.toPrecision(2)}, ${test.problems} problems`;
  return make("td", { class: kind, title }, `${mark} ${difference >= 0 ? "+" : "−"}${percent(Math.abs(difference))}`);
}

// ---- drill-down --------------------------------------------------------------------------
window.assayRun = (runId, samples) => { if (state.run && state.run.run_id === runId) { state.samples = samples; fillDrill(); } };
function openRun(run) {
  state.run = run;
  state.samples = [];
  $("drill").hidden = false;
  $("drill-title").textContent = `Samples of ${run.model} (${run.run_id})`;
  $("drill-count").textContent = "Loading…";
  $("drill-list").replaceChildren();
  const script = make("script", { src: run.samples });
  script.addEventListener("error", () => { $("drill-count").textContent = `${run.samples} cannot be read: keep it beside this page.`; });
  script.addEventListener("load", () => script.remove());
  document.body.append(script);
  $("drill-title").focus();
}
function fillDrill() {
  const chosen = view();
  fillSelect($("drill-suite"), [["", "all"], ...[...new Set(state.samples.map((s) => s.suite))].map((s) => [s, s])], board.suites.some((s) => s.name === chosen) ? chosen : "");
  fillSelect($("drill-status"), [["", "all"], ...[...new Set(state.samples.map((s) => s.status))].sort().map((s) => [s, s])], "");
  drawSamples(true);
}
function drawSamples(anew) {
  const suite = $("drill-suite").value, status = $("drill-status").value, text = $("drill-text").value.toLowerCase();
  const list = state.samples.filter((s) => (!suite || s.suite === suite) && (!status || s.status === status) &&
    (!text || `${s.problem} ${s.prompt} ${s.completion}`.toLowerCase().includes(text)));
  if (anew) { state.shown = 0; $("drill-list").replaceChildren(); }
  $("drill-list").append(...list.slice(state.shown, state.shown + PAGE).map(sampleCard));
  state.shown = Math.min(state.shown + PAGE, list.length);
  $("drill-count").textContent = `${state.shown} of ${list.length} samples`;
  $("drill-more").hidden = state.shown >= list.length;
}
function sampleCard(sample) {
  const mark = sample.status === "correct" ? "✓" : sample.status === "checker_error" ? "⚠" : "✗";
  const card = make("details", {}, make("summary", {}, `${mark} ${sample.problem} #${sample.sample} · ${sample.status} · `,
    make("span", { class: "answer" }, sample.extracted ?? "no answer")));
  card.addEventListener("toggle", () => {
    if (!card.open || card.childElementCount > 1) return;
    card.append(make("div", {}, make("p", {}, sample.reason),
      make("p", { class: "note" }, `${sample.tokens ?? "?"} tokens · finished: ${sample.finish} · gold: ${sample.gold ?? "–"}`),
      make("h3", {}, "Prompt"), make("pre", { tabindex: "0" }, sample.prompt),
      make("h3", {}, "Completion"), make("pre", { tabindex: "0" }, sample.completion)));
  });
  return card;
}

// ---- start -------------------------------------------------------------------------------
function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(([value, label]) => make("option", { value }, label)));
  select.value = chosen;
}
function fillSuites() {
  const domain = $("domain").value;
  const suites = board.suites.filter((s) => !domain || s.domain === domain);
  fillSelect($("suite"), [["", domain ? `all of ${domain}` : "all"], ...suites.map((s) => [s.name, s.name])], "");
}
function draw() { drawTable(); drawPlots(); drawPairs(); }
fillSelect($("domain"), [["", "all"], ...[...new Set(board.suites.map((s) => s.domain))].map((d) => [d, d])], "");
fillSuites();
$("about").textContent = `${board.runs.length} runs on ${board.suites.length} suites, made ${board.made.slice(0, 10)} by assay ${board.version}`;
$("domain").addEventListener("change", () => { fillSuites(); draw(); });
for (const id of ["suite", "since"]) $(id).addEventListener("change", draw);
$("model").addEventListener("input", draw);
for (const id of ["drill-suite", "drill-status"]) $(id).addEventListener("change", () => drawSamples(true));
$("drill-text").addEventListener("input", () => drawSamples(true));
$("drill-more").addEventListener("click", () => drawSamples(false));
$("drill-close").addEventListener("click", () => { $("drill").hidden = true; state.run = null; });
document.querySelectorAll("form").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
draw();
