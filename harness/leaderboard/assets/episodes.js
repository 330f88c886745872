// An episode as a conversation: what the model said and called, and what that led to.
const FOLDED = 14;  // lines of an observation that are shown unfolded

// The recorded episode that a completion is; null for any other text.
function episodeOf(text) {
  if (!text.startsWith('{"episode":')) return null;
  try {
    const found = JSON.parse(text);
    return Array.isArray(found.turns) ? found : null;
  } catch { return null; }
}
function conversation(episode, lost) {
  const [place, why] = lost || [-1, ""];
  const turns = episode.turns.map((turn, at) => turnOf(turn, at, at === place ? why : ""));
  const title = make("h3", {}, `Episode of ${many(turns.length, "turn")}`);
  return [title, make("ol", { class: "turns" }, ...turns)];
}
function turnOf(turn, at, lost) {
  const item = make("li", { class: lost ? "turn lost" : "turn", "data-turn": String(at + 1) });
  if (lost) item.append(make("p", { class: "lost-mark" }, make("span", { class: "badge" }, "✗ lost here"), ` ${lost}`));
  const calls = turn.calls || [], [thought, said] = splitThought(turn.text || "");
  const beside = calls.length ? said.replace(/<tool_call>[^]*?(<\/tool_call>|$)/g, "").trim() : said;
  if (thought) item.append(fold("thought", block(thought, "thought")));
  if (beside) item.append(...fenced(beside));
  const seen = turn.observations || [];
  calls.forEach((call, number) => item.append(callOf(call), ...observed(seen[number])));
  item.append(...seen.slice(calls.length).flatMap(observed));
  return item;
}
function callOf(call) {
  const given = typeof call.arguments === "string" ? parsed(call.arguments) : call.arguments;
  const brief = given && typeof given === "object" ? Object.entries(given).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ") : String(call.arguments);
  const whole = given && typeof given === "object" ? Object.entries(given).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join("\n") : String(call.arguments);
  const name = call.name || "(no name)";
  return fold(`${name}(${brief.length > 80 ? `${brief.slice(0, 80)}…` : brief})`, block(whole, ""), "call");
}
function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}
// What an action led to, drawn as it is: boards are text of a fixed width.
function observed(observation) {
  if (!observation) return [];
  const text = observation.text, lines = text.split("\n");
  const board = make("pre", { class: "board", tabindex: "0" }, text);
  const parts = observation.illegal ? [make("p", { class: "lost-mark" }, make("span", { class: "badge" }, "illegal"))] : [];
  if (lines.length <= FOLDED && text.length <= 2000) return [...parts, board];
  return [...parts, fold(`${lines[0].slice(0, 80)} … (${many(lines.length, "line")})`, board)];
}
function fold(title, content, kind) {
  return make("details", { class: kind || null }, make("summary", {}, title), content);
}
