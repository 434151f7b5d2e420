import type { Criterion } from "../domain/task.ts";
import type { Grade } from "../domain/trial.ts";
import { oneLine } from "../domain/printable.ts";

/** The mean of all grades by their criteria's weights, and why it is not 1. */
export async function weigh(
  criteria: readonly Criterion[],
  grade: (criterion: Criterion) => Promise<Grade>,
): Promise<Grade> {
  let [sum, weights] = [0, 0];
  const reasons: string[] = [];
  // One after another: graders may run programs in the same folder.
  for (const criterion of criteria) {
    const { score, reason } = await grade(criterion);
    sum += score * criterion.weight;
    weights += criterion.weight;
    if (score < 1) reasons.push(reason);
  }
  const score = weights === 0 ? 0 : sum / weights;
  const held = criteria.length - reasons.length;
  if (reasons.length === 0) return { score, reason: `All ${criteria.length} criteria hold.` };
  return {
    score,
    reason: oneLine(`${held} of ${criteria.length} criteria hold: ${reasons.join("; ")}.`, 500),
  };
}
