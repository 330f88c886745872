// Two entries side by side: the difference on every task, and the problems that one of them solved.
const KINDS = [["", "any"], ["a", "only A"], ["b", "only B"], ["both", "both"], ["neither", "neither"]];
const compared = { key: "", problems: [], shown: 0, opener: null };

function drawCompare() {
  const open = Boolean(state.a && state.b), section = $("compare"), fresh = open && section.hidden;
  section.hidden = !open;
  if (!open) { compared.key = ""; return; }
  const a = entries.get(state.a), b = entries.get(state.b);
  $("compare-title").textContent = `A: ${a.name} and B: ${b.name}`;
  const here = pairTest(group(), a.id, b.id);
  $("compare-note").textContent = here ? `On ${group().label}, ${pairText("A", "B", here)}.` : `On ${group().label} the two are not ranked together, so no test is shown.`;
  $("forest").replaceChildren(forest(a, b));
  const common = a.tasks.filter((id) => b.tasks.includes(id));
  const task = common.includes(state.part) ? state.part : common.find((id) => group().tasks.includes(id)) || common[0] || "";
  fillSelect($("compare-task"), common.map((id) => [id, tasks.get(id).label]), task);
  fillSelect($("compare-kind"), KINDS, state.kind);
  if (fresh) { compared.opener = document.activeElement; $("compare-title").focus(); }
  const key = `${a.id}|${b.id}|${task}`;
  if (!task) { $("compare-count").textContent = "They sat no common task."; $("compare-list").replaceChildren(); return; }
  if (compared.key === key) return listCompared(true);
  compared.key = key;
  $("compare-count").textContent = "Loading…";
  $("compare-list").replaceChildren();
  Promise.all([samplesOf(a, task), samplesOf(b, task)]).then(([first, second]) => {
    if (compared.key !== key) return;
    compared.problems = match(first, second);
    listCompared(true);
  }, (error) => { $("compare-count").textContent = error.message; });
}
function forest(a, b) {
  const tests = board.tasks.map((task) => ({ name: task.label, test: groups.get(task.id) && pairTest(groups.get(task.id), a.id, b.id) })).filter((one) => one.test);
  if (!tests.length) return make("p", { class: "note" }, "No task ranks both of them.");
  const lines = tests.length, width = narrow.matches ? 330 : 640, left = narrow.matches ? 110 : 190, height = 22 * lines + 46;
  const ends = [0, ...tests.flatMap(({ test }) => test.range)];
  const low = Math.min(-0.03, ...ends), high = Math.max(0.03, ...ends), most = Math.floor((left - 12) / 7);
  const at = (x) => left + 14 + ((x - low) / (high - low)) * (width - left - 40);
  const parts = [make("svg:line", { class: "axis", x1: at(0), x2: at(0), y1: 6, y2: 22 * lines + 10 })];
  tests.forEach(({ name, test }, i) => {
    const y = 22 * i + 18, text = name.length > most ? `${name.slice(0, most - 1)}…` : name;
    parts.push(make("svg:text", { x: left - 8, y: y + 4, "text-anchor": "end", class: "label" }, text),
      make("svg:line", { class: `whisker ${test.kind}`, x1: at(test.range[0]), x2: at(test.range[1]), y1: y, y2: y }),
      make("svg:circle", { class: `dot best ${test.kind}`, cx: at(test.difference), cy: y, r: 4 }, make("svg:title", {}, pairText("A", "B", test))));
  });
  for (const x of steps(low, high, 4)) parts.push(make("svg:text", { x: at(x), y: 22 * lines + 24, "text-anchor": "middle" }, Math.abs(x) < 1e-9 ? "0" : signed(x)));
  parts.push(make("svg:text", { x: (left + width) / 2, y: 22 * lines + 40, "text-anchor": "middle" }, "← B better · points · A better →"));
  const said = `A minus B by task: ${tests.map(({ name, test }) => `${name} ${signed(test.difference)} (${test.range.map(signed).join(" to ")})`).join("; ")}`;
  return make("div", {}, make("svg:svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said, class: "forest" }, ...parts),
    make("p", { class: "note" }, "Whiskers are 95% intervals; filled points are separated at 5% after Holm's correction over all pairs of the task."));
}
function match(first, second) {
  const byProblem = (samples) => {
    const found = new Map();
    for (const sample of samples) {
      const key = `${sample.problem}@${sample.hash}`;
      found.set(key, [...(found.get(key) || []), sample]);
    }
    return found;
  };
  const a = byProblem(first), b = byProblem(second), solved = (list) => list.reduce((sum, s) => sum + (s.score || 0), 0) / list.length >= 0.5;
  return [...a].filter(([key]) => b.has(key)).map(([key, mine]) => {
    const [x, y] = [solved(mine), solved(b.get(key))];
    return { key, name: mine[0].problem, a: mine, b: b.get(key), kind: x ? (y ? "both" : "a") : y ? "b" : "neither" };
  });
}
function listCompared(anew) {
  const list = compared.problems.filter((one) => !state.kind || one.kind === state.kind);
  const counts = KINDS.slice(1).map(([kind, label]) => `${label} ${compared.problems.filter((one) => one.kind === kind).length}`);
  if (anew) { compared.shown = 0; $("compare-list").replaceChildren(); }
  $("compare-list").append(...list.slice(compared.shown, compared.shown + PAGE).map(comparedCard));
  compared.shown = Math.min(compared.shown + PAGE, list.length);
  $("compare-count").textContent = `Solved by ${counts.join(", ")} · ${compared.shown} of ${many(list.length, "problem")} shown`;
  $("compare-more").hidden = compared.shown >= list.length;
}
function comparedCard(one) {
  const mark = (samples) => `${samples.filter((s) => s.score === 1).length}/${samples.length}`;
  const card = make("details", { "data-problem": one.name }, make("summary", {}, make("span", { class: `badge ${{ both: "correct", neither: "" }[one.kind] ?? "mixed"}` }, KINDS.find(([k]) => k === one.kind)[1]),
    `${one.name} · A ${mark(one.a)}, B ${mark(one.b)}`));
  const fill = () => {
    if (card.childElementCount > 1) return;
    card.append(make("div", {}, make("h3", {}, "Prompt"), ...fenced(one.a[0].prompt), make("dl", {}, make("dt", {}, "gold"), make("dd", {}, missing(one.a[0].gold) ? "–" : String(one.a[0].gold))),
      make("div", { class: "beside" }, side("A", one.a[0]), side("B", one.b[0])), everyAnswer(taskOf(one.a[0]), one.a[0])));
  };
  card.addEventListener("toggle", () => {
    if (card.open) fill();
    if (card.open && state.problem !== one.name) go({ problem: one.name });
    else if (!card.open && state.problem === one.name) go({ problem: "" });
  });
  if (state.problem === one.name) { fill(); card.open = true; }
  return card;
}
function side(name, sample) {
  return make("div", {}, make("h3", {}, `${name}: ${sample.status.replaceAll("_", " ")}`), make("p", { class: "reason" }, `${missing(sample.extracted) ? "no answer" : sample.extracted}: ${sample.reason}`), ...texts(sample));
}
