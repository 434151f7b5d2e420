import { termsOf, type Vocabulary } from "./terms.ts";

/** What clustering needs to know of a failed outcome. */
export interface Failure {
  readonly id: number;
  readonly task: string;
  readonly notes: string | null;
  readonly category: string;
}

/** The failures of a category that say `terms[0]`; the other terms only describe them. */
export interface Cluster {
  readonly category: string;
  /** The number of `terms[0]` in the vocabulary. */
  readonly lead: number;
  readonly terms: readonly string[];
  /** Its failures that no better cluster of the category had gathered already. */
  readonly gathered: number;
}

/** A failure with its terms as numbers of a vocabulary. */
export interface ReadFailure extends Failure {
  readonly terms: readonly number[];
}

/** Further into a text than this there are stack traces and quoted mails, which would drown what it says. */
const readLength = 2000;

const mostClusters = 25;
const mostTerms = 5;

/** The text that says what failed: the task and the notes. */
export function textOfFailure({ task, notes }: Pick<Failure, "task" | "notes">): string {
  return `${task.slice(0, readLength)}\n${notes?.slice(0, readLength) ?? ""}`;
}

/** Reads failures once, whatever they come from; texts are kept no longer than an example may be. */
export function readFailures(failures: Iterable<Failure>, vocabulary: Vocabulary): ReadFailure[] {
  const read: ReadFailure[] = [];
  for (const failure of failures) {
    const { id, task, notes, category } = failure;
    const terms = vocabulary.read(textOfFailure(failure));
    read.push({ id, category, task: beginning(task), notes: notes && beginning(notes), terms });
  }
  return read;
}

// A slice of a string keeps the whole of it alive; a copy does not, and notes may be 48 KiB long.
const beginning = (text: string) => (text.length <= 500 ? text : Buffer.from(text.slice(0, 500)).toString());

/**
 * Clusters within each category by what the failures say. Again and again the most telling term gathers its
 * failures, until no term gathers `least` of them. A term's worth is the number of failures it gathers times
 * the logarithm of its lift, how much more often this category says it than the others do; that must be twice
 * as often at least. The same failures give the same clusters, in whatever order they come.
 */
export function findClusters(
  failures: readonly ReadFailure[],
  { terms: words }: Pick<Vocabulary, "terms">,
  least: number,
): Cluster[] {
  const everywhere = new Uint32Array(words.length);
  for (const { terms } of failures) for (const term of terms) everywhere[term]! += 1;
  const tally = new Uint32Array(words.length);
  const found: (Lead & Guide & { category: string; among: readonly ReadFailure[] })[] = [];
  for (const [category, among] of Map.groupBy(failures, (failure) => failure.category)) {
    const here = commonTerms(among, 2, tally);
    const elsewhere = failures.length - among.length;
    const ownName = new Set(termsOf(category));
    const worthOf = (term: number, count: number): number => {
      if (ownName.has(words[term]!)) return 0;
      // With nothing to compare, a word that nearly every failure says divides nothing: it comes last.
      if (elsewhere === 0) return count > 0.8 * among.length ? 1e-3 : 1;
      const others = everywhere[term]! - count;
      const lift = ((count + 0.5) / (among.length + 1) / (others + 0.5)) * (elsewhere + 1);
      // Few other failures cannot show that a word is rare; that none of them says it must do.
      if (lift < 2) return others === 0 ? Math.LN2 : 0;
      return Math.log(lift);
    };
    const worth: Counts = new Map();
    for (const [term, count] of here) {
      const value = worthOf(term, count);
      if (value > 0) worth.set(term, value);
      if (value === 0 || count < least) here.delete(term);
    }
    const guide = { worth, words, tally };
    for (const lead of gather(among, here, least, guide)) found.push({ category, among, ...guide, ...lead });
  }
  const name = ({ category, lead }: (typeof found)[number]) => `${category}\0${words[lead]}`;
  return found
    .sort((a, b) => b.gathered - a.gathered || order(name(a), name(b)))
    .slice(0, mostClusters)
    .map(({ category, lead, gathered, among, ...guide }) => ({
      category,
      lead,
      terms: describe(lead, among, guide).map((term) => words[term]!),
      gathered,
    }));
}

type Counts = Map<number, number>;

interface Lead {
  readonly lead: number;
  readonly gathered: number;
}

interface Guide {
  /** Of the terms that are worth anything. */
  readonly worth: ReadonlyMap<number, number>;
  readonly words: readonly string[];
  /** A place to count in, all zeros when nobody does. */
  readonly tally: Uint32Array;
}

/** The greedy walk through one category. @param now how many of the failures say each term that may lead; used up */
function* gather(
  failures: readonly ReadFailure[],
  now: Counts,
  least: number,
  guide: Guide,
): Generator<Lead> {
  let left = failures;
  for (let found = 0; found < mostClusters; found += 1) {
    const lead = mostValued(now, least, guide);
    if (lead === undefined) return;
    yield { lead, gathered: now.get(lead)! };
    const rest: ReadFailure[] = [];
    for (const failure of left) {
      if (!failure.terms.includes(lead)) rest.push(failure);
      else
        for (const term of failure.terms) {
          const count = now.get(term);
          if (count !== undefined) now.set(term, count - 1);
        }
    }
    left = rest;
  }
}

/** A lead with the terms that many of its failures share. */
function describe(lead: number, failures: readonly ReadFailure[], guide: Guide): number[] {
  const saying = failures.filter(({ terms }) => terms.includes(lead));
  const many = Math.max(2, saying.length / 3);
  const shared = commonTerms(saying, many, guide.tally);
  const terms: number[] = [];
  for (let next: number | undefined = lead; next !== undefined; next = mostValued(shared, many, guide)) {
    if (terms.push(next) === mostTerms) break;
    shared.delete(next);
  }
  return terms;
}

/** The term with the greatest number times worth among those said often enough; of equals the first in the alphabet. */
function mostValued(counts: Counts, atLeast: number, { worth, words }: Guide): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (const [term, count] of counts) {
    const value = count < atLeast ? 0 : count * (worth.get(term) ?? 0);
    if (value === 0 || value < most) continue;
    if (value === most && order(words[best!]!, words[term]!) < 0) continue;
    [best, most] = [term, value];
  }
  return best;
}

/** How many of the failures say each term, for terms that at least `least` of them say. */
function commonTerms(failures: readonly ReadFailure[], least: number, tally: Uint32Array): Counts {
  for (const { terms } of failures) for (const term of terms) tally[term]! += 1;
  const counts: Counts = new Map();
  for (const { terms } of failures)
    for (const term of terms) {
      const count = tally[term]!;
      if (count >= least) counts.set(term, count);
      tally[term] = 0;
    }
  return counts;
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
