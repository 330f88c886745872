// The heat map: entries by tasks. Each cell is the row of the entry on that task's own board.
let heatRows = [], heatColumns = [];

function heatCell(entry, task) {
  const one = groups.get(task.id), row = one && one.rows[entry.id];
  if (row) return { ...row, ranked: true };
  const low = one && one.below.find((b) => b.entry === entry.id);
  return low && low.row ? { ...low.row, ranked: false, reason: low.reason } : null;
}
function columnsOf() {
  const scope = group().tasks.length > 1 ? group().tasks : board.tasks.map((task) => task.id);
  const there = board.tasks.filter((task) => scope.includes(task.id));
  const folded = listed("fold"), found = [];
  for (const domain of [...new Set(there.map((task) => task.domain))]) {
    const inside = there.filter((task) => task.domain === domain);
    if (folded.includes(domain)) found.push({ id: `domain:${domain}`, label: `mean of ${inside.length}`, domain, inside });
    else found.push(...inside.map((task) => ({ id: task.id, label: task.label, domain, inside: [task] })));
  }
  return found;
}
function heatValue(entry, column) {
  const cells = column.inside.map((task) => heatCell(entry, task)).filter(Boolean);
  if (!cells.length) return null;
  const ranked = cells.every((c) => c.ranked) && cells.length === column.inside.length;
  if (column.inside.length === 1) return cells[0];
  return { accuracy: cells.reduce((sum, c) => sum + c.accuracy, 0) / cells.length, tasks: cells.length, of: column.inside.length, ranked };
}
function drawHeat() {
  heatColumns = columnsOf();
  const shown = board.entries.filter(wanted).filter((entry) => heatColumns.some((column) => heatValue(entry, column)));
  const key = (entry) => {
    const column = heatColumns.find((c) => c.id === state.heat), value = column && heatValue(entry, column);
    if (column) return value ? value.accuracy : -1;
    const values = heatColumns.map((c) => heatValue(entry, c)).filter(Boolean);
    return values.reduce((sum, v) => sum + v.accuracy, 0) / values.length;
  };
  const keys = new Map(shown.map((entry) => [entry, key(entry)]));
  heatRows = shown.sort((a, b) => keys.get(b) - keys.get(a) || compare(a.id, b.id));
  const domains = [...new Set(heatColumns.map((c) => c.domain))];
  const top = make("tr", {}, make("td", {}), ...domains.map((domain) => make("th", { scope: "colgroup", colspan: heatColumns.filter((c) => c.domain === domain).length },
    make("button", { type: "button", "data-fold": domain, "aria-expanded": listed("fold").includes(domain) ? "false" : "true", onclick: () => refocus(`[data-fold="${domain}"]`, () => go({ fold: toggled("fold", domain) })) },
      `${listed("fold").includes(domain) ? "▸" : "▾"} ${domain}`))));
  const head = make("tr", {}, make("th", { scope: "col", class: "text" }, "Model"), ...heatColumns.map((column) => make("th", { scope: "col", class: "slant", "aria-sort": state.heat === column.id ? "descending" : "none" },
    make("button", { type: "button", "data-heat": column.id, title: column.label, onclick: () => refocus(`[data-heat="${column.id}"]`, () => go({ heat: state.heat === column.id ? "" : column.id })) },
      make("span", {}, column.label + (state.heat === column.id ? " ▾" : ""))))));
  const lines = heatRows.map((entry) => make("tr", {}, make("th", { scope: "row", title: entry.runs.join(", ") }, entry.name), ...heatColumns.map((column) => heatTd(heatValue(entry, column)))));
  $("heat").replaceChildren(make("caption", { class: "hidden" }, "Accuracy of each model on each task"), make("thead", {}, top, head), make("tbody", {}, ...lines));
  oneStop($("heat"));
  $("heat-detail").textContent = "";
}
function heatTd(value) {
  const cell = document.createElement("td");
  if (!value) { cell.className = "self"; cell.textContent = "·"; return cell; }
  cell.tabIndex = -1;
  cell.className = value.ranked ? "warm" : "warm hatch";
  cell.style.setProperty("--h", (0.5 * value.accuracy).toFixed(3));
  cell.textContent = percent(value.accuracy);
  return cell;
}
function showHeat(cell) {
  const entry = heatRows[cell.parentNode.rowIndex - 2], column = heatColumns[cell.cellIndex - 1], value = heatValue(entry, column);
  $("heat-detail").textContent = value.tasks
    ? `${entry.name} on ${column.domain}: ${percent(value.accuracy)}%, the mean of ${value.tasks} of ${value.of} tasks`
    : `${entry.name} on ${column.label}: ${percent(value.accuracy)}%, 95% interval ${percent(value.low)} to ${percent(value.high)}, ${many(value.problems, "problem")}` +
      (value.ranked ? `, rank ${value.rank.best === value.rank.worst ? value.rank.best : `${value.rank.best}–${value.rank.worst}`}` : `, no rank: ${value.reason}`);
}
function refocus(selector, act) {
  act();
  const again = document.querySelector(selector);
  if (again) again.focus();
}
