// Abilities of entries that sat different problems, apart from ranks: one table, a part for each
// group of entries that shared problems link.
function drawAbilities() {
  const shown = (board.abilities || []).map((one) => ({ ...one, entries: one.entries.filter((r) => wanted(entries.get(r.entry))) })).filter((one) => one.entries.length);
  $("abilities").hidden = !shown.length;
  const apart = (board.abilities || []).length;
  $("ability-links").textContent = apart < 2 ? "Shared problems link all entries, so all abilities are on one scale."
    : `Not connected: the entries fall into ${apart} groups that share no problem. Each group has a scale of its own, and abilities of different groups cannot be compared.`;
  const head = ["Model", "Ability (log-odds)", "Standard error", "Problems", "Solved %"].map((name, i) => make("th", { scope: "col", class: i < 2 ? "text" : null }, name));
  $("ability-table").replaceChildren(make("caption", { class: "hidden" }, "Abilities"), make("thead", {}, make("tr", {}, ...head)), ...shown.map(abilityBody));
}
function abilityBody(one) {
  const finite = one.entries.filter((r) => !missing(r.ability)), reach = (r) => 1.96 * (r.error || 0);
  const ends = finite.flatMap((r) => [r.ability - reach(r), r.ability + reach(r)]);
  const low = Math.min(...ends), wide = Math.max(...ends) - low || 1, at = (x) => 1 + (158 * (x - low)) / wide;
  const alone = one.entries.length === 1 ? "stands alone: it shares no problem with another" : `${many(one.entries.length, "entry").replace("entrys", "entries")} linked by ${many(one.problems, "problem")}`;
  return make("tbody", {}, make("tr", { class: "line" }, make("th", { colspan: 5, scope: "rowgroup" }, alone)), ...one.entries.map((r) => {
    const text = missing(r.ability) ? (r.solved === 1 ? "solved all" : "solved none") : `${r.ability < 0 ? "−" : "+"}${Math.abs(r.ability).toFixed(2)}`;
    const bar = missing(r.ability) ? null : make("svg:svg", { class: "bar", viewBox: "0 0 160 14", preserveAspectRatio: "none", "aria-hidden": "true" },
      make("svg:rect", { class: "track", x: 1, width: 158, y: 6.5, height: 1 }),
      make("svg:rect", { class: "band", x: at(r.ability - reach(r)), width: Math.max(2, at(r.ability + reach(r)) - at(r.ability - reach(r))), y: 4, height: 6, rx: 2 }),
      make("svg:rect", { class: "mean", x: at(r.ability) - 1.5, width: 3, y: 1, height: 12, rx: 1 }));
    const entry = entries.get(r.entry);
    return make("tr", {}, make("th", { scope: "row" }, make("button", { type: "button", class: "link", onclick: () => go({ ...CLOSED, run: entry.id }) }, entry.name)),
      make("td", { class: "text", "data-label": "Ability" }, make("span", { class: "ability" }, make("b", {}, text), bar)),
      make("td", { "data-label": "Standard error" }, missing(r.error) ? "–" : r.error.toFixed(2)), make("td", { "data-label": "Problems" }, String(r.problems)), make("td", { "data-label": "Solved %" }, percent(r.solved)));
  }));
}
const abilityData = () => (board.abilities || []).flatMap((one, i) => one.entries.map((r) => ({ group: i + 1, model: entries.get(r.entry).name, runs: entries.get(r.entry).runs.join(" "),
  ability: missing(r.ability) ? (r.solved === 1 ? "solved all" : "solved none") : r.ability, standard_error: r.error, problems: r.problems, solved: r.solved })));
function abilityOf(id) {
  for (const one of board.abilities || []) for (const r of one.entries) if (r.entry === id) return missing(r.ability) ? (r.solved === 1 ? Infinity : -Infinity) : r.ability;
  return -Infinity;
}
