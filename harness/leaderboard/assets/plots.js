// Accuracy against tokens, cost, budget, difficulty and date; and the curves of training runs.
function drawPlots() {
  Object.assign(BOX, narrow.matches ? { w: 330, h: 260 } : { w: 460, h: 290 });
  const list = rows().sort((a, b) => b.accuracy - a.accuracy);
  const currency = (list.find((r) => !missing(r.cost)) || {}).currency;
  const priced = list.filter((r) => r.cost_per_problem > 0 && r.currency === currency);
  const point = (r, x) => ({ id: r.entry.id, x, y: r.accuracy, low: r.low, high: r.high, name: r.entry.name });
  const figures = [
    scatter("Accuracy against tokens", "tokens per completion", list.filter((r) => r.tokens > 0).map((r) => point(r, r.tokens)), short, "No run here has token counts."),
  ];
  if (priced.length) figures.push(scatter("Accuracy against cost", "cost per problem", priced.map((r) => point(r, r.cost_per_problem)), (x) => money(x, currency)));
  figures.push(curves("Accuracy within a token budget", "tokens allowed per completion", list, (r) => curveOf(r.entry.id, 0)));
  if (list.some((r) => curveOf(r.entry.id, 1).length > 1))
    figures.push(curves("Several samples: any right (line), most voted (dashed)", "tokens spent per problem", list, (r) => curveOf(r.entry.id, 1), (r) => curveOf(r.entry.id, 2)));
  figures.push(...difficulty(list), ...byDate(list), ...byPrice(), ...fallingPrice());
  $("plots").replaceChildren(...figures.filter(Boolean));
  $("plots").dataset.count = $("plots").childElementCount;
}

// ---- scatter with the Pareto front -------------------------------------------------------
function scatter(title, label, points, say, nothing) {
  if (!points.length) return figure(title, make("p", { class: "note" }, nothing));
  const scale = logScale(points.map((p) => p.x)), axis = fitY(points.flatMap((p) => [p.low, p.high]));
  const front = paretoFront(points), parts = frame(scale, axis, label, say), labels = labeller();
  parts.push(make("svg:polyline", { class: "front", points: staircase(front, scale, axis) }));
  for (const p of points) {
    const x = scale.at(p.x), best = front.includes(p);
    parts.push(make("svg:g", { class: marked(p.id, "point"), "data-mark": p.id },
      make("svg:line", { class: "whisker", x1: x, x2: x, y1: axis.at(p.low), y2: axis.at(p.high) }),
      make("svg:circle", { class: best ? "dot best" : "dot", cx: x, cy: axis.at(p.y), r: 4.5 }, make("svg:title", {}, `${p.name}: ${percent(p.y)}% at ${say(p.x)}`))));
    labels.block(x, axis.at(p.y));
    labels.along([[x, axis.at(p.low)], [x, axis.at(p.high)]]);
  }
  labels.along(staircase(front, scale, axis).split(" ").map((pair) => pair.split(",").map(Number)));
  const first = [...points].sort((a, b) => front.includes(b) - front.includes(a) || b.y - a.y);
  for (const p of first) parts.push(labels.put(scale.at(p.x), axis.at(p.y), p.name, { "data-mark": p.id }));
  const said = `${title}. ` + points.map((p) => `${p.name}: ${percent(p.y)}% at ${say(p.x)}${front.includes(p) ? ", on the Pareto front" : ""}`).join("; ");
  const data = points.map((p) => ({ name: p.name, x: p.x, accuracy: p.y, low: p.low, high: p.high }));
  return figure(title, drawing(said, parts.filter(Boolean)), points.length > 1 ? legendOf(points) : null, data);
}
function paretoFront(points) {
  const front = [];
  for (const p of [...points].sort((a, b) => a.x - b.x || b.y - a.y)) if (!front.length || p.y > front[front.length - 1].y) front.push(p);
  return front;
}
function staircase(front, scale, axis) {
  const found = [];
  front.forEach((p, i) => {
    if (i) found.push(`${scale.at(p.x)},${axis.at(front[i - 1].y)}`);
    found.push(`${scale.at(p.x)},${axis.at(p.y)}`);
  });
  return found.join(" ");
}

