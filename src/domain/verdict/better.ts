import { meanOf } from "./cell.ts";
import type { Evidence, FreshArm, Wanted } from "./evidence.ts";
import { fewestTasks, type Plan } from "./plan.ts";
import { answer, type Step } from "./step.ts";
import { type Estimate, weigh, type Weight } from "./weigh.ts";

/** Fresh baseline trials below which nothing is decided on them. */
const fewestFresh = 8;

/** The next step of the claim *better* with an agent that varies; see `decide` for the guards behind it. */
export function nextBetter(evidence: Evidence, plan: Plan): Step {
  if (evidence.length < fewestTasks) return answer("undecided", "few-tasks");
  if (isSaturated(evidence)) return answer("undecided", "saturated");
  const weight = weigh(evidence, plan.delta, plan.drift);
  const crossed = crossing(weight, plan);
  if (crossed) return crossed;
  const spent = weight.candidateTrials + weight.baselineTrials - plan.pooled;
  const wanted = spent >= plan.cap ? [] : wantedOf(evidence, plan, weight);
  return wanted.length > 0 ? { wanted } : lastLook(weight, plan, spent >= plan.cap ? "cap" : "runs");
}

/** Whether production passes every task in every trial, so that there is nothing to gain. */
export const isSaturated = (evidence: Evidence): boolean =>
  evidence.every(({ ledger }) => ledger.n > 0 && meanOf(ledger) === 1);

/** A bound that the likelihood ratios have crossed. Nothing is accepted on the ledger alone. */
function crossing({ screen, fresh, candidateTrials, baselineTrials }: Weight, plan: Plan): Step | undefined {
  if (candidateTrials === 0) return undefined;
  if (screen.ratio <= -plan.screenReject) return no(screen, plan.drift, "screen");
  if (!fresh || baselineTrials < fewestFresh) return undefined;
  if (fresh.ratio >= plan.accept) return answer("improved", "bound");
  return fresh.ratio <= -plan.reject ? no(fresh, 0, "bound") : undefined;
}

/** No gain; and a loss, if all of its 95 % interval is one. @param drift what the ledger may be wrong by besides */
function no({ delta, information }: Estimate, drift: number, why: "screen" | "bound"): Step {
  const reach = 1.96 * Math.sqrt(1 / information + drift ** 2);
  return delta + reach < 0 ? answer("regression", "worse") : answer("not-improved", why);
}

function lastLook({ fresh }: Weight, { lastZ }: Plan, why: "cap" | "runs"): Step {
  const z = fresh ? fresh.delta * Math.sqrt(fresh.information) : 0;
  return answer(why === "cap" && z >= lastZ ? "improved" : "undecided", why);
}

/** Whether fresh baseline trials are due: the candidate looks good, or nothing has decided for long. */
function isConfirming({ screen, candidateTrials, baselineTrials }: Weight, plan: Plan): boolean {
  if (candidateTrials === 0) return false;
  const z = screen.delta * Math.sqrt(screen.information);
  return baselineTrials > plan.pooled || z >= plan.confirmZ || candidateTrials >= plan.confirmAfter;
}

function wantedOf(evidence: Evidence, plan: Plan, weight: Weight): Wanted[] {
  const eighth = plan.block / 8;
  const behind = weight.candidateTrials - weight.baselineTrials - plan.lag;
  const share = !isConfirming(weight, plan) ? 0 : behind > 0 ? 5 : behind <= -8 ? 0 : 4;
  const picks = new Picks(evidence, plan);
  for (let i = 0; i < Math.round(share * eighth); i++) picks.take("baseline");
  while (picks.wanted.length < plan.block && picks.take("candidate"));
  return picks.wanted;
}

/** Deals trials to tasks: candidate trials evenly, baseline trials where they lag behind most. */
class Picks {
  readonly wanted: Wanted[] = [];
  readonly #counts: { readonly baseline: number; readonly candidate: number; own: number; tried: number }[];
  readonly #runs: number;

  constructor(evidence: Evidence, { runs, pooled }: Plan) {
    this.#runs = runs;
    const own = (n: number) => (pooled === 0 ? n : 0);
    this.#counts = evidence.map(({ sums }) => ({
      baseline: sums.baseline.n,
      candidate: sums.candidate.n,
      own: own(sums.baseline.n),
      tried: sums.candidate.n,
    }));
  }

  /** @returns false if no task may have another trial in this arm */
  take(arm: FreshArm): boolean {
    let [best, most] = [-1, Number.NEGATIVE_INFINITY];
    for (const [task, { baseline, candidate, own, tried }] of this.#counts.entries()) {
      if ((arm === "baseline" ? own : tried) >= this.#runs) continue;
      const need = arm === "baseline" ? candidate - baseline : -candidate;
      if (need > most) [best, most] = [task, need];
    }
    const at = this.#counts[best];
    if (!at) return false;
    this.#counts[best] =
      arm === "baseline"
        ? { ...at, baseline: at.baseline + 1, own: at.own + 1 }
        : { ...at, candidate: at.candidate + 1, tried: at.tried + 1 };
    this.wanted.push({ task: best, arm, stage: "main" });
    return true;
  }
}
