// The matrix of paired tests: one tab stop, arrow keys move inside it.
const MOST_PAIRS = 60;

function drawPairs() {
  const list = rows().sort((a, b) => b.accuracy - a.accuracy).slice(0, MOST_PAIRS);
  const tests = board.pairs[view()] || {};
  const head = make("tr", {}, make("td", { class: "self" }),
    ...list.map((r, i) => make("th", { scope: "col", title: r.run.model, "aria-label": r.run.model }, String(i + 1))));
  const lines = list.map((a, i) => make("tr", {},
    make("th", { scope: "row", title: a.run.run_id }, make("span", { class: "number" }, String(i + 1)), a.run.model),
    ...list.map((b) => pairCell(a, b, tests))));
  $("pairs").replaceChildren(make("caption", { class: "hidden" }, "Paired differences"), make("thead", {}, head), make("tbody", {}, ...lines));
  const first = $("pairs").querySelector("button");
  if (first) first.tabIndex = 0;
  $("pair-detail").textContent = "";
}
function pairCell(a, b, tests) {
  if (a.run === b.run) return make("td", { class: "self" });
  const one = tests[`${a.run.run_id}|${b.run.run_id}`], other = tests[`${b.run.run_id}|${a.run.run_id}`];
  const test = one || other;
  if (!test) return make("td", { class: "tie", title: "no common problem" }, "· ");
  const sign = one ? 1 : -1, difference = sign * test.difference;
  const kind = test.p_holm < 0.05 ? (difference > 0 ? "win" : "lose") : "tie";
  const mark = { win: "▲", lose: "▼", tie: "=" }[kind];
  const range = [sign * test.low, sign * test.high].sort((x, y) => x - y).map(signed);
  const said = { win: "better than", lose: "worse than", tie: "not separated from" }[kind];
  const detail = `${a.run.model} is ${said} ${b.run.model}: ${signed(difference)} points, 95% interval ${range[0]} to ${range[1]}, ` +
    `p ${test.p_value.toPrecision(2)}, after Holm ${test.p_holm.toPrecision(2)}, ${test.problems} common problems`;
  const show = () => { $("pair-detail").textContent = detail; };
  return make("td", { class: kind }, make("button", { type: "button", tabindex: "-1", title: detail, onclick: show }, `${mark} ${signed(difference)}`));
}
function signed(x) {
  return `${x >= 0 ? "+" : "−"}${percent(Math.abs(x))}`;
}
function movePair(event) {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  const here = event.target.closest("td");
  if (!step || !here) return;
  event.preventDefault();
  let [row, column] = [here.parentNode.rowIndex, here.cellIndex];
  for (;;) {
    [row, column] = [row + step[0], column + step[1]];
    const next = $("pairs").rows[row] && $("pairs").rows[row].cells[column];
    if (!next || !row) return;
    const button = next.querySelector("button");
    if (!button) continue;
    event.target.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
    return;
  }
}
