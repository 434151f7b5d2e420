import type { Pattern } from "./analysis.ts";
import { findClusters, readFailures, textOfFailure, type Cluster, type Failure } from "./clusters.ts";
import { exampleOf, patternId, severityOf, shareOf, weightOf, worstFirst } from "./ranking.ts";
import { termsOf, Vocabulary } from "./terms.ts";

export { slowLimits, slowPatterns } from "./slow.ts";
export { worstFirst } from "./ranking.ts";
export type { Failure } from "./clusters.ts";

export interface Period {
  /** The failures of this period and of the one before; each is read once, so it may come from a cursor. */
  readonly failures: Iterable<Failure>;
  readonly previous: Iterable<Failure>;
  /** The number of outcomes of each category in this period, whatever their result. */
  readonly totals: ReadonlyMap<string, number>;
  /** The fewest failures that make a pattern. */
  readonly minFailures: number;
}

// With at most 25 clusters and ten slow patterns this makes 50, so that nobody need drop one afterwards: what
// is left of a category is defined by the clusters that are listed beside it.
const mostLeftovers = 15;

/**
 * The failure patterns of a period, worst first. A failure belongs to each pattern whose leading term it says,
 * so patterns can overlap; what says none of them is what is left of its category, a pattern without terms.
 */
export function findPatterns({ failures, previous, totals, minFailures }: Period): Pattern[] {
  const vocabulary = new Vocabulary();
  const read = readFailures(failures, vocabulary);
  const tallies = new Tallies(findClusters(read, vocabulary, minFailures));
  for (const failure of read) {
    for (const tally of tallies.of(failure.category, failure.terms)) {
      tally.frequency += 1;
      const told = tally.examples.some(({ task }) => task === failure.task);
      if (tally.examples.length < 3 && !told) tally.examples.push(failure);
    }
  }
  for (const failure of previous) {
    const terms = vocabulary.read(textOfFailure(failure));
    for (const tally of tallies.of(failure.category, terms)) tally.previousFrequency += 1;
  }
  const patterns = [...tallies].map((tally) => patternOf(tally, totals.get(tally.category), minFailures));
  const common = patterns.filter(({ frequency }) => frequency >= minFailures);
  const [left = [], clusters = []] = [true, false].map((is) =>
    common.filter(({ terms }) => (terms.length === 0) === is),
  );
  return worstFirst([...clusters, ...worstFirst(left, mostLeftovers)]);
}

/**
 * Whether a failure belongs to a pattern, as it did when the pattern was found. For a slow pattern this says
 * only that the category is the same: the duration is the caller's to compare.
 * @param siblings all patterns of the analysis; they say what is left of a category
 */
export function matchesPattern(
  pattern: Pick<Pattern, "kind" | "category" | "terms">,
  failure: Pick<Failure, "category" | "task" | "notes">,
  siblings: readonly Pick<Pattern, "kind" | "category" | "terms">[],
): boolean {
  if (pattern.category !== failure.category) return false;
  if (pattern.kind === "slow") return true;
  const said = termsOf(textOfFailure(failure));
  const says = ({ terms: [lead] }: Pick<Pattern, "terms">) => lead !== undefined && said.includes(lead);
  if (pattern.terms.length > 0) return says(pattern);
  return !siblings.some((sibling) => sibling.category === pattern.category && says(sibling));
}

interface Tally {
  readonly category: string;
  readonly terms: readonly string[];
  readonly examples: Failure[];
  frequency: number;
  previousFrequency: number;
}

const newTally = (category: string, terms: readonly string[]): Tally => ({
  category,
  terms,
  examples: [],
  frequency: 0,
  previousFrequency: 0,
});

/** One count for each cluster and one for what is left of each category. */
class Tallies {
  readonly #byLead = new Map<string, Map<number, Tally>>();
  readonly #left = new Map<string, Tally>();

  constructor(clusters: readonly Cluster[]) {
    for (const { category, lead, terms } of clusters) {
      const leads = this.#byLead.get(category) ?? new Map<number, Tally>();
      this.#byLead.set(category, leads.set(lead, newTally(category, terms)));
    }
  }

  /** The counts that a failure with these terms belongs to. */
  of(category: string, terms: readonly number[]): Tally[] {
    const leads = this.#byLead.get(category);
    const hits = leads ? terms.flatMap((term) => leads.get(term) ?? []) : [];
    if (hits.length > 0) return hits;
    const left = this.#left.get(category) ?? newTally(category, []);
    this.#left.set(category, left);
    return [left];
  }

  *[Symbol.iterator](): Generator<Tally> {
    for (const leads of this.#byLead.values()) yield* leads.values();
    yield* this.#left.values();
  }
}

function patternOf(
  { category, terms, examples, ...counts }: Tally,
  total: number | undefined,
  least: number,
): Pattern {
  const extent = { ...counts, share: shareOf(counts.frequency, total) };
  const [lead, ...others] = terms.map((term) => `"${term}"`);
  const often = others.length > 0 ? `, often with ${others.join(", ")}` : "";
  const said = lead === undefined ? "that share no telling word" : `that say ${lead}${often}`;
  const before = counts.previousFrequency === 0 ? "none" : counts.previousFrequency;
  return {
    id: patternId(category, ...terms.slice(0, 2)),
    kind: "failures",
    category,
    terms,
    ...extent,
    severity: severityOf(extent, least),
    weight: weightOf(extent),
    focusArea: `Look at the ${counts.frequency} ${category} failures ${said} (${before} in the period before).`,
    examples: examples.map(exampleOf),
  };
}
