// The matrix of paired tests: one tab stop, arrow keys move inside it. A cell holds its mark
// alone; what it means in full is put together when it is selected.
const MOST_PAIRS = 60;
let paired = [];

function drawPairs() {
  paired = rows().sort((a, b) => b.accuracy - a.accuracy).slice(0, MOST_PAIRS);
  const head = make("tr", {}, make("td", { class: "self" }),
    ...paired.map((r, i) => make("th", { scope: "col", title: r.run.model, "aria-label": r.run.model }, String(i + 1))));
  const lines = paired.map((a, i) => make("tr", {},
    make("th", { scope: "row", title: a.run.run_id }, make("span", { class: "number" }, String(i + 1)), a.run.model),
    ...paired.map((b) => pairCell(pairTest(a, b)))));
  $("pairs").replaceChildren(make("caption", { class: "hidden" }, "Paired differences"), make("thead", {}, head), make("tbody", {}, ...lines));
  const first = $("pairs").querySelector("td[tabindex]");
  if (first) first.tabIndex = 0;
  $("pair-detail").textContent = "";
}
function pairTest(a, b) {
  if (a.run === b.run) return null;
  const tests = board.pairs[view()] || {};
  const one = tests[`${a.run.run_id}|${b.run.run_id}`], other = tests[`${b.run.run_id}|${a.run.run_id}`];
  if (!one && !other) return { kind: "none" };
  const sign = one ? 1 : -1, [difference, low, high, p, holm, problems] = one || other;
  const kind = holm < 0.05 ? (sign * difference > 0 ? "win" : "lose") : "tie";
  return { kind, difference: sign * difference, range: [sign * low, sign * high].sort((x, y) => x - y), p, holm, problems };
}
function pairCell(test) {
  const cell = document.createElement("td");
  if (!test) cell.className = "self";
  else if (test.kind === "none") [cell.className, cell.title, cell.textContent] = ["tie", "no common problem", "·"];
  else {
    const mark = { win: "▲", lose: "▼", tie: "=" }[test.kind];
    [cell.className, cell.tabIndex, cell.textContent] = [test.kind, -1, `${mark} ${signed(test.difference)}`];
  }
  return cell;
}
function signed(x) {
  return `${x >= 0 ? "+" : "−"}${percent(Math.abs(x))}`;
}
function showPair(cell) {
  const a = paired[cell.parentNode.rowIndex - 1], b = paired[cell.cellIndex - 1], test = pairTest(a, b);
  const said = { win: "better than", lose: "worse than", tie: "not separated from" }[test.kind];
  $("pair-detail").textContent = `${a.run.model} is ${said} ${b.run.model}: ${signed(test.difference)} points, ` +
    `95% interval ${test.range.map(signed).join(" to ")}, p ${Number(test.p.toPrecision(2))}, ` +
    `after Holm ${Number(test.holm.toPrecision(2))}, ${test.problems} common problems`;
}
function movePair(event) {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  const here = event.target.closest("td[tabindex]");
  if (here && ["Enter", " "].includes(event.key)) { event.preventDefault(); showPair(here); }
  if (!step || !here) return;
  event.preventDefault();
  let [row, column] = [here.parentNode.rowIndex, here.cellIndex];
  for (;;) {
    [row, column] = [row + step[0], column + step[1]];
    const next = $("pairs").rows[row] && $("pairs").rows[row].cells[column];
    if (!next || !row || !column) return;
    if (!next.hasAttribute("tabindex")) continue;
    here.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    return;
  }
}
