// The samples of one run, loaded when they are asked for.
const PAGE = 50;
const drill = { run: null, samples: [], shown: 0, opener: null };

window.assayRun = (runId, data) => {
  if (!drill.run || drill.run.run_id !== runId) return;
  drill.samples = data.samples.map((sample) => ({ ...sample, ...data.problems[sample.at] }));
  fillDrill();
};
function openRun(run) {
  drill.opener = document.activeElement;
  drill.run = run;
  drill.samples = [];
  $("drill").hidden = false;
  $("drill-title").textContent = `Samples of ${run.model} (${run.run_id})`;
  $("drill-count").textContent = "Loading…";
  $("drill-list").replaceChildren();
  $("drill-more").hidden = true;
  const script = make("script", { src: run.samples });
  script.addEventListener("error", () => { $("drill-count").textContent = `${run.samples} cannot be read: keep it beside this page.`; });
  script.addEventListener("load", () => script.remove());
  document.body.append(script);
  $("drill-title").focus();
  remember();
}
function closeRun() {
  $("drill").hidden = true;
  drill.run = null;
  remember();
  if (drill.opener && drill.opener.isConnected) drill.opener.focus();
}
function fillDrill() {
  const chosen = view(), here = (key) => [...new Set(drill.samples.map((s) => s[key]))];
  const suites = here("suite");
  fillSelect($("drill-suite"), [["", "all"], ...suites.map((s) => [s, s])], suites.includes(chosen) ? chosen : "");
  fillSelect($("drill-status"), [["", "all"], ...here("status").sort().map((s) => [s, s.replace("_", " ")])], "");
  drawSamples(true);
  $("drill-title").scrollIntoView();
}
function drawSamples(anew) {
  const suite = $("drill-suite").value, status = $("drill-status").value, text = $("drill-text").value.toLowerCase();
  const list = drill.samples.filter((s) => (!suite || s.suite === suite) && (!status || s.status === status) &&
    (!text || `${s.problem} ${s.prompt} ${s.completion}`.toLowerCase().includes(text)));
  if (anew) { drill.shown = 0; $("drill-list").replaceChildren(); }
  $("drill-list").append(...list.slice(drill.shown, drill.shown + PAGE).map(sampleCard));
  drill.shown = Math.min(drill.shown + PAGE, list.length);
  $("drill-count").textContent = `${drill.shown} of ${list.length} samples`;
  $("drill-more").hidden = drill.shown >= list.length;
}
function sampleCard(sample) {
  const kind = sample.status === "correct" ? "badge correct" : sample.status === "checker_error" ? "badge ours" : "badge";
  const mark = sample.status === "correct" ? "✓" : sample.status === "checker_error" ? "⚠" : "✗";
  const answer = missing(sample.extracted) ? "no answer" : sample.extracted.trim().slice(0, 200);
  const card = make("details", {}, make("summary", {},
    make("span", { class: kind }, `${mark} ${sample.status.replace("_", " ")}`), `${sample.problem} #${sample.sample} · `,
    make("span", { class: answer.length > 40 ? "answer long" : "answer" }, answer)));
  card.addEventListener("toggle", () => {
    if (card.open && card.childElementCount === 1) card.append(sampleBody(sample));
  });
  return card;
}
function sampleBody(sample) {
  const [thought, said] = splitThought(sample.completion);
  const counted = missing(sample.tokens) ? "not counted" : missing(sample.thinking) ? short(sample.tokens) : `${short(sample.tokens)}, ${short(sample.thinking)} of them thought`;
  const facts = [["extracted", sample.extracted], ["gold", sample.gold], ["tokens", counted], ["finished", sample.finish === "length" ? "cut off at the token limit" : sample.finish]];
  const body = make("div", {}, make("p", { class: "reason" }, sample.reason),
    make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, missing(value) ? "–" : String(value))])),
    make("h3", {}, "Prompt"), block(sample.prompt));
  if (thought) body.append(make("h3", {}, "Thought"), block(thought, "thought"));
  body.append(make("h3", {}, "Completion"), block(said));
  return body;
}
function block(text, kind) {
  return make("pre", { tabindex: "0", class: kind }, text);
}
function splitThought(text) {
  const start = text.indexOf("<think>"), end = text.lastIndexOf("</think>");
  if (end >= 0) return [text.slice(start < 0 ? 0 : start + 7, end).trim(), text.slice(end + 8).trim()];
  return start >= 0 ? [text.slice(start + 7).trim(), text.slice(0, start).trim() + " (the thought never ended)"] : ["", text];
}
