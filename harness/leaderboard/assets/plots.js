// Accuracy against tokens, against cost, and within a token budget.
const narrow = matchMedia("(max-width: 700px)");
const BOX = { w: 460, h: 290, l: 42, r: 16, t: 14, b: 42 };
const COLORS = 8;

function drawPlots() {
  Object.assign(BOX, narrow.matches ? { w: 330, h: 260 } : { w: 460, h: 290 });
  const list = rows();
  const currency = (list.find((r) => !missing(r.cost)) || {}).currency;
  const priced = list.filter((r) => r.cost_per_problem > 0 && r.currency === currency);
  const point = (r, x) => ({ x, y: r.accuracy, low: r.low, high: r.high, name: r.run.model });
  const figures = [
    plot("Accuracy against tokens", "tokens per completion", list.filter((r) => r.tokens > 0).map((r) => point(r, r.tokens)), short),
    plot("Accuracy against cost", "cost per problem", priced.map((r) => point(r, r.cost_per_problem)), (x) => money(x, currency)),
    curves("Accuracy within a token budget", "tokens allowed per completion", list, (r) => r.budget_curve),
  ];
  if (list.some((r) => r.pass_curve.length > 1))
    figures.push(curves("Several samples: any right (line), most voted (dashed)", "tokens spent per problem", list, (r) => r.pass_curve, (r) => r.vote_curve));
  $("plots").dataset.count = figures.length;
  $("plots").replaceChildren(...figures);
}

// ---- axes --------------------------------------------------------------------------------
function logScale(values) {
  let low = Math.log10(Math.min(...values)), high = Math.log10(Math.max(...values));
  const pad = Math.max(0.06 * (high - low), high - low < 0.3 ? 0.2 : 0.05);
  low -= pad;
  high += pad;
  return { low, high, at: (x) => BOX.l + ((Math.log10(x) - low) / (high - low)) * (BOX.w - BOX.l - BOX.r) };
}
function ticks(scale) {
  const inside = [];
  for (let e = Math.floor(scale.low); e <= scale.high; e++)
    for (const m of [1, 2, 5]) {
      const value = m * 10 ** e;
      if (Math.log10(value) >= scale.low && Math.log10(value) <= scale.high) inside.push({ value, m });
    }
  for (const keep of [[1, 2, 5], [1, 5], [1]]) {
    const some = inside.filter((tick) => keep.includes(tick.m));
    if (some.length <= BOX.w / 75) return some.length ? some : inside;
  }
  return inside.filter((tick, i) => i % Math.ceil((75 * inside.length) / BOX.w) === 0);
}
const atY = (y) => BOX.t + (1 - y) * (BOX.h - BOX.t - BOX.b);
function frame(scale, label, say) {
  const parts = [];
  for (const y of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(make("svg:line", { class: "axis", x1: BOX.l, x2: BOX.w - BOX.r, y1: atY(y), y2: atY(y) }));
    parts.push(make("svg:text", { x: BOX.l - 7, y: atY(y) + 4, "text-anchor": "end" }, `${100 * y}%`));
  }
  for (const { value } of ticks(scale)) {
    parts.push(make("svg:line", { class: "axis", x1: scale.at(value), x2: scale.at(value), y1: atY(0), y2: atY(0) + 4 }));
    parts.push(make("svg:text", { x: scale.at(value), y: BOX.h - BOX.b + 17, "text-anchor": "middle" }, say(value)));
  }
  parts.push(make("svg:text", { x: (BOX.l + BOX.w - BOX.r) / 2, y: BOX.h - 5, "text-anchor": "middle" }, `${label}, log scale`));
  return parts;
}
function figure(title, body) {
  return make("figure", {}, make("figcaption", {}, title), body);
}
function drawing(said, parts) {
  return make("svg:svg", { viewBox: `0 0 ${BOX.w} ${BOX.h}`, role: "img", "aria-label": said }, ...parts);
}

// ---- labels that do not lie on each other ------------------------------------------------
function labeller() {
  const taken = [];
  const hits = (box) => box[0] < BOX.l || box[1] > BOX.w || box[2] < 0 || box[3] > BOX.h - BOX.b ||
    taken.some((b) => box[0] < b[1] && b[0] < box[1] && box[2] < b[3] && b[2] < box[3]);
  return {
    block: (x, y) => taken.push([x - 5, x + 5, y - 5, y + 5]),
    put(x, y, name, style) {
      const text = name.length > 26 ? `${name.slice(0, 25)}…` : name, width = 6.2 * text.length;
      const spots = [[9, 4, "start"], [-9, 4, "end"], [0, -10, "middle"], [0, 17, "middle"],
        [8, -8, "start"], [-8, -8, "end"], [8, 15, "start"], [-8, 15, "end"]];
      for (const [dx, dy, anchor] of spots) {
        const left = x + dx - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
        const box = [left, left + width, y + dy - 10, y + dy + 3];
        if (hits(box)) continue;
        taken.push(box);
        return make("svg:text", { class: "label", x: x + dx, y: y + dy, "text-anchor": anchor, style }, text);
      }
      return null;
    },
  };
}