// ---- curves ------------------------------------------------------------------------------
function curves(title, label, list, pick, pickDashed = () => []) {
  const usable = (points) => (points || []).filter(([x]) => x > 0);
  const lines = list.map((r) => ({ id: r.entry.id, name: r.entry.name, points: usable(pick(r)), dashed: usable(pickDashed(r)) }));
  return lineChart(title, label, lines, { scale: logScale, say: short, nothing: "No run here has token counts." });
}
// Lines: {id, name, points: [[x, y, low?, high?]], dashed?}; the first COLORS of them are drawn.
function lineChart(title, label, all, { scale: scaleOf, say, sayY, limits = [0, 1], nothing = "", dots = false }) {
  const lines = all.filter((c) => c.points.length > 1 || (dots && c.points.length)).slice(0, COLORS);
  if (!lines.length) return nothing ? figure(title, make("p", { class: "note" }, nothing)) : null;
  const points = lines.flatMap((c) => [...c.points, ...(c.dashed || []), ...(c.faint || [])]);
  const scale = scaleOf(points.map(([x]) => x)), axis = fitY(points.map(([, y]) => y), limits);
  const parts = frame(scale, axis, label, say, sayY), labels = labeller();
  const trace = (line) => line.map(([x, y]) => `${scale.at(x)},${axis.at(y)}`).join(" ");
  lines.forEach((line, i) => {
    const style = `stroke: var(--c${i})`, [x, y] = line.points[line.points.length - 1], own = make("svg:g", { class: marked(line.id, "line"), "data-mark": line.id });
    if (line.faint) own.append(make("svg:polyline", { class: "curve faint", style, points: trace(line.faint) }));
    own.append(make("svg:polyline", { class: "curve", style, points: trace(line.points) }, make("svg:title", {}, line.name)));
    if (line.dashed && line.dashed.length) own.append(make("svg:polyline", { class: "curve dashed", style, points: trace(line.dashed) }));
    for (const [px, py] of dots ? line.points : [[x, y]]) own.append(make("svg:circle", { cx: scale.at(px), cy: axis.at(py), r: 3, style: `fill: var(--c${i})` }));
    parts.push(own);
    labels.along(line.points.map(([px, py]) => [scale.at(px), axis.at(py)]));
  });
  lines.forEach((line, i) => {
    const [x, y] = line.points[line.points.length - 1];
    parts.push(labels.put(scale.at(x), axis.at(y), line.name, { style: `fill: var(--c${i})`, "data-mark": line.id }));
  });
  const said = `${title}: ` + lines.map((c) => { const [x, y] = c.points[c.points.length - 1]; return `${c.name} reaches ${sayY ? sayY(y) : `${percent(y)}%`} at ${say(x)}`; }).join("; ");
  const data = all.flatMap((c) => c.points.map(([x, y]) => ({ name: c.name, x, y })));
  return figure(title, drawing(said, parts.filter(Boolean)), legendOf(lines, true), data);
}

