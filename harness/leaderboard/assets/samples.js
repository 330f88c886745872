// The samples of one entry, loaded per task when they are asked for.
const PAGE = 50;
const drill = { key: "", samples: [], shown: 0, opener: null };
const loaded = new Map(), waiting = new Map();
const CLOSED = { run: "", task: "", status: "", text: "", sample: "", a: "", b: "", part: "", kind: "", problem: "", item: "" };

window.assayRun = (runId, suite, data) => {
  const samples = data.samples.map((sample) => ({ ...sample, ...data.problems[sample.at], run: runId }));
  loaded.set(`${runId}|${suite}`, samples);
  if (loaded.size > 12) loaded.delete(loaded.keys().next().value);
};
// The samples of an entry on a task: of all its runs. Rejects when a file is gone.
function samplesOf(entry, task) {
  return Promise.all(entry.runs.map((id) => load(id, tasks.get(task).suite, runs.get(id).samples[task]))).then((lists) => lists.flat());
}
function load(runId, suite, source) {
  const key = `${runId}|${suite}`;
  if (loaded.has(key)) return Promise.resolve(loaded.get(key));
  if (!waiting.has(key)) {
    waiting.set(key, new Promise((done, failed) => {
      const script = make("script", { src: source });
      script.addEventListener("error", () => failed(new Error(`${source} cannot be read: keep it beside this page.`)));
      script.addEventListener("load", () => { script.remove(); loaded.has(key) ? done(loaded.get(key)) : failed(new Error(`${source} is damaged.`)); });
      document.body.append(script);
    }).finally(() => waiting.delete(key)));
  }
  return waiting.get(key);
}
function drawDrill() {
  const open = Boolean(state.run), section = $("drill"), fresh = open && section.hidden;
  section.hidden = !open;
  if (!open) { drill.key = ""; return; }
  const entry = entries.get(state.run);
  const task = entry.tasks.includes(state.task) ? state.task : group().tasks.find((id) => entry.tasks.includes(id)) || entry.tasks[0];
  $("drill-title").textContent = `Samples of ${entry.name}`;
  fillSelect($("drill-task"), entry.tasks.map((id) => [id, tasks.get(id).label]), task);
  if ($("drill-text").value !== state.text) $("drill-text").value = state.text;
  if (fresh) { drill.opener = document.activeElement; $("drill-title").focus(); }
  const key = `${entry.id}|${task}`;
  if (drill.key === key) return listSamples(true);
  drill.key = key;
  $("drill-count").textContent = "Loading…";
  $("drill-list").replaceChildren();
  $("drill-more").hidden = true;
  samplesOf(entry, task).then((samples) => {
    if (drill.key !== key) return;
    drill.samples = samples;
    listSamples(true);
    if (fresh) leadTo($("drill-title"));
  }, (error) => { if (drill.key === key) $("drill-count").textContent = error.message; });
}
const taskOf = (sample) => Object.keys(runs.get(sample.run).samples).find((id) => tasks.get(id).suite === sample.suite) || "";
function samplesShown() {
  const text = state.text.toLowerCase();
  return drill.samples.filter((s) => (!state.status || s.status === state.status) &&
    (!text || `${s.problem} ${s.prompt} ${s.completion}`.toLowerCase().includes(text)));
}
function listSamples(anew) {
  const statuses = [...new Set(drill.samples.map((s) => s.status))].sort();
  fillSelect($("drill-status"), [["", "all"], ...statuses.map((s) => [s, s.replaceAll("_", " ")])], state.status);
  const list = samplesShown();
  if (anew) { drill.shown = 0; $("drill-list").replaceChildren(); }
  const asked = list.findIndex((s) => sampleName(s) === state.sample);
  const until = Math.max(drill.shown + PAGE, anew ? asked + 1 : 0);
  $("drill-list").append(...list.slice(drill.shown, until).map(sampleCard));
  drill.shown = Math.min(until, list.length);
  $("drill-count").textContent = `${drill.shown} of ${many(list.length, "sample")}`;
  $("drill-more").hidden = drill.shown >= list.length;
}
const sampleName = (s) => `${s.problem}#${s.sample}${s.run === state.run ? "" : `@${s.run}`}`;
function sampleCard(sample) {
  const kind = sample.status === "correct" ? "badge correct" : sample.status === "checker_error" ? "badge ours" : "badge";
  const mark = sample.status === "correct" ? "✓" : sample.status === "checker_error" ? "⚠" : "✗";
  const answer = missing(sample.extracted) ? "no answer" : sample.extracted.trim().slice(0, 200);
  const card = make("details", { "data-sample": sampleName(sample) }, make("summary", {},
    make("span", { class: kind }, `${mark} ${sample.status.replaceAll("_", " ")}`), `${sample.problem} #${sample.sample} · `,
    make("span", { class: answer.length > 40 ? "answer long" : "answer" }, answer)));
  const fill = () => { if (card.childElementCount === 1) card.append(sampleBody(sample)); };
  card.addEventListener("toggle", () => {
    if (card.open) fill();
    if (card.open && state.sample !== sampleName(sample)) go({ sample: sampleName(sample) });
    else if (!card.open && state.sample === sampleName(sample)) go({ sample: "" });
  });
  if (state.sample === sampleName(sample)) { fill(); card.open = true; }
  return card;
}
function sampleBody(sample) {
  const counted = missing(sample.tokens) ? "not counted" : missing(sample.thinking) ? short(sample.tokens) : `${short(sample.tokens)}, ${short(sample.thinking)} of them thought`;
  const facts = [["extracted", sample.extracted], ["gold", sample.gold], ["level", sample.level], ["tokens", counted], ["finished", sample.finish === "length" ? "cut off at the token limit" : sample.finish]];
  return make("div", {}, make("p", { class: "reason" }, sample.reason),
    make("dl", {}, ...facts.filter(([name, value]) => name !== "level" || !missing(value)).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, missing(value) ? "–" : String(value))])),
    make("h3", {}, "Prompt"), ...fenced(sample.prompt), ...texts(sample), everyAnswer(taskOf(sample), sample));
}
// The thought, then what was said, with fenced programs set apart.
function texts(sample) {
  const played = episodeOf(sample.completion);
  if (played) return conversation(played, sample.lost);
  const [thought, said] = splitThought(sample.completion), parts = [];
  if (thought) parts.push(make("h3", {}, "Thought"), block(thought, "thought"));
  parts.push(make("h3", {}, "Completion"));
  return [...parts, ...fenced(said)];
}
function fenced(said) {
  const pieces = said.split(/^```([^\n]*)\n?/m), found = [];
  for (let i = 0; i < pieces.length; i += 2) {
    const code = i % 4 === 2, language = code ? pieces[i - 1].trim().toLowerCase() : "";
    if (pieces[i].trim() || i === 0 && pieces.length === 1) found.push(block(pieces[i], code ? "code" : "", language));
  }
  return found;
}
function block(text, kind, language = "") {
  return make("pre", { tabindex: "0", class: kind || null }, ...(kind === "code" ? highlighted(text, language) : [text]));
}
const SLASHED = /^(c|cc|cpp|c\+\+|java|javascript|js|typescript|ts|go|rust|rs|c#|cs|kotlin|swift|scala|php)$/;
const WORDS = "def|return|if|elif|else|for|while|in|import|from|class|not|and|or|lambda|try|except|raise|with|as|yield|pass|break|continue|None|True|False|const|let|var|function|new|struct|public|private|static|void|int|long|double|float|bool|char|auto|using|namespace|include|fn|impl|match|func|package|null|true|false|switch|case|default|this|throw|catch";
const tokens = (comment) => new RegExp(`(${comment})|("(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*')|\\b(${WORDS})\\b|\\b(\\d[\\d_.]*)\\b`, "g");
function highlighted(text, language) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(tokens(SLASHED.test(language) ? "//[^\\n]*|/\\*[^]*?\\*/" : "#[^\\n]*"))) {
    parts.push(text.slice(end, found.index), make("span", { class: ["t-comment", "t-text", "t-word", "t-number"][found.slice(1).findIndex(Boolean)] }, found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}
function splitThought(text) {
  const start = text.indexOf("<think>"), end = text.lastIndexOf("</think>");
  if (end >= 0) return [text.slice(start < 0 ? 0 : start + 7, end).trim(), text.slice(end + 8).trim()];
  return start >= 0 ? [text.slice(start + 7).trim(), text.slice(0, start).trim() + " (the thought never ended)"] : ["", text];
}
