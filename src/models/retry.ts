import type { Deadline } from "./deadline.ts";
import { type Failure, failureIn } from "./failure.ts";

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** So often is tried what fails for a reason that may be there to stay: each try can cost as much as an answer. */
export const fewTries = 3;

/**
 * How long to wait before the next try; undefined if there should be none. Doubles each time, and half of it is
 * left to chance, so that many who were refused together do not come back together; a server that names a time
 * is obeyed.
 * @param tries made so far
 * @param chance in [0, 1)
 */
export function delayMs(
  { kind, retryAfterMs }: Pick<Failure, "kind" | "retryAfterMs">,
  tries: number,
  chance: number,
): number | undefined {
  if (kind !== "busy" && !(kind === "faulty" && tries < fewTries)) return undefined;
  const most = Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1));
  const ours = (most * (1 + chance)) / 2;
  if (retryAfterMs === undefined) return ours;
  // Chance is added to what a server asks for, never taken from it; one that says "at once" is believed twice.
  const asked = retryAfterMs + (chance * Math.min(retryAfterMs, firstDelayMs)) / 2;
  return tries < fewTries ? asked : Math.max(asked, ours);
}

/**
 * Tries until it works, cannot work, or could not within the deadline: it never sleeps only to fail afterwards.
 * @param random numbers in [0, 1)
 * @throws Failure of the last try that came to an end; whatever else is thrown, at once
 */
export async function retry<Result>(
  deadline: Deadline,
  random: Iterator<number, never>,
  attempt: () => Promise<Result>,
): Promise<Result> {
  let last: Failure | undefined;
  for (let tries = 1, delay = 0; ; tries++) {
    try {
      if (delay > 0) await deadline.wait(delay);
      return await attempt();
    } catch (error) {
      if (deadline.ended) throw last ?? error;
      last = failureIn(error);
      if (last === undefined) throw error;
      const next = delayMs(last, tries, random.next().value);
      if (next === undefined || next >= deadline.left()) throw last;
      delay = next;
    }
  }
}