// ---- difficulty, date, training ------------------------------------------------------------
// Levels come from the problems; runs of one model at several difficulties make one line.
function difficulty(list) {
  const suites = [...new Set(group().tasks.map((id) => tasks.get(id).suite))], models = new Map();
  for (const r of list) {
    const counts = models.get(r.entry.id) || {};
    for (const suite of suites)
      for (const other of board.entries.filter((e) => e.id === r.entry.id || (e.state === "finished" && sameModel(e, r.entry))))
        for (const [level, [correct, samples]] of Object.entries((other.levels || {})[suite] || {})) {
          const known = (counts[level] = counts[level] || [0, 0]);
          known[0] += correct;
          known[1] += samples;
        }
    models.set(r.entry.id, counts);
  }
  const levels = [...new Set([...models.values()].flatMap((c) => Object.keys(c)))].sort((a, b) => Number(a) - Number(b) || compare(a, b));
  if (levels.length < 2) return [];
  const lines = list.map((r) => ({ id: r.entry.id, name: r.entry.name,
    points: levels.map((level, i) => [i, models.get(r.entry.id)[level]]).filter(([, c]) => c).map(([i, [correct, samples]]) => [i, correct / samples]) }));
  const chart = lineChart("Accuracy by difficulty", "level of difficulty", lines, { scale: () => ({ ...lineScale([0, levels.length - 1]), ticks: levels.map((_, i) => i) }), say: (i) => levels[i] || "", dots: true });
  return chart ? [chart] : [];
}
function sameModel(a, b) {
  const key = (e) => [e.model, e.settings.temperature, e.settings["max tokens"], e.settings.revision].join("|");
  return key(a) === key(b);
}
// Measured runs are filled, claims hollow.
function byDate(list) {
  const claims = claimsHere().map((claim) => ({ id: `claim:${claim.model}`, name: claim.model, x: Date.parse(claim.date), y: claim.score, hollow: true }));
  const measured = list.filter((r) => r.entry.date).map((r) => ({ id: r.entry.id, name: r.entry.name, x: Date.parse(r.entry.date), y: r.accuracy }));
  const points = [...measured, ...claims].filter((p) => !Number.isNaN(p.x));
  if (!claims.length) return [];
  const days = points.map((p) => p.x), first = Math.min(...days), span = Math.max(...days) - first;
  const scale = { ...lineScale(days), ticks: [0, 1, 2, 3].map((i) => first + (i * span) / 3) }, axis = fitY(points.map((p) => p.y)), labels = labeller();
  const day = (x) => new Date(x).toISOString().slice(0, 10), title = "Accuracy by date: measured (filled) and claimed (hollow)";
  const parts = frame(scale, axis, "date", day);
  for (const p of points) {
    parts.push(make("svg:circle", { class: marked(p.id, p.hollow ? "dot claimed" : "dot best"), "data-mark": p.id, cx: scale.at(p.x), cy: axis.at(p.y), r: 4.5 },
      make("svg:title", {}, `${p.name}: ${percent(p.y)}% on ${day(p.x)}${p.hollow ? " (claimed)" : ""}`)));
    labels.block(scale.at(p.x), axis.at(p.y));
  }
  for (const p of points) parts.push(labels.put(scale.at(p.x), axis.at(p.y), p.name, { "data-mark": p.id }));
  const said = `${title}. ` + points.map((p) => `${p.name}: ${percent(p.y)}%${p.hollow ? ", claimed" : ""}`).join("; ");
  return [figure(title, drawing(said, parts.filter(Boolean)), null, points.map((p) => ({ name: p.name, date: day(p.x), accuracy: p.y, claimed: Boolean(p.hollow) })))];
}
// What a claimed score cost per million tokens when it was published.
function byPrice() {
  const points = claimsHere().filter((c) => c.output_price > 0).map((c) => ({ id: `claim:${c.model}`, name: c.model, x: c.output_price, y: c.score }));
  if (points.length < 2) return [];
  const title = "Claimed accuracy against the price of output tokens", say = (x) => money(x, "USD");
  const scale = logScale(points.map((p) => p.x)), axis = fitY(points.map((p) => p.y)), labels = labeller();
  const parts = frame(scale, axis, "USD per million output tokens", say);
  for (const p of points) {
    parts.push(make("svg:circle", { class: marked(p.id, "dot claimed"), "data-mark": p.id, cx: scale.at(p.x), cy: axis.at(p.y), r: 4.5 }, make("svg:title", {}, `${p.name}: ${percent(p.y)}% at ${say(p.x)}`)));
    labels.block(scale.at(p.x), axis.at(p.y));
  }
  for (const p of points) parts.push(labels.put(scale.at(p.x), axis.at(p.y), p.name, { "data-mark": p.id }));
  const said = `${title}. ${points.map((p) => `${p.name}: ${percent(p.y)}% at ${say(p.x)}`).join("; ")}`;
  return [figure(title, drawing(said, parts.filter(Boolean)), null, points.map((p) => ({ name: p.name, price: p.x, claimed_accuracy: p.y })))];
}
// What it cost, by date, to get at least the middle one of the claimed scores.
function fallingPrice() {
  const claims = claimsHere().filter((c) => c.output_price > 0 && !Number.isNaN(Date.parse(c.date)));
  const bar = claims.map((c) => c.score).sort((a, b) => a - b)[Math.floor((claims.length - 1) / 2)];
  const able = claims.filter((c) => c.score >= bar).map((c) => ({ ...c, x: Date.parse(c.date), y: Math.log10(c.output_price) })).sort((a, b) => a.x - b.x || a.y - b.y);
  if (able.length < 2 || able[0].x === able[able.length - 1].x) return [];
  const first = able[0].x, span = able[able.length - 1].x - first, day = (x) => new Date(x).toISOString().slice(0, 10), say = (y) => money(Number((10 ** y).toPrecision(2)), "USD");
  const scale = { ...lineScale(able.map((c) => c.x)), ticks: [0, 1, 2, 3].map((i) => first + (i * span) / 3) }, axis = fitY(able.map((c) => c.y), null), labels = labeller();
  const title = `What a claimed ${percent(bar)}% or more cost, by date`, parts = frame(scale, axis, "date · USD per million output tokens, log scale", day, say);
  const cheapest = able.filter((c, i) => able.slice(0, i).every((d) => d.y > c.y));
  parts.push(make("svg:polyline", { class: "front", points: staircase(cheapest, scale, axis) }));
  for (const c of able) {
    parts.push(make("svg:circle", { class: marked(`claim:${c.model}`, "dot claimed"), "data-mark": `claim:${c.model}`, cx: scale.at(c.x), cy: axis.at(c.y), r: 4.5 }, make("svg:title", {}, `${c.model}: ${percent(c.score)}% at ${say(c.y)} on ${day(c.x)}`)));
    labels.block(scale.at(c.x), axis.at(c.y));
  }
  for (const c of able) parts.push(labels.put(scale.at(c.x), axis.at(c.y), c.model, { "data-mark": `claim:${c.model}` }));
  const said = `${title}. ${able.map((c) => `${c.model}: ${say(c.y)} on ${day(c.x)}`).join("; ")}`;
  return [figure(title, drawing(said, parts.filter(Boolean)), null, able.map((c) => ({ name: c.model, date: day(c.x), price: c.output_price, claimed_accuracy: c.score })))];
}
// A running mean to be read, over the values as they were, drawn faint.
function smoothed(raw) {
  const reach = Math.floor(raw.length / 16);
  if (reach < 1) return { points: raw };
  const mean = (list) => list.reduce((sum, [, y]) => sum + y, 0) / list.length;
  return { faint: raw, points: raw.map(([x], i) => [x, mean(raw.slice(Math.max(0, i - reach), i + reach + 1))]) };
}
function trainingData() {
  return (board.training || []).map(({ curves: drawn, cost, ...one }) => ({ ...one, ...cost, models: board.entries.filter((entry) => entry.model === one.name).map((entry) => entry.name).join("; "), curves: drawn }));
}
function drawTraining() {
  const made = board.training || [];
  $("training").hidden = !made.length;
  // The loss of a policy and the cross-entropy of a text are not one quantity.
  const kinds = [["reward", "Reward", "reward"], ["held_out", "Held-out accuracy", "held_out"], ["loss", "Cross-entropy", "loss", false], ["loss", "Policy loss", "loss", true]];
  const those = ([, , from, policy]) => made.filter((one) => one.curves[from] && (policy === undefined || Boolean(one.curves.reward) === policy));
  const there = kinds.filter((kind) => those(kind).length);
  Object.assign(BOX, narrow.matches ? { w: 330, h: 260 } : { w: there.length === 3 ? 360 : 460, h: 260 });
  const charts = there.map((kind) => {
    // Cross-entropy falls fast, then slowly: on a log scale both can be seen.
    const log = kind[1] === "Cross-entropy" && those(kind).every((one) => one.curves.loss.every(([, y]) => y > 0));
    const lines = those(kind).map((one) => ({ id: `training:${one.name}`, name: one.name,
      ...(kind[0] === "held_out" ? { points: one.curves.held_out } : smoothed(one.curves[kind[2]].map(([x, y]) => [x, log ? Math.log10(y) : y]))) }));
    return lineChart(log ? `${kind[1]}, log scale` : kind[1], "step", lines, { scale: lineScale, say: short, sayY: (y) => String(Number((log ? 10 ** y : y).toPrecision(log ? 2 : 3))), limits: null });
  });
  $("training-plots").replaceChildren(...charts.filter(Boolean));
  $("training-plots").dataset.count = $("training-plots").childElementCount;
  const head = ["Run", "Kind", "Parameters", "Steps", "Hours", "Device", "FLOPs", "Price"].map((name, i) => make("th", { scope: "col", class: i ? null : "text" }, name));
  const power = (x) => (missing(x) ? "–" : x.toExponential(1).replace("e+", "e"));
  $("training-table").replaceChildren(make("caption", { class: "hidden" }, "Training runs"), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...made.map((one) => {
    const models = board.entries.filter((entry) => entry.model === one.name).map((entry) => make("button", { type: "button", class: "link small", onclick: () => go({ ...CLOSED, run: entry.id }) }, entry.name));
    return make("tr", {}, make("th", { scope: "row" }, one.name, ...models.map((node) => make("span", { class: "sub" }, "model: ", node))),
      ...[one.kind, short(one.parameters), short(one.steps), short(one.cost.device_hours ?? one.hours), one.machine, power(one.cost.flops), money(one.cost.price, "USD")].map((text) => make("td", {}, String(text))));
  })));
}
