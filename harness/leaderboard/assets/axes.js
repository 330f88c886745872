// Axes fitted to the data, labels that do not lie on each other, and legends that highlight.
const narrow = matchMedia("(max-width: 700px)");
const BOX = { w: 460, h: 290, l: 44, r: 16, t: 14, b: 42 };
const COLORS = 8;

function logScale(values) {
  let low = Math.log10(Math.min(...values)), high = Math.log10(Math.max(...values));
  const pad = Math.max(0.06 * (high - low), high - low < 0.3 ? 0.2 : 0.05);
  [low, high] = [low - pad, high + pad];
  const marks = [];
  for (let e = Math.floor(low); e <= high; e++) for (const m of [1, 2, 5]) marks.push({ value: m * 10 ** e, m });
  const inside = marks.filter(({ value }) => Math.log10(value) >= low && Math.log10(value) <= high);
  const fit = [[1, 2, 5], [1, 5], [1]].map((keep) => inside.filter((tick) => keep.includes(tick.m))).find((some) => some.length && some.length <= BOX.w / 75);
  const ticks = (fit || inside.filter((tick, i) => i % Math.ceil((75 * inside.length) / BOX.w) === 0)).map((tick) => tick.value);
  return { ticks, note: ", log scale", at: (x) => BOX.l + ((Math.log10(x) - low) / (high - low)) * (BOX.w - BOX.l - BOX.r) };
}
function steps(low, high, most) {
  const rough = (high - low) / most || 1, size = 10 ** Math.floor(Math.log10(rough));
  const step = size * [1, 2, 5, 10].find((m) => m * size >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(i * step);
  return found;
}
function lineScale(values, most = 5) {
  const low = Math.min(...values), high = Math.max(...values), pad = 0.04 * (high - low) || 0.5;
  return { ticks: steps(low, high, most), note: "", at: (x) => BOX.l + ((x - low + pad) / (high - low + 2 * pad)) * (BOX.w - BOX.l - BOX.r) };
}
// The vertical axis covers the data and a margin, inside `limits` when there are any.
function fitY(values, limits = [0, 1]) {
  let low = Math.min(...values), high = Math.max(...values);
  const pad = Math.max(0.08 * (high - low), limits ? 0.02 : 1e-9 + 0.05 * Math.abs(high));
  [low, high] = [low - pad, high + pad];
  if (limits) [low, high] = [Math.max(limits[0], low), Math.min(limits[1], high)];
  return { low, high, ticks: steps(low, high, 5), at: (y) => BOX.t + (1 - (y - low) / (high - low)) * (BOX.h - BOX.t - BOX.b) };
}
function frame(scale, axis, label, say, sayY = (y) => `${Number((100 * y).toPrecision(3))}%`) {
  const parts = [], floor = BOX.h - BOX.b;
  for (const y of axis.ticks) {
    parts.push(make("svg:line", { class: "axis", x1: BOX.l, x2: BOX.w - BOX.r, y1: axis.at(y), y2: axis.at(y) }));
    parts.push(make("svg:text", { x: BOX.l - 6, y: axis.at(y) + 4, "text-anchor": "end" }, sayY(y)));
  }
  let last = -Infinity;
  for (const value of scale.ticks) {
    const text = say(value), half = 3.2 * text.length;
    parts.push(make("svg:line", { class: "axis", x1: scale.at(value), x2: scale.at(value), y1: floor, y2: floor + 4 }));
    const middle = Math.min(scale.at(value), BOX.w - half);
    if (middle - half < last + 4) continue;
    last = middle + half;
    parts.push(make("svg:text", { x: middle, y: floor + 17, "text-anchor": "middle" }, text));
  }
  parts.push(make("svg:text", { x: (BOX.l + BOX.w - BOX.r) / 2, y: BOX.h - 5, "text-anchor": "middle" }, label + scale.note));
  return parts;
}
function figure(title, body, legend, data) {
  const node = make("figure", {}, make("figcaption", {}, title), body, legend);
  if (data) node.append(saveButtons(() => data, () => node.querySelector("svg"), title));
  return node;
}
function drawing(said, parts) {
  return make("svg:svg", { viewBox: `0 0 ${BOX.w} ${BOX.h}`, role: "img", "aria-label": said }, ...parts);
}
// Names that light up their marks: on hover, on focus, and kept in the address when selected.
function legendOf(names, colors) {
  return make("div", { class: "legend" }, ...names.map(({ id, name }, i) => {
    const light = (on) => document.querySelectorAll(`[data-mark="${CSS.escape(id)}"]`).forEach((node) => node.classList.toggle("lit", on || state.mark === id));
    const button = make("button", { type: "button", class: "key", "aria-pressed": state.mark === id ? "true" : "false", "data-key": id,
      onmouseenter: () => light(true), onmouseleave: () => light(false), onfocus: () => light(true), onblur: () => light(false),
      onclick: () => refocus(`[data-key="${CSS.escape(id)}"]`, () => go({ mark: state.mark === id ? "" : id }, false)) },
      colors ? make("span", { class: "swatch", style: `background: var(--c${i})`, "aria-hidden": "true" }) : null, name);
    return button;
  }));
}
function marked(id, base) {
  return `${base} mark${state.mark === id ? " lit" : ""}`;
}
function labeller() {
  const taken = [];
  const hits = (box) => box[0] < BOX.l || box[1] > BOX.w || box[2] < 0 || box[3] > BOX.h - BOX.b ||
    taken.some((b) => box[0] < b[1] && b[0] < box[1] && box[2] < b[3] && b[2] < box[3]);
  return {
    block: (x, y) => taken.push([x - 5, x + 5, y - 5, y + 5]),
    along(points) {
      points.forEach(([x, y], i) => {
        const [x0, y0] = points[Math.max(0, i - 1)], parts = Math.ceil(Math.hypot(x - x0, y - y0) / 6) || 1;
        for (let k = 1; k <= parts; k++) { const [px, py] = [x0 + ((x - x0) * k) / parts, y0 + ((y - y0) * k) / parts]; taken.push([px - 2, px + 2, py - 2, py + 2]); }
      });
    },
    put(x, y, name, attributes = {}) {
      const text = name.length > 26 ? `${name.slice(0, 25)}…` : name, width = 6.2 * text.length;
      const spots = [[9, 4, "start"], [-9, 4, "end"], [0, -10, "middle"], [0, 17, "middle"],
        [8, -8, "start"], [-8, -8, "end"], [8, 15, "start"], [-8, 15, "end"]];
      for (const [dx, dy, anchor] of spots) {
        const left = x + dx - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
        const box = [left, left + width, y + dy - 10, y + dy + 3];
        if (hits(box)) continue;
        taken.push(box);
        return make("svg:text", { class: state.mark && attributes["data-mark"] === state.mark ? "label lit" : "label", x: x + dx, y: y + dy, "text-anchor": anchor, ...attributes }, text);
      }
      return null;
    },
  };
}
