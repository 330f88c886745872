// The problems of a board: which nobody solves, which the weak solve and the strong fail, whose
// gold is doubted; and one problem with the answers of every entry.
const MANY_PROBLEMS = 20;
const SORTS = [
  ["doubted", "whose gold is doubted", (p) => doubt(p) < 1, (a, b) => doubt(a) - doubt(b)],
  ["inverted", "weak entries solve, strong ones fail", (p) => !missing(p.p) && p.p < 0.05, (a, b) => a.p - b.p],
  ["unsolved", "solved by no entry", (p) => p.sat > 1 && p.solved === 0, (a, b) => b.sat - a.sat],
  ["all", "all, the hardest first", () => true, (a, b) => a.solved / a.sat - b.solved / b.sat],
];
// Either the strong agree on another answer, or too many of the weak alone solve it.
function doubt(p) {
  return Math.min(p.agreed > 0 ? p.p_agreed : 1, !missing(p.holm) && p.holm < 0.05 ? p.p : 1);
}
const items = { shown: 0, key: "", list: [] };
const parsedProblems = new Map();

function problemsOf(task) {
  if (!parsedProblems.has(task)) {
    const lists = JSON.parse((board.problems || {})[task] || "[]");
    parsedProblems.set(task, lists.map((list) => ({ task, ...Object.fromEntries(board.problem_keys.map((key, i) => [key, list[i]])) })));
  }
  return parsedProblems.get(task);
}
const itemName = (p) => `${p.task}~${p.problem}~${p.hash}`;
function itemTasks() {
  const here = group().tasks;
  return here.includes(state.itemtask) ? [state.itemtask] : here;
}
function sortOfItems(all) {
  return SORTS.find(([key]) => key === state.items) || SORTS.find(([, , keep]) => all.some(keep)) || SORTS[3];
}
function drawProblems() {
  const here = group().tasks.filter((task) => (board.problems || {})[task]);
  $("problems").hidden = !here.length;
  if (!here.length) return;
  const all = itemTasks().flatMap(problemsOf), [chosen, , keep, by] = sortOfItems(all);
  fillSelect($("items-kind"), SORTS.map(([key, label, some]) => [key, `${label} (${all.filter(some).length})`]), chosen);
  fillSelect($("items-task"), [["", here.length === 1 ? tasks.get(here[0]).label : `all ${here.length} tasks`], ...(here.length > 1 ? here.map((id) => [id, tasks.get(id).label]) : [])], here.includes(state.itemtask) && here.length > 1 ? state.itemtask : "");
  items.list = all.filter(keep).sort((a, b) => by(a, b) || compare(itemName(a), itemName(b)));
  items.shown = 0;
  $("items-table").tBodies[0].replaceChildren();
  moreProblems();
}
function moreProblems() {
  const next = items.list.slice(items.shown, items.shown + MANY_PROBLEMS);
  items.shown += next.length;
  $("items-table").tBodies[0].append(...next.map(problemRow));
  $("items-table").parentElement.hidden = !items.list.length;
  $("items-count").textContent = items.list.length ? `${items.shown} of ${many(items.list.length, "problem")}` : "None: no problem of this board is of this kind.";
  $("items-more").hidden = items.shown >= items.list.length;
}
function problemRow(p) {
  const open = make("button", { type: "button", class: "link", "data-item": itemName(p), onclick: () => go({ ...CLOSED, item: itemName(p) }) }, p.problem);
  return make("tr", {}, make("th", { scope: "row" }, open, make("span", { class: "sub" }, tasks.get(p.task).label)),
    make("td", { class: "text", "data-label": "Solved by" }, make("span", { class: "ability" }, make("b", {}, `${short(p.solved)} of ${p.sat}`), meter(p.solved / p.sat))),
    make("td", { "data-label": "Easiness" }, missing(p.easiness) ? "–" : `${p.easiness < 0 ? "−" : "+"}${Math.abs(p.easiness).toFixed(1)}`),
    make("td", { class: "text wrap", "data-label": "Why" }, ...reasonsOf(p).map((text) => make("span", { class: "because" }, text))));
}
function meter(share) {
  return make("svg:svg", { class: "bar", viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    make("svg:rect", { class: "track", x: 0, width: 100, y: 5, height: 4 }), make("svg:rect", { class: "mean", x: 0, width: Math.max(0, 100 * share), y: 5, height: 4 }));
}
function reasonsOf(p) {
  const found = [];
  if (p.agreed > 0) found.push(`${p.agreed} of ${p.sat} agree on ${String(p.answer).slice(0, 40)}, which is not the gold, and are abler than the rest: p ${Number(p.p_agreed.toPrecision(2))}`);
  if (!missing(p.p) && p.p < 0.05) found.push(`weak entries solve it and strong ones fail: p ${Number(p.p.toPrecision(2))}, after Holm ${Number(p.holm.toPrecision(2))}`);
  if (p.sat > 1 && p.solved === 0) found.push("no entry solves it");
  return found;
}

// ---- one problem -------------------------------------------------------------------------
function drawProblem() {
  const section = $("problem"), [, task, problem, hash] = /^([^~]*)~(.*)~([^~]*)$/s.exec(state.item) || [], fresh = section.hidden;
  const about = state.item && problemsOf(task).find((p) => p.problem === problem && p.hash === hash);
  section.hidden = !about;
  if (!about) { items.key = ""; return; }
  $("problem-title").textContent = problem;
  $("problem-note").textContent = [`${tasks.get(task).label}: solved by ${short(about.solved)} of ${many(about.sat, "entry").replace("entrys", "entries")}`, ...reasonsOf(about)].join("; ");
  if (fresh) $("problem-title").focus();
  if (items.key === state.item) return;
  items.key = state.item;
  $("problem-body").replaceChildren(make("p", { class: "note" }, "Loading…"));
  const sat = board.entries.filter((entry) => entry.tasks.includes(task)).sort((a, b) => abilityOf(b.id) - abilityOf(a.id) || compare(a.name, b.name));
  Promise.all(sat.map((entry) => samplesOf(entry, task).then((samples) => ({ entry, samples: samples.filter((s) => s.problem === problem && String(s.hash ?? "None") === hash) }))))
    .then((found) => { if (items.key === state.item) showProblem(found.filter((one) => one.samples.length)); }, (error) => { $("problem-body").replaceChildren(make("p", { class: "warn" }, error.message)); });
}
function showProblem(found) {
  items.answers = found;
  const first = found.length && found[0].samples[0];
  if (!first) { $("problem-body").replaceChildren(make("p", { class: "note" }, "No samples of it are stored.")); return; }
  $("problem-body").replaceChildren(make("h3", {}, "Prompt"), ...fenced(first.prompt), make("dl", {}, ...[["gold", first.gold], ["level", first.level]].filter(([, value]) => !missing(value)).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))])),
    make("h3", {}, "Answers, the most able entry first"), ...found.map(answerCard));
}
function answerCard({ entry, samples }) {
  const right = samples.filter((s) => s.score === 1).length, all = samples.length;
  const given = [...new Set(samples.map((s) => (missing(s.extracted) ? "no answer" : s.extracted.trim().slice(0, 80))))].slice(0, 3).join(" · ");
  const card = make("details", { "data-answer": entry.id }, make("summary", {}, make("span", { class: `badge ${right === all ? "correct" : right ? "mixed" : ""}` }, all === 1 ? samples[0].status.replaceAll("_", " ") : `${right} of ${all}`),
    `${entry.name} · `, make("span", { class: given.length > 40 ? "answer long" : "answer" }, given)));
  card.addEventListener("toggle", () => { if (card.open && card.childElementCount === 1) card.append(make("div", {}, ...samples.flatMap((s) => [all > 1 ? make("h3", {}, `Sample ${s.sample}: ${s.status.replaceAll("_", " ")}`) : null, make("p", { class: "reason" }, s.reason), ...texts(s)].filter(Boolean)))); });
  return card;
}
// From a sample to everybody's answers to its problem.
function everyAnswer(task, sample) {
  return make("button", { type: "button", class: "mini", onclick: () => go({ ...CLOSED, item: `${task}~${sample.problem}~${sample.hash ?? "None"}` }) }, "Everybody's answers to this problem");
}
