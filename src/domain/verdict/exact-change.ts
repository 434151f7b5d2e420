import { meanOf } from "./cell.ts";
import type { Evidence, TaskEvidence, Wanted } from "./evidence.ts";
import { answer, type Step } from "./step.ts";

const level = 0.05;

/**
 * The next step with an agent that answers the same every time: each task once, each result that changed once more in
 * both arms, then an exact sign test over tasks.
 * @returns undefined as soon as two trials of one task and arm differ: the agent does vary
 */
export function nextExact(evidence: Evidence, runs = Number.POSITIVE_INFINITY): Step | undefined {
  if (evidence.some(varies)) return undefined;
  const untried = indices(evidence, ({ sums }) => sums.candidate.n === 0);
  if (untried.length > 0) return { wanted: untried.map((task) => wantedOf(task, "candidate")) };
  const changed = indices(evidence, (task) => differ(gainOf(task), 0));
  if (changed.length === 0) return answer("not-improved", "no-change");
  const unconfirmed = changed.flatMap((task) => {
    const { baseline, candidate } = evidence[task]!.sums;
    return [
      ...(baseline.n === 0 ? [wantedOf(task, "baseline")] : []),
      ...(candidate.n === 1 ? [wantedOf(task, "candidate")] : []),
    ];
  });
  if (unconfirmed.length > 0) return runs < 2 ? answer("undecided", "runs") : { wanted: unconfirmed };
  const gains = changed.map((task) => gainOf(evidence[task]!));
  const wins = gains.filter((gain) => gain > 0).length;
  const losses = changed.length - wins;
  if (wins < losses && upperTail(changed.length, losses) <= level) return answer("regression", "worse");
  if (wins <= losses) return answer("not-improved", "exact");
  return answer(upperTail(changed.length, wins) <= level ? "improved" : "undecided", "exact");
}

const wantedOf = (task: number, arm: Wanted["arm"]): Wanted => ({ task, arm, stage: "main" });

const indices = (evidence: Evidence, holds: (task: TaskEvidence) => boolean) =>
  evidence.flatMap((task, i) => (holds(task) ? [i] : []));

/** Means of equal scores differ by what adding up floating-point numbers loses. */
const differ = (a: number, b: number) => Math.abs(a - b) > 1e-9;

const gainOf = ({ ledger, sums }: TaskEvidence) => meanOf(sums.candidate) - meanOf(ledger);

function varies({ ledger, main }: TaskEvidence): boolean {
  const { baseline, candidate } = main;
  const before = meanOf(ledger);
  return (
    baseline.some((score) => differ(score, before)) || candidate.some((score) => differ(score, candidate[0]!))
  );
}

/** The chance of at least so many heads among n fair coins. */
function upperTail(n: number, heads: number): number {
  let [ways, tail] = [1, 0];
  for (let k = 0; k <= n; k++) {
    if (k >= heads) tail += ways;
    ways = (ways * (n - k)) / (k + 1);
  }
  return tail / 2 ** n;
}
