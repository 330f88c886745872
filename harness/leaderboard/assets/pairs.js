// The matrix of paired tests. A cell holds its mark alone; what it means in full is put together
// when it is selected.
const MOST_PAIRS = 60;
let paired = [];

function drawPairs() {
  paired = rows().sort((a, b) => b.accuracy - a.accuracy || compare(a.entry.id, b.entry.id)).slice(0, MOST_PAIRS);
  const head = make("tr", {}, make("td", { class: "self" }),
    ...paired.map((r, i) => make("th", { scope: "col", title: r.entry.name, "aria-label": r.entry.name }, String(i + 1))));
  const lines = paired.map((a, i) => make("tr", {},
    make("th", { scope: "row", title: a.entry.runs.join(", ") }, make("span", { class: "number" }, String(i + 1)), a.entry.name),
    ...paired.map((b) => pairCell(pairTest(group(), a.entry.id, b.entry.id)))));
  $("pairs").replaceChildren(make("caption", { class: "hidden" }, "Paired differences"), make("thead", {}, head), make("tbody", {}, ...lines));
  oneStop($("pairs"));
  $("pair-detail").textContent = "";
  $("pair-open").hidden = true;
}
// The tests of a board are packed until they are needed; see `_compact` and `_packed`.
function pairTest(board, a, b) {
  const [i, j] = [board.members.indexOf(a), board.members.indexOf(b)];
  if (i < 0 || j < 0 || i === j) return null;
  board.tests = board.tests || new DataView(Uint8Array.from(atob(board.pairs), (letter) => letter.charCodeAt(0)).buffer);
  const first = Math.min(i, j), second = Math.max(i, j), n = board.members.length;
  const at = 10 * (first * n - (first * (first + 1)) / 2 + second - first - 1), part = (k) => board.tests.getInt16(at + 2 * k, true), chance = (k) => 10 ** (-board.tests.getUint16(at + 2 * k, true) / 1000);
  const [parts, low, high, p, holm] = [part(0), part(1), part(2), chance(3), chance(4)];
  const difference = parts / 1e4, sign = i < j ? 1 : -1, kind = holm < 0.05 ? (sign * difference > 0 ? "win" : "lose") : "tie";
  return { kind, difference: sign * difference, range: [(sign * low) / 1e4, (sign * high) / 1e4].sort((x, y) => x - y), p, holm, problems: board.core };
}
function pairCell(test) {
  const cell = document.createElement("td");
  if (!test) { cell.className = "self"; return cell; }
  const mark = { win: "▲", lose: "▼", tie: "=" }[test.kind];
  [cell.className, cell.tabIndex, cell.textContent] = [test.kind, -1, `${mark} ${signed(test.difference)}`];
  return cell;
}
function pairText(a, b, test) {
  const said = { win: "better than", lose: "worse than", tie: "not separated from" }[test.kind];
  return `${a} is ${said} ${b}: ${signed(test.difference)} points, 95% interval ${test.range.map(signed).join(" to ")}, ` +
    `p ${Number(test.p.toPrecision(2))}, after Holm ${Number(test.holm.toPrecision(2))}, ${many(test.problems, "common problem")}`;
}
function showPair(cell) {
  const a = paired[cell.parentNode.rowIndex - 1].entry, b = paired[cell.cellIndex - 1].entry;
  $("pair-detail").textContent = pairText(a.name, b.name, pairTest(group(), a.id, b.id));
  $("pair-open").hidden = false;
  $("pair-open").onclick = () => go({ ...CLOSED, a: a.id, b: b.id });
}
