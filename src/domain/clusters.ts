import { termsOf } from "./terms.ts";

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
  readonly terms: readonly string[];
  /** Its failures that no better cluster of the category had gathered already. */
  readonly gathered: number;
}

/** A failure with its terms as places in a vocabulary: a hundred thousand of them fit in memory. */
export interface ReadFailure extends Failure {
  readonly terms: readonly number[];
}

/** Further into a text than this there are stack traces and quoted mails, which would drown what it says. */
const readLength = 2000;

const mostClusters = 25;
const mostTerms = 5;

/** What a failure says: the terms of its task and of its notes. */
export function termsOfFailure({ task, notes }: Pick<Failure, "task" | "notes">): string[] {
  return termsOf(`${task.slice(0, readLength)}\n${notes?.slice(0, readLength) ?? ""}`);
}

/** Reads failures once, whatever they come from; texts are kept no longer than an example may be. */
export function readFailures(failures: Iterable<Failure>) {
  const places = new Map<string, number>();
  const read: ReadFailure[] = [];
  for (const { id, task, notes, category } of failures) {
    const terms = termsOfFailure({ task, notes }).map((term) => {
      const known = places.get(term);
      if (known === undefined) places.set(term, places.size);
      return known ?? places.size - 1;
    });
    read.push({ id, category, task: beginning(task), notes: notes && beginning(notes), terms });
  }
  return { read, vocabulary: [...places.keys()] };
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
  { read, vocabulary }: ReturnType<typeof readFailures>,
  least: number,
): Cluster[] {
  const everywhere = countTerms(read);
  const clusters: Cluster[] = [];
  for (const [category, failures] of Map.groupBy(read, (failure) => failure.category)) {
    const here = countTerms(failures);
    const elsewhere = read.length - failures.length;
    const ownName = new Set(termsOf(category));
    const worthOf = (term: number, count: number): number => {
      if (ownName.has(vocabulary[term]!)) return 0;
      // With nothing to compare, a word that nearly every failure says divides nothing: it comes last.
      if (elsewhere === 0) return count > 0.8 * failures.length ? 1e-3 : 1;
      const others = everywhere.get(term)! - count;
      const lift = ((count + 0.5) / (failures.length + 1) / (others + 0.5)) * (elsewhere + 1);
      // Few other failures cannot show that a word is rare; that none of them says it must do.
      if (lift < 2) return others === 0 ? Math.LN2 : 0;
      return Math.log(lift);
    };
    const worth = new Map([...here].map(([term, count]) => [term, count < 2 ? 0 : worthOf(term, count)]));
    for (const { terms, gathered } of gather(failures, { worth, vocabulary, least })) {
      clusters.push({ category, terms: terms.map((term) => vocabulary[term]!), gathered });
    }
  }
  return clusters
    .sort((a, b) => b.gathered - a.gathered || order(nameOf(a), nameOf(b)))
    .slice(0, mostClusters);
}

type Counts = Map<number, number>;

interface Guide {
  readonly worth: ReadonlyMap<number, number>;
  readonly vocabulary: readonly string[];
  readonly least: number;
}

/** The greedy walk through one category: each lead with the terms that many of its failures share. */
function* gather(failures: readonly ReadFailure[], guide: Guide) {
  const now = countTerms(failures);
  let left = failures;
  for (let found = 0; found < mostClusters; found += 1) {
    const lead = mostValued(now, guide.least, guide);
    if (lead === undefined) return;
    const shared = countTerms(failures.filter(({ terms }) => terms.includes(lead)));
    const many = Math.max(2, shared.get(lead)! / 3);
    const terms: number[] = [];
    for (let next: number | undefined = lead; next !== undefined; next = mostValued(shared, many, guide)) {
      if (terms.push(next) === mostTerms) break;
      shared.delete(next);
    }
    yield { terms, gathered: now.get(lead)! };
    const rest: ReadFailure[] = [];
    for (const failure of left) {
      if (!failure.terms.includes(lead)) rest.push(failure);
      else for (const term of failure.terms) now.set(term, now.get(term)! - 1);
    }
    left = rest;
  }
}

/** The term with the greatest number times worth among those said often enough; of equals the first in the alphabet. */
function mostValued(counts: Counts, atLeast: number, { worth, vocabulary }: Guide): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (const [term, count] of counts) {
    const value = count < atLeast ? 0 : count * worth.get(term)!;
    if (value === 0 || value < most) continue;
    if (value === most && order(vocabulary[best!]!, vocabulary[term]!) < 0) continue;
    [best, most] = [term, value];
  }
  return best;
}

function countTerms(failures: Iterable<ReadFailure>): Counts {
  const counts: Counts = new Map();
  for (const { terms } of failures) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

const nameOf = ({ category, terms }: Cluster) => `${category}\0${terms[0]}`;
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