// ---- scatter with the Pareto front -------------------------------------------------------
function plot(title, label, points, say) {
  if (!points.length) return figure(title, make("p", { class: "note" }, title.includes("cost") ? "No price is known: assay leaderboard --prices FILE.toml states them." : "No run here has token counts."));
  const scale = logScale(points.map((p) => p.x));
  const front = paretoFront(points);
  const parts = frame(scale, label, say), labels = labeller();
  parts.push(make("svg:polyline", { class: "front", points: staircase(front, scale) }));
  for (const p of points) {
    const x = scale.at(p.x), best = front.includes(p);
    parts.push(make("svg:line", { class: "whisker", x1: x, x2: x, y1: atY(p.low), y2: atY(p.high) }));
    parts.push(make("svg:circle", { class: best ? "dot best" : "dot", cx: x, cy: atY(p.y), r: 4.5 },
      make("svg:title", {}, `${p.name}: ${percent(p.y)}% at ${say(p.x)}`)));
    labels.block(x, atY(p.y));
  }
  const order = [...points].sort((a, b) => front.includes(b) - front.includes(a) || b.y - a.y);
  for (const p of order) parts.push(labels.put(scale.at(p.x), atY(p.y), p.name));
  const said = `${title}. ` + points.map((p) => `${p.name}: ${percent(p.y)}% at ${say(p.x)}${front.includes(p) ? ", on the Pareto front" : ""}`).join("; ");
  return figure(title, drawing(said, parts));
}
function paretoFront(points) {
  const front = [];
  for (const p of [...points].sort((a, b) => a.x - b.x || b.y - a.y)) if (!front.length || p.y > front[front.length - 1].y) front.push(p);
  return front;
}
function staircase(front, scale) {
  const steps = [];
  front.forEach((p, i) => {
    if (i) steps.push(`${scale.at(p.x)},${atY(front[i - 1].y)}`);
    steps.push(`${scale.at(p.x)},${atY(p.y)}`);
  });
  return steps.join(" ");
}

// ---- curves ------------------------------------------------------------------------------
function curves(title, label, list, pick, pickDashed = () => []) {
  const usable = (points) => (points || []).filter(([x]) => x > 0);
  const lines = list.sort((a, b) => b.accuracy - a.accuracy)
    .map((r) => ({ name: r.run.model, points: usable(pick(r)), dashed: usable(pickDashed(r)) }))
    .filter((c) => c.points.length > 1).slice(0, COLORS);
  if (!lines.length) return figure(title, make("p", { class: "note" }, "No run here has token counts."));
  const scale = logScale(lines.flatMap((c) => [...c.points, ...c.dashed].map(([x]) => x)));
  const parts = frame(scale, label, short), labels = labeller();
  lines.forEach((line, i) => {
    const color = `var(--c${i})`, [x, y] = line.points[line.points.length - 1];
    parts.push(make("svg:polyline", { class: "curve", style: `stroke: ${color}`, points: trace(line.points, scale) }, make("svg:title", {}, line.name)));
    parts.push(make("svg:polyline", { class: "curve dashed", style: `stroke: ${color}`, points: trace(line.dashed, scale) }));
    parts.push(make("svg:circle", { cx: scale.at(x), cy: atY(y), r: 3, style: `fill: ${color}` }));
    labels.block(scale.at(x), atY(y));
  });
  lines.forEach((line, i) => {
    const [x, y] = line.points[line.points.length - 1];
    parts.push(labels.put(scale.at(x), atY(y), line.name, `fill: var(--c${i})`));
  });
  const said = `${title}: ` + lines.map((c) => { const [x, y] = c.points[c.points.length - 1]; return `${c.name} reaches ${percent(y)}% at ${short(x)}`; }).join("; ");
  return figure(title, drawing(said, parts));
}
function trace(points, scale) {
  return points.map(([x, y]) => `${scale.at(x)},${atY(y)}`).join(" ");
}
