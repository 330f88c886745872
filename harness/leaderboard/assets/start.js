// The controls, the first drawing, and what a step back in the history shows.
function fillSelect(select, options, chosen) {
  const now = JSON.stringify(options);
  if (select.dataset.options !== now) {
    select.replaceChildren(...options.map(([value, label]) => make("option", { value }, label)));
    select.dataset.options = now;
  }
  select.value = chosen;
}
function fillGroups() {
  const named = { all: "Several tasks", task: "One task" };
  const sections = new Map();
  for (const one of board.groups) {
    const name = named[one.scope] || `Several tasks of ${one.scope.slice(7)}`;
    sections.set(name, [...(sections.get(name) || []), make("option", { value: one.id }, one.label)]);
  }
  $("group").replaceChildren(...[...sections].map(([label, options]) => make("optgroup", { label }, ...options)));
}
function about() {
  $("about").textContent = `${many(board.runs.length, "run")} on ${many(board.tasks.length, "task")} · made ${board.made.slice(0, 10)} by assay ${board.version}`;
  $("notices").hidden = !board.notices.length;
  $("notices").replaceChildren(make("h2", { class: "small" }, many(board.notices.length, "notice")), make("ul", {}, ...board.notices.map((one) =>
    make("li", {}, make("b", {}, one.run), one.shown ? ": " : " is not shown: ", one.message))));
}
// Links to the sections that are shown; the address holds the state, so they do not change it.
function drawSections() {
  const titles = [...document.querySelectorAll("main > section:not(.drawer) > h2, main > section:not(.drawer) > .head > h2")].filter((title) => title.id !== "drill-title" && !title.closest("section").hidden);
  $("sections").replaceChildren(...titles.map((title) => make("a", { href: `#${title.id}`, onclick: (event) => {
    event.preventDefault();
    title.tabIndex = -1;
    leadTo(title);
    title.focus({ preventScroll: true });
  } }, title.textContent)));
}
// Sections that are about to be drawn anew are not laid out as they were.
function laidOut(how) {
  document.querySelectorAll("main > section:not(:first-of-type, .drawer, #drill)").forEach((section) => { section.style.contentVisibility = how; });
}
// How long the sections are, is known only when all are laid out; two frames later it is kept.
function leadTo(title) {
  laidOut("visible");
  title.scrollIntoView();
  requestAnimationFrame(() => requestAnimationFrame(() => laidOut("")));
}
let turn = 0, drawnFor = null;
const BOARD = ["group", "since", "model", "sort", "down", "open"];
function show() {
  const before = drawnFor, changed = (...keys) => !before || keys.some((key) => before[key] !== state[key]);
  drawnFor = { ...state };
  for (const id of ["group", "since", "model"]) if ($(id).value !== state[id]) $(id).value = state[id];
  if (changed(...BOARD)) drawTable();
  else if (changed("chosen")) drawChosen();
  const mine = ++turn;
  const opened = changed("run", "task", "status", "text") || (state.run && changed("group"));
  const joined = changed("a", "b", "part", "kind") || (state.a && changed("group"));
  if (opened) drawDrill();
  if (joined) drawCompare();
  if (changed("item")) drawProblem();
  const rest = changed("group", "since", "model");
  if (rest) stale = stale === "all" || changed("group") ? "all" : "filter";
  if (rest && before) laidOut("hidden");
  if (changed("fold", "heat") && !rest) drawHeat();
  if (changed("mark") && !rest) { drawPlots(); drawTraining(); }
  if (changed("items", "itemtask") && !rest) drawProblems();
  // The table is there at once; the rest follows without holding it up.
  const later = (step) => setTimeout(() => mine === turn && step(), 0);
  const done = () => { laidOut(""); document.body.dataset.drawn = mine; };
  if (!stale) { done(); return; }
  later(() => { drawHeat(); later(() => { drawPlots(); if (stale === "all") drawTraining(); later(() => { drawPairs(); later(() => { drawAbilities(); if (stale === "all") drawProblems(); drawSections(); stale = false; done(); }); }); }); });
}
// What must be drawn anew: "all", or only what the filters change.
let stale = "all";
function leave(opener) {
  if (opener && opener.isConnected) opener.focus();
}
// The address holds the state, so the link inside the page must not change it.
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); $("table").parentElement.focus(); });
$("group").addEventListener("change", () => go({ group: $("group").value }));
$("since").addEventListener("change", () => go({ since: $("since").value }, false));
$("model").addEventListener("input", () => go({ model: $("model").value }, false));
$("link").addEventListener("click", () => {
  const said = (text) => { $("link").textContent = text; setTimeout(() => { $("link").textContent = "Copy link"; }, 2000); };
  (navigator.clipboard ? navigator.clipboard.writeText(location.href) : Promise.reject()).then(() => said("Copied"), () => { prompt("The link to this view", location.href); });
});
$("chosen-open").addEventListener("click", () => { const [a, b] = listed("chosen"); go({ ...CLOSED, a, b }); });
$("chosen-clear").addEventListener("click", () => go({ chosen: "" }, false));
$("drill-task").addEventListener("change", () => go({ task: $("drill-task").value, status: "", sample: "" }));
$("drill-status").addEventListener("change", () => go({ status: $("drill-status").value, sample: "" }));
$("drill-text").addEventListener("input", () => go({ text: $("drill-text").value }, false));
$("drill-more").addEventListener("click", () => listSamples(false));
$("drill-close").addEventListener("click", () => { const entry = state.run; go(CLOSED); leave(document.querySelector(`[data-run="${CSS.escape(entry)}"]`)); });
$("compare-task").addEventListener("change", () => go({ part: $("compare-task").value, problem: "" }));
$("compare-kind").addEventListener("change", () => go({ kind: $("compare-kind").value, problem: "" }));
$("compare-more").addEventListener("click", () => listCompared(false));
$("compare-close").addEventListener("click", () => { const entry = state.a; go(CLOSED); leave(document.querySelector(`[data-run="${CSS.escape(entry)}"]`)); });
$("items-kind").addEventListener("change", () => go({ items: $("items-kind").value }));
$("items-task").addEventListener("change", () => go({ itemtask: $("items-task").value }));
$("items-more").addEventListener("click", moreProblems);
$("problem-close").addEventListener("click", () => { const item = state.item; go(CLOSED); leave(document.querySelector(`[data-item="${CSS.escape(item)}"]`)); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state.a) $("compare-close").click();
  if (event.key === "Escape" && state.item) $("problem-close").click();
});
rove($("pairs"), showPair);
rove($("heat"), showHeat);
narrow.addEventListener("change", () => { drawPlots(); drawTraining(); });
for (const type of ["popstate", "hashchange"]) window.addEventListener(type, () => {
  const now = readAddress();
  if (Object.keys(now).some((key) => now[key] !== state[key])) { state = now; drill.key = compared.key = items.key = ""; drawnFor = null; stale = "all"; show(); }
});
document.querySelectorAll("form").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
document.querySelectorAll(".save[data-view]").forEach((place) => {
  const [dataOf, nodeOf] = VIEWS[place.dataset.view];
  place.replaceWith(saveButtons(dataOf, nodeOf, place.dataset.view));
});
fillGroups();
about();
state = readAddress();
show();
