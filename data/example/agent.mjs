// Kira, the front desk: reads a request on stdin and names the desk that should get it.
// With --batch it reads one {"request", "seed"} a line and answers each with a line of JSON.
import { readFileSync } from "node:fs";

const LEVELS = ["high", "normal", "low"]; // the first level with a matching term wins

class Refusal extends Error {}

// Relative to this file, so the agent can be started from any folder.
function load(name, parse) {
  try {
    return parse(readFileSync(new URL(name, import.meta.url), "utf8"));
  } catch (error) {
    throw new Refusal(`${name} cannot be used: ${error.message.replace(/\s+/g, " ")}.`);
  }
}

function parseSettings(text) {
  const settings = JSON.parse(text);
  for (const knob of ["temperature", "firstSentenceWeight", "defaultBonus"]) {
    if (!(Number.isFinite(settings?.[knob]) && settings[knob] >= 0)) {
      throw new Error(`"${knob}" must be a number of at least 0`);
    }
  }
  if (typeof settings.stemming !== "boolean") throw new Error(`"stemming" must be true or false`);
  if (!LEVELS.includes(settings.defaultUrgency)) throw new Error(`"defaultUrgency" is no level`);
  return settings;
}

// Each section becomes a Map from a name to its list of terms.
function parseSkill(text) {
  const sections = { routing: new Map(), urgency: new Map() };
  let section;
  for (const line of text.split(/\r?\n/)) {
    const heading = line.match(/^#{1,6}\s+(.*?)\s*$/)?.[1].toLowerCase();
    if (heading) section = Object.hasOwn(sections, heading) ? sections[heading] : undefined;
    // Anything else than "- name: term, term" is prose or a slip, and is passed over.
    const item = line.match(/^\s*[-*]\s+([a-z][a-z0-9-]*)\s*:(.+)$/i);
    if (!section || !item) continue;
    const name = item[1].toLowerCase();
    section.set(name, [...(section.get(name) ?? []), ...item[2].split(",")]);
  }
  if (sections.routing.size === 0) throw new Error(`there is no desk under "## Routing"`);
  return sections;
}

// Just enough to make "charges", "charged" and "charging" meet; no dictionary behind it.
function stem(word) {
  const single = word.replace(/(?<=..)ies$/, "y").replace(/(?<=..[^su])s$/, "");
  const root = single.replace(/(?<=[aeiouy].*)(?<=..[^e])(ing|ed)$/, "").replace(/(?<=...)e$/, "");
  return root.replace(/(?<=..)([^aeiou])\1$/, "$1"); // "planned" is "plann" by now
}

function words(text, stemming) {
  const split = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return split.map((word) => ({ word, key: stemming ? stem(word) : word }));
}

// The stretch of the text that makes up the term, if there is one.
function find(term, text) {
  for (let at = 0; at + term.length <= text.length; at += 1) {
    const stretch = text.slice(at, at + term.length);
    if (stretch.every(({ key }, i) => term[i].key === key)) return stretch;
  }
}

// Terms that read the same count once, so repeating a line in the skill gains nothing.
function distinct(terms, stemming) {
  const split = terms.map((term) => words(term, stemming)).filter((term) => term.length > 0);
  return [...new Map(split.map((term) => [term.map(({ key }) => key).join(" "), term])).values()];
}

function scoreDesk(desk, terms, text, settings) {
  let score = desk === settings.defaultDesk ? settings.defaultBonus : 0;
  const matched = [];
  for (const term of distinct(terms, settings.stemming)) {
    const hit = find(term, text.whole);
    if (!hit) continue;
    // A phrase is much less likely than a single word to turn up by chance.
    const worth = term.length > 1 ? 2 : 1;
    score += worth * (find(term, text.opening) ? settings.firstSentenceWeight : 1);
    matched.push(`"${hit.map(({ word }) => word).join(" ")}"`);
  }
  return { desk, score, matched };
}

// One draw from mulberry32 over an FNV-1a hash: small, and the same on every machine.
function draw(seed) {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193);
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

// Picks as a language model picks a token: softmax(score / temperature), or the best at 0.
function sample(candidates, temperature, seed) {
  const best = Math.max(...candidates.map(({ score }) => score));
  if (temperature === 0) return candidates.find(({ score }) => score === best);
  const weights = candidates.map(({ score }) => Math.exp((score - best) / temperature));
  let left = draw(seed) * weights.reduce((sum, weight) => sum + weight, 0);
  return candidates.find((_, i) => (left -= weights[i]) < 0) ?? candidates.at(-1);
}

function answer(request, seed, { settings, routing, urgency }) {
  if (typeof request !== "string" || !request.trim()) throw new Refusal("The request is empty.");
  const text = {
    whole: words(request, settings.stemming),
    opening: words(request.trim().split(/(?<=[.!?])\s|\n/, 1)[0], settings.stemming),
  };
  const desks = [...routing].map(([desk, terms]) => scoreDesk(desk, terms, text, settings));
  const level = LEVELS.find((name) =>
    distinct(urgency.get(name) ?? [], settings.stemming).some((term) => find(term, text.whole)),
  );
  const { desk, matched } = sample(desks, settings.temperature, seed);
  return { desk, urgency: level ?? settings.defaultUrgency, matched };
}

function parseLine(line) {
  try {
    return { ...JSON.parse(line) };
  } catch {
    throw new Refusal("A line of the batch is not a JSON object.");
  }
}

try {
  const settings = load("settings.json", parseSettings);
  const setup = { settings, ...load("skills/triage/SKILL.md", parseSkill) };
  const fallback = () => process.env.KIRA_TRIAL_SEED || crypto.randomUUID();
  let input = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
  if (process.argv[2] === "--batch") {
    for (const line of input.split("\n").filter((text) => text.trim())) {
      const { request, seed } = parseLine(line);
      const { desk, urgency } = answer(request, String(seed ?? fallback()), setup);
      console.log(JSON.stringify({ desk, urgency }));
    }
  } else {
    const { desk, urgency, matched } = answer(input, fallback(), setup);
    const reason = matched.length ? `matched ${matched.join(", ")}` : "a guess, no words matched";
    console.log(`desk: ${desk}\nurgency: ${urgency}\nreason: ${reason}`);
  }
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
