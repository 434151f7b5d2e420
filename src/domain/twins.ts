import { KiraError } from "./errors.ts";
import type { Task } from "./task.ts";
import { digest } from "./trial.ts";

/** Two enabled tasks that put exactly the same before the agent. */
export interface Twins {
  readonly first: Task;
  readonly second: Task;
  /** Whether they ask for different things; else one answer counts double. */
  readonly contradict: boolean;
}

/** Each task with the first one that asks the same, if there is one. */
export function twinsAmong(tasks: readonly Task[]): Twins[] {
  const firsts = new Map<string, Task>();
  const twins: Twins[] = [];
  for (const task of tasks) {
    if (!task.enabled) continue;
    // Not the time limit: an answer that is right is so however long it took.
    const asked = digest(task.prompt, JSON.stringify(task.fixtures));
    const first = firsts.get(asked);
    if (first) twins.push({ first, second: task, contradict: judged(first) !== judged(task) });
    else firsts.set(asked, task);
  }
  return twins;
}

/** @throws KiraError `invalid`: no agent can satisfy both */
export function refuseContradictions(tasks: readonly Task[]): void {
  const pair = twinsAmong(tasks).find(({ contradict }) => contradict);
  if (pair) throw contradiction(pair);
}

export function contradiction({ first, second }: Twins): KiraError {
  return new KiraError(
    "invalid",
    `${first.file} and ${second.file} ask the same and judge it differently. Give them the same criteria, change a prompt, or disable one of them.`,
    { file: second.file },
  );
}

/** In whatever order the criteria stand. */
const judged = ({ criteria, graders, impossible }: Task) =>
  digest(
    ...criteria.map((criterion) => JSON.stringify(criterion)).sort(),
    JSON.stringify(graders),
    impossible,
  );
