// CSV, JSON and PNG of every view.
function download(name, type, content) {
  const link = make("a", { href: URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
function csv(data) {
  const columns = [...new Set(data.flatMap((row) => Object.keys(row)))];
  // A spreadsheet would run a text that begins like a formula.
  const safe = (x) => (missing(x) ? "" : typeof x === "object" ? JSON.stringify(x) : typeof x === "string" && /^[=+\-@\t\r]/.test(x) ? `'${x}` : String(x));
  const quote = (x) => (/[",\n\r]/.test(x) ? `"${x.replaceAll('"', '""')}"` : x);
  return [columns.join(","), ...data.map((row) => columns.map((c) => quote(safe(row[c]))).join(","))].join("\r\n") + "\r\n";
}
function saveButtons(dataOf, nodeOf, title) {
  const name = `assay-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
  const button = (kind, act) => make("button", { type: "button", class: "mini", "aria-label": `${title} as ${kind}`, onclick: act }, kind);
  return make("span", { class: "save" },
    button("CSV", () => download(`${name}.csv`, "text/csv", csv(dataOf()))),
    button("JSON", () => download(`${name}.json`, "application/json", JSON.stringify(dataOf(), null, 1))),
    nodeOf ? button("PNG", () => png(nodeOf()).then((blob) => download(`${name}.png`, "image/png", blob))) : null);
}
function png(node) {
  return node instanceof SVGElement ? svgPng(node) : tablePng(node);
}
const LARGEST = 16000;
function canvasOf(width, height) {
  const scale = Math.min(2, LARGEST / Math.max(width, height));
  const canvas = make("canvas", { width: scale * width, height: scale * height }), pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = getComputedStyle(document.body).backgroundColor;
  pen.fillRect(0, 0, width, height);
  return [canvas, pen];
}
const blobOf = (canvas) => new Promise((done) => canvas.toBlob(done, "image/png"));
const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family", "paint-order"];
function svgPng(svg) {
  const copy = svg.cloneNode(true), box = svg.getBoundingClientRect();
  const from = svg.querySelectorAll("*"), to = copy.querySelectorAll("*");
  from.forEach((node, i) => { const style = getComputedStyle(node); for (const key of DRAWN) to[i].style.setProperty(key, style.getPropertyValue(key)); });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  return new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => { const [canvas, pen] = canvasOf(box.width, box.height); pen.drawImage(image, 0, 0, box.width, box.height); done(blobOf(canvas)); };
    image.onerror = failed;
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  });
}
// Each cell of a table with its ground, and each line of its text where it stands on the page.
function linesOf(text) {
  const range = document.createRange(), found = [];
  const place = (from, to) => { range.setStart(text, from); range.setEnd(text, to); return [...range.getClientRects()].filter((r) => r.width > 0 || r.height > 0); };
  const tops = (from, to) => new Set(place(from, to).map((r) => Math.round(r.top))).size;
  for (let start = 0; start < text.length && found.length < 400;) {
    let low = start + 1, high = text.length;
    while (low < high) { const middle = Math.ceil((low + high) / 2); if (tops(start, middle) <= 1) low = middle; else high = middle - 1; }
    const rects = place(start, low);
    if (rects.length && text.data.slice(start, low).trim()) found.push([text.data.slice(start, low).replace(/\s+$/, ""), rects[0]]);
    start = low;
  }
  return found;
}
function tablePng(table) {
  const box = table.getBoundingClientRect(), [canvas, pen] = canvasOf(Math.max(1, box.width), Math.max(1, box.height));
  const paint = (rect, color) => { pen.fillStyle = color; pen.fillRect(rect.left - box.left, rect.top - box.top, rect.width, rect.height); };
  for (const cell of table.querySelectorAll("td, th, .strip > span, .rank, .chip, pre, .badge, .answer, details")) paint(cell.getBoundingClientRect(), getComputedStyle(cell).backgroundColor);
  for (const shape of table.querySelectorAll("rect")) paint(shape.getBoundingClientRect(), getComputedStyle(shape).fill);
  const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!text.data.trim() || !parent.getClientRects().length) continue;
    if (parent.closest(".hidden")) continue;
    const style = getComputedStyle(parent), frame = (parent.closest("pre") || table).getBoundingClientRect();
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.fillStyle = style.color;
    pen.textBaseline = "middle";
    for (const [said, rect] of linesOf(text)) {
      const middle = rect.top + rect.height / 2;
      if (rect.width > 1 && middle > frame.top && middle < frame.bottom) pen.fillText(said, rect.left - box.left, middle - box.top, rect.width + 2);
    }
  }
  return blobOf(canvas);
}
// ---- the data of each view -----------------------------------------------------------------
const VIEWS = {
  scores: [() => [...order(rows(), COLUMNS), ...order(below(), COLUMNS)].map((r) => ({ board: group().label, model: r.entry.name, runs: r.entry.runs.join(" "), rank_best: r.rank ? r.rank.best : null, rank_worst: r.rank ? r.rank.worst : null,
    accuracy: r.accuracy, low: r.low, high: r.high, mean_of_tasks: r.macro, problems: r.problems, samples: r.samples, pass_at_k: r.pass_at_k, majority: r.majority, tokens: r.tokens, cost: r.cost, cost_per_solved: r.cost_per_solved, currency: r.currency, not_comparable: r.reason, ...r.outcomes })), () => $("table")],
  heat: [() => heatRows.flatMap((entry) => heatColumns.map((column) => ({ model: entry.name, task: column.label, ...pick(heatValue(entry, column), ["accuracy", "low", "high", "problems", "ranked"]) })).filter((one) => !missing(one.accuracy))), () => $("heat")],
  pairs: [() => paired.flatMap((a, i) => paired.slice(i + 1).map((b) => ({ a: a.entry.name, b: b.entry.name, ...pairTest(group(), a.entry.id, b.entry.id) }))), () => $("pairs")],
  compare: [() => compared.problems.map((one) => ({ problem: one.name, solved_by: one.kind, a: one.a.map((s) => s.score), b: one.b.map((s) => s.score) })), () => $("forest").querySelector("svg") || $("pairs")],
  training: [trainingData, () => $("training-table")],
  abilities: [abilityData, () => $("ability-table")],
  problems: [() => items.list.map((p) => ({ ...p, task: tasks.get(p.task).label, why: reasonsOf(p).join("; ") })), () => $("items-table")],
  problem: [() => items.answers.flatMap((one) => one.samples.map((s) => ({ model: one.entry.name, run: s.run, problem: s.problem, sample: s.sample, status: s.status, score: s.score, extracted: s.extracted, gold: s.gold, reason: s.reason, completion: s.completion }))), () => $("problem-body")],
  samples: [() => samplesShown().map((s) => ({ run: s.run, suite: s.suite, problem: s.problem, sample: s.sample, status: s.status, score: s.score, extracted: s.extracted, gold: s.gold, reason: s.reason, tokens: s.tokens, completion: s.completion })), () => $("drill-list")],
};
function pick(value, keys) {
  return value ? Object.fromEntries(keys.filter((key) => key in value).map((key) => [key, value[key]])) : {};
}
