import type { Look } from "../domain/entry.ts";
import { fit, printable } from "../domain/printable.ts";
import type { Range } from "../domain/rubric/agreement.ts";
import type { Pair } from "../domain/rubric/pairs.ts";
import type { Dispute, Qualified } from "../loop/bank/qualify.ts";
import { dollars, plural, share } from "./numbers.ts";
import { entry, wrap } from "./table.ts";

const mostDisputes = 5;
const mostShown = 4_000;

/** How far a judge agrees with a person, and what that means. */
export function renderQualified(qualified: Qualified, width: number): string {
  const { qualification, agreement, short, disputes, unlabelled } = qualified;
  const { judge, answers, hits, misses, refusals, slips, costUsd, tokens } = qualification;
  const points = hits + misses + refusals + slips;
  const range = ([low, high]: Range) => `(95 %: ${share(low)} to ${share(high)})`;
  const facts = [
    ["Agreement", `${hits + refusals} of ${plural(points, "point")}, kappa ${agreement.kappa.toFixed(2)}`],
    [
      "Sensitivity",
      `${share(agreement.sensitivity)} of points that hold were found to hold ${range(agreement.sensitivityInterval)}`,
    ],
    [
      "Specificity",
      `${share(agreement.specificity)} of points that do not were turned down ${range(agreement.specificityInterval)}`,
    ],
    ["Keeps", `at least ${share(Math.max(0, agreement.keptAtLeast))} of a true difference between two arms`],
    ["Cost", `${dollars(costUsd)}, ${tokens} tokens`],
  ] as const;
  const verdict =
    short === null
      ? `${judge} counts: by ${answers} labelled answers it can be relied on, and verdicts allow for its errors.`
      : `${judge} does not count: ${short}. Word the points more exactly, label more answers, or name another judge.`;
  return [
    wrap(printable(verdict), width),
    "",
    ...facts.map(([name, text]) => entry(name, text, 18, width)),
    ...disputed(disputes, width),
    ...(unlabelled.length === 0
      ? []
      : [
          "",
          wrap(
            `No answer was labelled of ${unlabelled.join(", ")}: their rubrics are taken on trust.`,
            width,
          ),
        ]),
  ].join("\n");
}

function disputed(disputes: readonly Dispute[], width: number): string[] {
  if (disputes.length === 0) return [];
  const lines = disputes.slice(0, mostDisputes).map(({ task, point, person, judgeSays }) => {
    const words = `${task}: “${point}” ${person ? "holds" : "does not hold"} for the person; the judge: ${judgeSays}`;
    return wrap(printable(words.replace(/\s+/g, " ")), width);
  });
  const more = disputes.length - lines.length;
  return ["", "They differ:", ...lines, ...(more > 0 ? [`and on ${plural(more, "more point")}`] : [])];
}

/** A pair as a person sees it: nothing in it says which arm gave which answer, or what the judge thought. */
export function shownPair({ task, prompt, first, baseline, candidate }: Pair) {
  const [a, b] = first === "baseline" ? [baseline, candidate] : [candidate, baseline];
  return { task, prompt, a: a.answer, b: b.answer };
}

export function renderPair(pair: Pair, i: number, count: number, width: number): string {
  const { task, prompt, a, b } = shownPair(pair);
  const text = (words: string) => printable(fit(words.trim(), mostShown)).replace(/^/gm, "  ");
  return [
    `Pair ${i + 1} of ${count}, ${task}: ${wrap(printable(prompt), width)}`,
    `a:\n${text(a)}`,
    `b:\n${text(b)}`,
  ].join("\n");
}

const words = { baseline: "production", candidate: "the proposal", same: "neither" } as const;

export function renderLook(look: Look, contradicted: boolean, proposalId: number, width: number): string {
  const lines = look.pairs.map(
    ({ task, judge, person }) => `  ${task}: you prefer ${words[person]}, the judge ${words[judge]}`,
  );
  const said = contradicted
    ? "You saw something else than the judge in most pairs: the proposal is not merged on its word. Correct the rubrics, or name another judge."
    : `You saw what the judge saw in most pairs. Next: kira-improve merge --proposal-id ${proposalId}`;
  return [...lines, wrap(said, width)].join("\n");
}
