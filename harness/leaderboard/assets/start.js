// Filters, the address that remembers them, and the first drawing.
const FILTERS = ["domain", "suite", "since", "model"];

function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(([value, label]) => make("option", { value }, label)));
  select.value = chosen;
}
function fillSuites(chosen = "") {
  const domain = $("domain").value;
  const suites = board.suites.filter((s) => !domain || s.domain === domain);
  const known = suites.some((s) => s.name === chosen);
  fillSelect($("suite"), [["", domain ? `all of ${domain}` : "all"], ...suites.map((s) => [s.name, s.name])], known ? chosen : "");
}
function remember() {
  const kept = new URLSearchParams();
  for (const id of FILTERS) if ($(id).value) kept.set(id, $(id).value);
  if (drill.run) kept.set("run", drill.run.run_id);
  history.replaceState(null, "", `#${kept}`);
}
let turn = 0;
function draw() {
  drawTable();
  const mine = ++turn;
  // The table is there at once; the rest follows without holding it up.
  const later = (step) => setTimeout(() => mine === turn && step(), 0);
  later(() => { drawPlots(); later(() => { drawPairs(); document.body.dataset.drawn = mine; }); });
}
function redraw() {
  draw();
  remember();
}
function begin() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const domains = [...new Set(board.suites.map((s) => s.domain))];
  fillSelect($("domain"), [["", "all"], ...domains.map((d) => [d, d])], domains.includes(asked.get("domain")) ? asked.get("domain") : "");
  fillSuites(asked.get("suite") || "");
  $("since").value = asked.get("since") || "";
  $("model").value = asked.get("model") || "";
  const many = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
  $("about").textContent = `${many(board.runs.length, "run")} on ${many(board.suites.length, "suite")} · made ${board.made.slice(0, 10)} by assay ${board.version}`;
  draw();
  const run = board.runs.find((r) => r.run_id === asked.get("run"));
  if (run) openRun(run);
}
$("domain").addEventListener("change", () => { fillSuites(); redraw(); });
for (const id of ["suite", "since"]) $(id).addEventListener("change", redraw);
$("model").addEventListener("input", redraw);
for (const id of ["drill-suite", "drill-status"]) $(id).addEventListener("change", () => drawSamples(true));
$("drill-text").addEventListener("input", () => drawSamples(true));
$("drill-more").addEventListener("click", () => drawSamples(false));
$("drill-close").addEventListener("click", closeRun);
$("pairs").addEventListener("keydown", movePair);
$("pairs").addEventListener("click", (event) => {
  const cell = event.target.closest("td[tabindex]");
  if (cell) showPair(cell);
});
narrow.addEventListener("change", drawPlots);
document.querySelectorAll("form").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
begin();
