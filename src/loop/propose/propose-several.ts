import type { KiraError } from "../../domain/errors.ts";
import type { Workspace } from "../../workspace.ts";
import { choosePattern } from "./choose.ts";
import { asMiss } from "./miss.ts";
import { begin, proposeFor, type Proposed, type ProposeRequest } from "../propose.ts";

export interface SeveralRequest extends ProposeRequest {
  readonly count: number;
}

/** What came of several tries, and why some came to nothing. */
export interface Several {
  readonly made: readonly Proposed[];
  readonly failed: readonly { readonly pattern: string; readonly reason: string }[];
}

/**
 * Several candidates at once: one for each pattern first, then other ideas for the worst. A pattern that leads to
 * nothing leaves its turn to the next; what is equal to an earlier one is not made.
 * @throws KiraError of the last try if none came to anything
 */
export async function proposeSeveral(workspace: Workspace, request: SeveralRequest): Promise<Several> {
  const groundwork = await begin(workspace, request);
  const worst = choosePattern(groundwork.analysis, request.pattern);
  const made: Proposed[] = [];
  const failed: { pattern: string; reason: string }[] = [];
  const queue = request.pattern === undefined ? [...groundwork.analysis.patterns] : [worst];
  const { seed } = groundwork;
  let last: KiraError | undefined;
  for (let tries = 0; made.length < request.count; tries++) {
    const pattern = queue.shift();
    if (pattern === undefined || groundwork.budget.exhausted() !== undefined) break;
    try {
      made.push(await proposeFor(workspace, { ...groundwork, seed: seed + tries }, pattern, request));
      queue.push(pattern);
    } catch (error) {
      last = asMiss(error);
      failed.push({ pattern: pattern.id, reason: last.message });
    }
  }
  if (made.length === 0 && last) throw last;
  return { made, failed };
}
