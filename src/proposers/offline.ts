import type { Draft } from "../domain/proposal.ts";
import { KiraError } from "../domain/errors.ts";
import type { Proposer, Situation } from "./contract.ts";
import { nearestValues, readKnob, turnKnob } from "./knobs.ts";
import { lessonLine, lessonTerms, taughtTerms, withLine } from "./lessons.ts";

/** One change of one file, with what it is hoped to do. */
interface Idea extends Pick<Draft, "description" | "hypothesis" | "risk"> {
  readonly path: string;
  readonly content: string;
}

/** So many terms are named in a hypothesis; the lesson holds them all. */
const fewTerms = 3;

/**
 * Proposes with no language model. It writes the words that tell a pattern's failures from other outcomes into
 * a declared file, and turns declared knobs: it counts, it understands nothing, and its drafts say so. The same
 * situation and seed give the same draft. It draws on what was tried only through `alreadyTried`.
 */
export const offline: Proposer = {
  name: "offline",
  async propose(situation) {
    const { files, config, alreadyTried, signal } = situation;
    if (!config.lessons && config.knobs.length === 0) {
      const remedy =
        "Declare propose.lessons or propose.knobs in the config, or name a model in propose.model.";
      throw new KiraError("unavailable", `The offline proposer has no file to write to. ${remedy}`);
    }
    for (const idea of ideas(situation)) {
      signal?.throwIfAborted();
      if (files.get(idea.path) === idea.content) continue;
      if (!alreadyTried(new Map([[idea.path, idea.content]]))) return draftOf(idea, situation);
    }
    return undefined;
  },
};

function draftOf({ path, content, ...said }: Idea, { pattern }: Situation): Draft {
  return {
    ...said,
    description: `${said.description} Found by counting, with no language model.`,
    expectedImprovement: `fewer failures of ${pattern.id} (${pattern.frequency} in the last analysis)`,
    edits: [{ kind: "write", path, content }],
    seenTasks: [],
    model: "offline",
    costUsd: 0,
  };
}

/** Lessons and knobs in turn; the seed decides which begins: an even one with a lesson, an odd one with a knob. */
function* ideas(situation: Situation): Generator<Idea> {
  const lessons = lessonIdeas(situation);
  const knobs = knobIdeas(situation);
  yield* inTurn(odd(situation.seed) ? [knobs, lessons] : [lessons, knobs]);
}

/** The best terms, then the next best; after those, fewer at a time. */
function lessonIdeas(situation: Situation): Idea[] {
  const { lessons } = situation.config;
  const { category, kind, id } = situation.pattern;
  // No line of words makes slow work fast.
  if (!lessons || kind === "slow") return [];
  const text = fileOf(situation, lessons.file);
  const found = lessonTerms(situation.failures, situation.contrast, { category, from: lessons.from });
  // A word that speaks for another category already would set two lines against each other.
  const categories = new Set([category, ...situation.contrast.map((outcome) => outcome.category)]);
  const taught = new Set([...categories].flatMap((each) => [...taughtTerms(text, lessons, each)]));
  const terms = found.filter((term) => !taught.has(term));

  const ideaOf = (batch: readonly string[]): Idea => {
    const line = lessonLine(lessons, category, batch);
    const first = batch.slice(0, fewTerms).join(", ");
    const more = batch.length > fewTerms ? ` and ${batch.length - fewTerms} more` : "";
    return {
      path: lessons.file,
      content: withLine(text, line, lessons.under),
      description: `Adds the line "${line}" to ${lessons.file}: words that tell these failures from other outcomes.`,
      hypothesis: `Naming ${first}${more} in ${lessons.file} prevents failures of ${id}.`,
      risk: "low",
    };
  };
  const batches = batchesOf(terms, lessons.terms);
  for (let size = lessons.terms >> 1; size >= 1; size >>= 1) batches.push(...batchesOf(terms, size));
  return batches.map(ideaOf);
}

/** The nearest values of every knob, then those further away; the seed decides where to begin. */
function knobIdeas(situation: Situation): Idea[] {
  const { seed, config, pattern } = situation;
  const first = config.knobs.length > 0 ? (seed >>> 0) % config.knobs.length : 0;
  const knobs = [...config.knobs.slice(first), ...config.knobs.slice(0, first)];
  const byKnob = knobs.map(({ file, path, values }) => {
    const place = { file, path, text: fileOf(situation, file) };
    const present = readKnob(place);
    return nearestValues(values, present, odd(seed)).map((value): Idea => {
      const change = `${path} in ${file} from ${JSON.stringify(present)} to ${JSON.stringify(value)}`;
      return {
        path: file,
        content: turnKnob(place, value),
        description: `Turns ${change}, the nearest declared value not tried yet.`,
        hypothesis: `Turning ${change} prevents failures of ${pattern.id}.`,
        risk: "medium",
      };
    });
  });
  return [...inTurn(byKnob)];
}

function fileOf({ files }: Situation, path: string): string {
  const text = files.get(path);
  if (text !== undefined) return text;
  const remedy = "Correct the path under propose in the config, or add the file and let allow match it.";
  throw new KiraError("invalid", `${path} is not among the files a proposal may change. ${remedy}`, { path });
}

/** One of each list, then the next of each, until all are given. */
function* inTurn<T>(lists: readonly (readonly T[])[]): Generator<T> {
  for (let at = 0; lists.some((list) => at < list.length); at += 1) {
    for (const list of lists) if (at < list.length) yield list[at]!;
  }
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

const odd = (seed: number) => (seed & 1) === 1;
