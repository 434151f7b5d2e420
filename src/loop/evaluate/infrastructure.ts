import { KiraError } from "../../domain/errors.ts";
import { arms, isEvidence, type Trial } from "../../domain/trial.ts";
import { mean } from "../../domain/verdict/cell.ts";
import { permutationTest } from "../../domain/verdict/exact.ts";

/** Above this share of errors in an arm, what is left is not evidence. */
const mostErrors = 0.1;
/** Errors that an evaluation takes before their share is looked at while it runs. */
const patience = 4;

/** Stops an evaluation in which failures of the infrastructure come thick. @param last the trials just made */
export function refuseHopeless(trials: readonly Trial[], last: readonly Trial[]): void {
  const errors = trials.filter((trial) => !isEvidence(trial)).length;
  if (errors === 0) return;
  const nothingWorks = last.length > 0 && !last.some(isEvidence);
  if (nothingWorks || errors > Math.max(patience, mostErrors * trials.length)) throw noVerdict(trials);
}

/** Failures of the infrastructure are no failures of the agent: too many, or more in one arm, and nothing is judged. */
export function refuseBadInfrastructure(trials: readonly Trial[]): void {
  const errors = arms.map((arm) =>
    trials.filter((trial) => trial.arm === arm).map((trial) => Number(!isEvidence(trial))),
  );
  const [baseline = [], candidate = []] = errors;
  const lopsided =
    Math.min(permutationTest(baseline, candidate), permutationTest(candidate, baseline)) < 0.025;
  if (lopsided || errors.some((arm) => mean(arm) > mostErrors)) throw noVerdict(trials);
}

function noVerdict(trials: readonly Trial[]): KiraError {
  const counts = arms.map((arm) => {
    const mine = trials.filter((trial) => trial.arm === arm);
    return `${mine.filter((trial) => !isEvidence(trial)).length} of ${mine.length}`;
  });
  const example = trials.find((trial) => !isEvidence(trial))?.reason;
  return new KiraError(
    "unavailable",
    `There is no verdict: ${counts[0]} baseline and ${counts[1]} candidate trials failed for reasons that are not the agent's (${example}). Mend that and run the same command; finished trials are kept.`,
  );
}
