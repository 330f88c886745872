// The table of a board: who is ranked, who cannot be, which runs failed, what others claim.
const STATUSES = [["correct", "correct"], ["incorrect", "wrong"], ["no_answer", "no answer"], ["truncated", "truncated"],
  ["refused", "refused"], ["rejected", "rejected"], ["crashed", "crashed"], ["timeout", "timeout"], ["memory", "memory"], ["checker_error", "checker error"], ["missing", "missing"]];
const HIDDEN_SETTINGS = ["revision", "date"];
const BRIEF = { temperature: (v) => `T=${v}`, samples: (v) => many(Number(v), "sample"), "max tokens": (v) => `≤ ${v} tokens` };
const COLUMNS = [
  { key: "rank", label: "Rank", always: true, value: (r) => (r.rank ? r.rank.best : null), cell: rankCell },
  { key: "model", label: "Model", always: true, value: (r) => r.entry.name, cell: modelCell, text: true },
  { key: "accuracy", label: "Accuracy %", always: true, value: (r) => r.accuracy, cell: accuracyCell },
  { key: "macro", label: "Mean of tasks %", value: (r) => r.macro, cell: (r) => percent(r.macro) },
  { key: "pass", label: "pass@k %", value: (r) => (r.samples > 1 ? r.pass_at_k : null), cell: (r) => ofK(r, r.pass_at_k) },
  { key: "majority", label: "maj@k %", value: (r) => r.majority, cell: (r) => ofK(r, r.majority) },
  { key: "outcome", label: "Outcomes", always: true, value: (r) => (r.outcomes || {}).correct || 0, cell: outcomeCell },
  { key: "tokens", label: "Tokens", value: (r) => r.tokens, cell: tokensCell },
  { key: "cost", label: "Cost", value: (r) => r.cost, cell: (r) => money(r.cost, r.currency) },
  { key: "per_solved", label: "Per solved", value: (r) => r.cost_per_solved, cell: (r) => money(r.cost_per_solved, r.currency) },
  { key: "date", label: "Date", always: true, value: (r) => r.entry.date, cell: (r) => r.entry.date.slice(0, 10) || "–", text: true },
];
function rankCell(r) {
  if (!r.rank) return make("span", { class: "rank none", title: "no rank" }, "–");
  const text = r.rank.best === r.rank.worst ? String(r.rank.best) : `${r.rank.best}–${r.rank.worst}`;
  return make("span", { class: r.rank.best === 1 ? "rank first" : "rank" }, text);
}
function modelCell(r) {
  const entry = r.entry;
  const open = make("button", { type: "button", class: "link", "data-run": entry.id, onclick: () => go({ ...CLOSED, run: entry.id }) }, entry.name);
  const box = make("input", { type: "checkbox", "aria-label": `Compare ${entry.name}`, "data-choose": entry.id, onchange: () => choose(entry.id) });
  box.checked = listed("chosen").includes(entry.id);
  const chips = make("span", { class: "chips" }, ...Object.entries(entry.settings).filter(([name]) => !HIDDEN_SETTINGS.includes(name))
    .map(([name, value]) => make("span", { class: "chip", title: `${name} ${value}` }, BRIEF[name] ? BRIEF[name](value) : `${name} ${value}`)));
  if (entry.state !== "finished") chips.prepend(make("span", { class: "chip warned" }, `${entry.done} of ${entry.wanted} done`));
  const made = (board.training || []).find((one) => one.name === entry.model);
  if (made) chips.append(make("button", { type: "button", class: "chip", "data-trained": entry.id, title: `The training run ${made.name}`, onclick: () => {
    go({ mark: `training:${made.name}` }, false);
    leadTo($("training-title"));
  } }, "training ↓"));
  const sealed = entry.runs.map((id) => runs.get(id).bundle).filter(Boolean);
  if (sealed.length) chips.append(make("span", { class: "chip", title: `From a bundle whose hashes are right: SHA-256 ${sealed.join(", ")}. assay reverify makes its verdicts again.` }, `bundle ${sealed[0].slice(0, 8)}`));
  if (r.runs) chips.append(make("button", { type: "button", class: "chip", "aria-expanded": listed("open").includes(entry.id) ? "true" : "false",
    "data-seeds": entry.id, onclick: () => refocus(`[data-seeds="${CSS.escape(entry.id)}"]`, () => go({ open: toggled("open", entry.id) })) }, `${many(entry.runs.length, "seed")} ${listed("open").includes(entry.id) ? "▾" : "▸"}`));
  return make("span", { class: "who" }, box, make("span", {}, open, make("span", { class: "sub", title: entry.runs.join(", ") }, entry.runs.join(", ")), chips,
    r.reason ? make("span", { class: "why" }, r.reason) : null));
}
function choose(id) {
  const now = toggled("chosen", id).split("~").filter(Boolean).slice(-2);
  go({ chosen: now.join("~") }, false);
}
function ofK(r, value) {
  return r.samples > 1 && !missing(value) ? make("span", {}, percent(value), make("span", { class: "sub" }, `k = ${r.samples}`)) : "–";
}
function tokensCell(r) {
  const thought = r.tokens && r.thinking ? make("span", { class: "sub" }, `${Math.round((100 * r.thinking) / r.tokens)}% thought`) : null;
  return make("span", {}, short(r.tokens), thought);
}
function accuracyCell(r) {
  if (missing(r.accuracy)) return "–";
  const x = (v) => 1 + v * 138;
  const bar = make("svg:svg", { class: r.rank ? "bar" : "bar hollow", viewBox: "0 0 140 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    make("svg:rect", { class: "track", x: 1, width: 138, y: 5, height: 4, rx: 2 }),
    make("svg:rect", { class: "reached", x: 1, width: x(r.accuracy) - 1, y: 5, height: 4, rx: 2 }),
    make("svg:rect", { class: "band", x: x(r.low), width: Math.max(2, x(r.high) - x(r.low)), y: 2, height: 10, rx: 2 }),
    make("svg:rect", { class: "mean", x: x(r.accuracy) - 1.25, width: 2.5, y: 0, height: 14 }));
  return make("span", { class: "score" }, make("b", {}, percent(r.accuracy)),
    make("span", { class: "range" }, `[${percent(r.low)}, ${percent(r.high)}]`), bar);
}
function outcomes(r) {
  const counts = { ...r.outcomes };
  const known = new Set(STATUSES.map(([key]) => key));
  const lost = r.entry.state === "finished" ? 0 : r.entry.wanted - r.entry.done;
  if (lost > 0) counts.missing = lost;
  const others = Object.keys(counts).filter((key) => !known.has(key)).map((key) => [key, key.replaceAll("_", " ")]);
  return [...STATUSES, ...others].filter(([key]) => counts[key]).map(([key, label]) => ({ key, label, count: counts[key] }));
}
function outcomeCell(r) {
  const parts = outcomes(r), all = parts.reduce((sum, part) => sum + part.count, 0);
  if (!all) return "–";
  const said = parts.map((part) => `${part.label} ${part.count}`).join(", ");
  return make("span", { class: "strip", role: "img", "aria-label": said, title: said },
    ...parts.map((part) => make("span", { class: `s-${part.key}`, style: `flex-grow: ${part.count}` })));
}

// ---- drawing -----------------------------------------------------------------------------
function drawTable() {
  const ranked = order(rows(), COLUMNS), others = order(below(), COLUMNS);
  const all = [...ranked, ...others];
  const shown = COLUMNS.filter((column) => column.always || all.some((row) => !missing(column.value(row))));
  const head = make("tr");
  for (const column of shown) {
    const sorted = state.sort === column.key, down = state.down === "1";
    head.append(make("th", { scope: "col", class: column.text ? "text" : null, "aria-sort": sorted ? (down ? "descending" : "ascending") : "none" },
      make("button", { type: "button", "data-sort": column.key, onclick: () => sortBy(column.key) }, column.label + (sorted ? (down ? " ▾" : " ▴") : ""))));
  }
  $("table").tHead.replaceChildren(head);
  const failed = board.runs.filter((run) => run.state === "failed");
  const claims = claimsHere();
  const bodies = [make("tbody", { id: "ranked" }, ...ranked.flatMap((row) => tableRows(row, shown)))];
  if (others.length) bodies.push(make("tbody", { id: "below" }, line("Not comparable: no rank", shown), ...others.flatMap((row) => tableRows(row, shown))));
  if (failed.length) bodies.push(make("tbody", { id: "failed" }, line("Failed runs", shown), ...failed.map((run) => failedRow(run, shown))));
  if (claims.length) bodies.push(make("tbody", { id: "claims" }, line("Published claims: not measured here, never ranked", shown), ...claims.map((claim) => claimRow(claim, shown))));
  for (const body of [...$("table").tBodies]) body.remove();
  $("table").append(...bodies);
  $("count").textContent = `${many(ranked.length, "ranked entry").replace("entrys", "entries")}, ${others.length} not comparable; ${many(board.runs.length, "run")} in all`;
  $("sentence").textContent = group().sentence;
  const one = group().tasks.length === 1;
  $("core").textContent = `${group().label}: accuracy is the mean over the ${many(group().core, "problem")}${one ? "" : ` of ${group().tasks.length} tasks`} that all ranked runs sat; ` +
    "the band is its 95% interval. Models that no paired test separates (Holm-corrected over all pairs) share ranks. Open a model for its samples; tick two to compare them.";
  drawLegend(all);
  drawChosen();
}
function line(text, shown) {
  return make("tr", { class: "line" }, make("th", { colspan: shown.length, scope: "rowgroup" }, text));
}
function tableRows(row, shown) {
  const unfinished = row.entry.state !== "finished";
  const main = make("tr", { class: unfinished ? "hatched" : null, "data-entry": row.entry.id }, ...shown.map((column) => cell(column, row)));
  if (!row.runs || !listed("open").includes(row.entry.id)) return [main];
  const nested = Object.entries(row.runs).map(([id, one]) => make("tr", { class: "seed" }, ...shown.map((column) => {
    if (column.key === "model") return make("th", { scope: "row", "data-label": column.label }, `seed ${runs.get(id).seed} `, make("span", { class: "sub" }, id));
    return make("td", { "data-label": column.label }, column.key === "accuracy" ? accuracyCell({ ...one, rank: row.rank }) : "");
  })));
  return [main, ...nested];
}
function cell(column, row) {
  if (column.key === "model") return make("th", { scope: "row", "data-label": column.label }, modelCell(row));
  return make("td", { class: column.text ? "text" : null, "data-label": column.label }, column.cell(row));
}
function failedRow(run, shown) {
  return make("tr", { class: "hatched" }, ...shown.map((column) => {
    if (column.key === "model") return make("th", { scope: "row", "data-label": column.label }, make("span", {}, run.model), make("span", { class: "sub" }, run.run_id), make("span", { class: "why" }, run.reason));
    const text = { rank: "–", date: run.date.slice(0, 10) }[column.key];
    return make("td", { class: column.text ? "text" : null, "data-label": column.label }, text || "");
  }));
}
function claimsHere() {
  const suites = new Set(group().tasks.map((id) => tasks.get(id).suite));
  if (suites.size !== 1) return [];
  const part = state.model.toLowerCase();
  return (board.claims || []).filter((claim) => suites.has(claim.suite) && (!state.since || claim.date >= state.since) && claim.model.toLowerCase().includes(part));
}
function claimRow(claim, shown) {
  return make("tr", { class: "claim" }, ...shown.map((column) => {
    if (column.key === "model") return make("th", { scope: "row", "data-label": column.label }, claim.model,
      make("span", { class: "sub" }, `${claim.metric} · `, claim.url ? make("a", { href: claim.url, rel: "noreferrer" }, claim.source) : claim.source));
    if (column.key === "accuracy") return make("td", { "data-label": column.label }, make("span", { class: "score" }, make("b", {}, percent(claim.score)), make("span", { class: "range" }, "claimed")));
    return make("td", { class: column.text ? "text" : null, "data-label": column.label }, { rank: "–", date: claim.date }[column.key] || "");
  }));
}
function sortBy(key) {
  const same = state.sort === key;
  go({ sort: key, down: (same ? state.down !== "1" : !["model", "rank"].includes(key)) ? "1" : "0" });
  document.querySelector(`[data-sort="${key}"]`).focus();
}
function drawLegend(all) {
  const there = new Map(all.flatMap(outcomes).map((part) => [part.key, part.label]));
  $("strip-legend").replaceChildren("Outcomes: ", ...[...there].map(([key, label]) =>
    make("span", { class: "key" }, make("span", { class: `swatch s-${key}`, "aria-hidden": "true" }), label)));
}
function drawChosen() {
  const now = listed("chosen").filter((id) => entries.has(id));
  document.querySelectorAll("[data-choose]").forEach((box) => { box.checked = now.includes(box.dataset.choose); });
  $("chosen").hidden = !now.length;
  $("chosen-names").textContent = now.map((id) => entries.get(id).name).join(" and ") + (now.length === 1 ? ": tick another one to compare" : "");
  $("chosen-open").disabled = now.length !== 2;
}
