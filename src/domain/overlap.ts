import { oneLine } from "./printable.ts";
import type { Criterion, Task } from "./task.ts";

/** Something of the exam that a change writes into the configuration. */
export interface Overlap {
  readonly task: string;
  readonly what: "prompt" | "expected answer";
  readonly path: string;
  /** As it stands in the file. */
  readonly quote: string;
}

/** What of a task must not be found in a configuration. */
export interface Exam extends Pick<Task, "name" | "prompt" | "criteria"> {
  /** Texts of right answers. */
  readonly solutions: readonly string[];
}

/** A file before and after a change; empty where it is not there. */
export interface ChangedText {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** So many words in a row are no chance; of a prompt that is shorter, all words are asked for. */
const run = 8;
const fewestWords = 5;
/** Shorter answers, such as "yes" or "billing", say nothing. */
const fewestCharacters = 12;
const quoted = 160;

// Scripts that put no space between words: each of their characters is taken for one.
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+/gu;

/**
 * Prompts and expected answers that stand in what a change makes of its files and did not stand there before, whatever
 * their case, white space and, for prompts, punctuation. At most one of each kind for a task and a file.
 * @param elsewhere further texts that were there before
 */
export function findOverlaps(
  exams: readonly Exam[],
  changes: readonly ChangedText[],
  elsewhere: readonly string[] = [],
): Overlap[] {
  const before = [...changes.map((change) => change.before), ...elsewhere];
  return [...promptsIn(exams, changes, before), ...answersIn(exams, changes, before)];
}

function promptsIn(
  exams: readonly Exam[],
  changes: readonly ChangedText[],
  before: readonly string[],
): Overlap[] {
  const { owners, lengths } = shinglesOf(exams);
  const known = new Set<string>();
  for (const text of before)
    for (const { shingle } of shingled(wordsIn(text), lengths)) if (owners.has(shingle)) known.add(shingle);
  const found: Overlap[] = [];
  for (const { path, after } of changes) {
    const words = wordsIn(after);
    /** The longest stretch so far, as places of words: hits that follow one another make it longer. */
    const stretches = new Map<string, { from: number; to: number; longest: readonly [number, number] }>();
    for (const { shingle, at, length } of shingled(words, lengths)) {
      if (known.has(shingle)) continue;
      for (const task of owners.get(shingle) ?? []) {
        const open = stretches.get(task);
        const from = open && at <= open.to ? open.from : at;
        const to = at + length;
        const [start, end] = open?.longest ?? [0, 0];
        stretches.set(task, { from, to, longest: to - from > end - start ? [from, to] : [start, end] });
      }
    }
    for (const [task, { longest }] of stretches) {
      const [first, last] = [words[longest[0]]!, words[longest[1] - 1]!];
      const quote = oneLine(after.slice(first.index, last.index + last.text.length), quoted);
      found.push({ task, what: "prompt", path, quote });
    }
  }
  return found;
}

interface Word {
  /** In lower case, which may be longer or shorter than what stands in the text. */
  readonly folded: string;
  readonly text: string;
  readonly index: number;
}

function wordsIn(text: string): Word[] {
  return Array.from(text.matchAll(word), ({ 0: found, index }) => ({
    folded: found.toLowerCase(),
    text: found,
    index,
  }));
}

/** All runs of words that give a prompt away, with whose prompts they are. */
function shinglesOf(exams: readonly Exam[]): {
  owners: ReadonlyMap<string, readonly string[]>;
  lengths: ReadonlySet<number>;
} {
  const owners = new Map<string, string[]>();
  const lengths = new Set<number>();
  for (const { name, prompt } of exams) {
    const words = wordsIn(prompt);
    if (words.length < fewestWords) continue;
    const length = Math.min(run, words.length);
    lengths.add(length);
    for (const { shingle } of shingled(words, new Set([length]))) {
      const names = owners.get(shingle) ?? [];
      if (names.at(-1) !== name) names.push(name);
      owners.set(shingle, names);
    }
  }
  return { owners, lengths };
}

function* shingled(
  words: readonly Word[],
  lengths: ReadonlySet<number>,
): Generator<{ shingle: string; at: number; length: number }> {
  for (let at = 0; at < words.length; at++) {
    let shingle = "";
    for (let length = 1; length <= run && at + length <= words.length; length++) {
      shingle += ` ${words[at + length - 1]!.folded}`;
      if (lengths.has(length)) yield { shingle, at, length };
    }
  }
}

function answersIn(
  exams: readonly Exam[],
  changes: readonly ChangedText[],
  before: readonly string[],
): Overlap[] {
  const tasks = new Map<string, Set<string>>();
  for (const exam of exams)
    for (const answer of answersOf(exam)) tasks.set(answer, (tasks.get(answer) ?? new Set()).add(exam.name));
  const old = before.map(normalized);
  const found = new Map<string, Overlap>();
  for (const { path, after } of changes) {
    const text = normalized(after);
    for (const [answer, names] of tasks) {
      if (!text.includes(answer) || old.some((known) => known.includes(answer))) continue;
      const quote = oneLine(answer, quoted);
      for (const task of names)
        found.set(JSON.stringify([task, path]), { task, what: "expected answer", path, quote });
    }
  }
  return [...found.values()];
}

/** What a task's criteria and solutions say outright that a right answer says. */
function answersOf({ criteria, solutions }: Exam): string[] {
  return [...criteria.flatMap(expectedBy), ...solutions]
    .map(normalized)
    .filter((answer) => answer.length >= fewestCharacters);
}

function expectedBy(criterion: Criterion): string[] {
  if (criterion.type === "command") return [];
  if (criterion.type === "rubric") return criterion.points.map(({ says }) => says);
  if (criterion.type === "json") return stringsIn(criterion.equals);
  return [criterion.equals, criterion.contains].filter((text) => text !== undefined);
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

const normalized = (text: string) => text.replace(/\s+/g, " ").trim().toLowerCase();
