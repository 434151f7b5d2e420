// Words that hold a sentence together, and words of politeness, counting and book-keeping: they never tell two
// failures apart. Every contraction with "n't" is one of them too; `'s`, `'ll` and their like are cut off.
const functionWords = new Set(
  `a about above across actually after again against ago all almost along already also although always am among
  an and another any anybody anyhow anyone anything anyway anywhere are around as ask asked asking at away back
  be became because become been before behind being below between both but by came can cannot come comes coming
  could day days did do does doing done down dear during each either else elsewhere enough etc even ever every
  everybody everyone everything everywhere few find for found from further gave get gets getting give given gives
  giving go goes going gone good got had hardly has have having he hello help hence her here hers herself hey him
  himself his how however if in indeed instead into is it its itself just keep keeps kept knew know known knows
  last least less let lets like likely long look looking looks lot lots made make makes making many may maybe me
  mean means merely might mine more most mostly much must my myself near nearly need needed needs neither never
  new next nobody none nor not nothing now nowhere of off often okay old on once one ones only onto or other
  others otherwise ought our ours ourselves out over own per perhaps please possible possibly put quite rather
  really regards right said same saw say saying says see seem seemed seems seen several shall she should since so
  some somebody somehow someone something sometimes somewhere soon sorry still such sure take taken takes taking
  tell than thank thanks that the their theirs them themselves then there therefore these they thing things think
  this those though through thus till time times to today together told tomorrow tonight too took toward towards
  tried try trying under unless until up upon us use used uses using usually very via want wanted wants was way
  well went were what whatever when whenever where whereas wherever whether which whichever while who whoever
  whole whom whose why will with within without would yes yesterday yet you your yours yourself yourselves
  two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
  nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand first second third half dozen`.split(
    /\s+/,
  ),
);

// A word begins with three letters, so that numbers and "3rd" are none and "sha256" is one.
const plainWord = /(?<![a-z0-9])[a-z]{3}[a-z0-9]*(?:'[a-z]+)*/g;
const anyWord = /(?<![\p{L}\p{M}\p{N}])[\p{L}\p{M}]{3}[\p{L}\p{M}\p{N}]*(?:'[\p{L}\p{M}]+)*/gu;
const plainText = /^[\0-\x7f]*$/;
const ending = /'(?:s|ve|ll|d|re|m)$/;

/**
 * The distinct words of a text that can tell it from others, in lower case and in order of appearance: three
 * letters at least, no function words. Endings stay: "charge" and "charged" are two terms.
 */
export function termsOf(text: string): string[] {
  return [...new Set(wordsOf(text).flatMap((word) => termOf(word) ?? []))];
}

/** The words of a text as they stand there, in lower case. */
function wordsOf(text: string): readonly string[] {
  // Most texts are plain ASCII, and the expression for those is three times faster.
  if (plainText.test(text)) return text.toLowerCase().match(plainWord) ?? [];
  return text.toLowerCase().replaceAll("’", "'").normalize("NFC").match(anyWord) ?? [];
}

function termOf(word: string): string | undefined {
  const term = word.includes("'") ? word.replace(ending, "") : word;
  return functionWords.has(term) || term.endsWith("n't") ? undefined : term;
}

/** Terms by number, as they are met: so a hundred thousand texts fit in memory, and a word is looked at once. */
export class Vocabulary {
  readonly terms: string[] = [];
  readonly #byTerm = new Map<string, number>();
  /** Words that are no terms have the number -1. */
  readonly #byWord = new Map<string, number>();
  /** The text in which each term was met last. */
  readonly #metIn: number[] = [];
  #texts = 0;

  /** `termsOf` a text, as numbers. */
  read(text: string): number[] {
    this.#texts += 1;
    const found: number[] = [];
    for (const word of wordsOf(text)) {
      const number = this.#byWord.get(word) ?? this.#learn(word);
      if (number < 0 || this.#metIn[number] === this.#texts) continue;
      this.#metIn[number] = this.#texts;
      found.push(number);
    }
    return found;
  }

  #learn(slice: string): number {
    // A slice of a text keeps the whole of it alive; a copy does not.
    const word = Buffer.from(slice).toString();
    const term = termOf(word);
    const number = term === undefined ? -1 : (this.#byTerm.get(term) ?? this.terms.push(term) - 1);
    this.#byWord.set(word, number);
    if (term !== undefined) this.#byTerm.set(term, number);
    return number;
  }
}

/** A term, the number of texts on either side that hold it, and how surely it belongs inside. */
export interface TellingTerm {
  readonly term: string;
  readonly inside: number;
  readonly outside: number;
  /** The log-odds ratio in standard deviations; the list holds positive ones only. */
  readonly z: number;
}

/**
 * The terms that texts inside have and texts outside have not, most telling first; ties in the order of the
 * alphabet. Each side is the terms of its texts, so a text counts once however often it repeats a word.
 *
 * Log-odds ratio with an informative Dirichlet prior: Monroe, Colaresi & Quinn 2008, "Fightin' Words",
 * Political Analysis 16(4), equations 16, 20 and 22. The prior is what both sides together say, weighing half
 * as much as they do, so that a word seen twice does not look like a law. Without an outside nothing is telling.
 *
 * @param least standard deviations by which a term must stand out
 */
export function tellingTerms(
  inside: Iterable<readonly string[]>,
  outside: Iterable<readonly string[]>,
  least = 0,
): TellingTerm[] {
  const within = countTerms(inside);
  const beyond = countTerms(outside);
  const strength = (within.total + beyond.total) / 2;
  const telling: TellingTerm[] = [];
  for (const [term, seen] of within.counts) {
    const elsewhere = beyond.counts.get(term) ?? 0;
    const prior = (seen + elsewhere) / 2;
    const logOdds = (count: number, all: number) =>
      Math.log((count + prior) / (all + strength - count - prior));
    const variance = 1 / (seen + prior) + 1 / (elsewhere + prior);
    const z = (logOdds(seen, within.total) - logOdds(elsewhere, beyond.total)) / Math.sqrt(variance);
    if (z > Math.max(least, nothing)) telling.push({ term, inside: seen, outside: elsewhere, z });
  }
  return telling.sort((a, b) => b.z - a.z || (a.term < b.term ? -1 : 1));
}

// Rounding leaves this much of a log-odds ratio of zero.
const nothing = 1e-9;

function countTerms(texts: Iterable<readonly string[]>): { counts: Map<string, number>; total: number } {
  const counts = new Map<string, number>();
  let total = 0;
  for (const terms of texts) {
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    total += terms.length;
  }
  return { counts, total };
}
