import { type ErrorCode, KiraError } from "../../domain/errors.ts";
import {
  duplicate,
  type Finding,
  flaky,
  inOrder,
  thinness,
  unproven,
  unqualified as notYet,
} from "../../domain/finding.ts";
import { rubricOf, type Task } from "../../domain/task.ts";
import { contradiction, twinsAmong } from "../../domain/twins.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import type { Workspace } from "../../workspace.ts";
import { readFiles, type TaskProblem } from "./bank.ts";
import { quarantined, refuseWithoutJudge, unqualified } from "../evaluate/deciding.ts";
import { examine } from "./grade-bank.ts";

interface Missing {
  readonly tasks: "Tasks with a command criterion" | "Tasks with a rubric";
  readonly code: ErrorCode;
  readonly message: string;
}

export interface BankCheck {
  readonly tasks: number;
  readonly enabled: number;
  readonly heldOut: number;
  readonly families: number;
  readonly impossible: number;
  /** Tasks a verdict can rest on. */
  readonly deciding: number;
  /** Files that cannot be used, and tasks that contradict each other; while there are any, nothing is graded. */
  readonly problems: readonly TaskProblem[];
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Which tasks could not be graded, and why; null if all could. */
  readonly unavailable: Missing | null;
  /** Tasks whose graders were put in quarantine now. */
  readonly newlyQuarantined: readonly string[];
}

/**
 * Whether the bank in the working tree tells right work from wrong: validates every file, then grades each enabled
 * task's solution, which has to pass, and what cheats would leave, which has to fail. No agent runs.
 */
export async function checkTasks(workspace: Workspace, signal?: AbortSignal): Promise<BankCheck> {
  const { tasks, problems: unusable, blobs } = readFiles(workspace);
  const twins = twinsAmong(tasks);
  const contradictions = twins.filter(({ contradict }) => contradict);
  const problems = [
    ...unusable,
    ...contradictions.map((pair) => ({ file: pair.second.file, message: contradiction(pair).message })),
  ];
  const enabled = tasks.filter((task) => task.enabled);
  const waiting = enabled.filter((task) => quarantined(workspace, task) === undefined);
  const sandbox = workspace.sandbox("bubblewrap");
  const { settings } = workspace;
  if (problems.length === 0) refuseWithoutJudge(settings, enabled);
  const noSandbox = waiting.some(runsPrograms) ? await missing(sandbox) : null;
  const noJudge = waiting.some(rubricOf) ? await missingJudge(workspace, signal) : null;
  const unavailable = problems.length === 0 ? (noSandbox ?? noJudge) : null;
  const able = (task: Task) => !(noSandbox && runsPrograms(task)) && !(noJudge && rubricOf(task));
  const graded = problems.length > 0 ? [] : waiting.filter(able);
  const setting = { sandbox, blobs, config: settings, signal };
  const examined = await examine(workspace, setting, graded);
  const newlyQuarantined = quarantine(workspace, graded, examined);

  const inQuarantine = enabled.flatMap((task) => {
    const reason = quarantined(workspace, task);
    return reason === undefined ? [] : [flaky(task.name, reason)];
  });
  const waitingForLabels = enabled.flatMap((task) => {
    const reason = unqualified(workspace, settings, task);
    return reason === undefined ? [] : [notYet(task.name, reason)];
  });
  const apart = new Set(inQuarantine.map(({ task }) => task));
  const notJudged = new Set(waitingForLabels.map(({ task }) => task));
  const deciding = enabled.filter(
    ({ name, impossible }) => !impossible && !apart.has(name) && !notJudged.has(name),
  );
  const findings = [
    ...examined.filter(({ task }) => !apart.has(task)),
    ...inQuarantine,
    ...waitingForLabels,
    ...enabled.filter(isUnproven).map(({ name }) => unproven(name)),
    ...twins.flatMap((pair) => (pair.contradict ? [] : [duplicate(pair)])),
    ...thinness(deciding),
  ];
  return {
    tasks: tasks.length,
    enabled: enabled.length,
    heldOut: enabled.filter(({ split }) => split === "held-out").length,
    families: new Set(enabled.map(({ family, name }) => family ?? name)).size,
    impossible: enabled.filter(({ impossible }) => impossible).length,
    deciding: deciding.length,
    problems,
    findings: inOrder(findings),
    unavailable,
    newlyQuarantined,
  };
}

const runsPrograms = ({ criteria }: Task) => criteria.some(({ type }) => type === "command");

const isUnproven = ({ solution, solutions, impossible }: Task) =>
  !impossible && solution === undefined && Object.keys(solutions).length === 0;

async function missing(sandbox: Sandbox): Promise<Missing | null> {
  try {
    await sandbox.check();
    return null;
  } catch (error) {
    if (!(error instanceof KiraError)) throw error;
    return { tasks: "Tasks with a command criterion", code: error.code, message: error.message };
  }
}

/** Whether nothing answers where the judge should be; whatever else is wrong with it shows when it is asked. */
async function missingJudge(
  { openModel, settings }: Workspace,
  signal: AbortSignal | undefined,
): Promise<Missing | null> {
  const { judge } = settings.evaluate;
  if (judge === undefined) return null;
  try {
    await (await openModel(judge)).list(signal);
    return null;
  } catch (error) {
    if (!(error instanceof KiraError)) throw error;
    if (!["absent", "denied"].includes(String(error.details["reason"]))) return null;
    return { tasks: "Tasks with a rubric", code: error.code, message: error.message };
  }
}

/** Records which graders disagree with themselves. @returns the tasks they were found at */
function quarantine(
  { record, now }: Workspace,
  tasks: readonly Task[],
  findings: readonly Finding[],
): readonly string[] {
  const reasons = new Map(
    findings.flatMap(({ kind, task, what }) => (kind === "flaky" ? [[task, what] as const] : [])),
  );
  if (reasons.size === 0) return [];
  const entries = record.write(({ quarantine }) =>
    tasks.flatMap(({ name: task, gradingDigest }) => {
      const reason = reasons.get(task);
      if (reason === undefined || quarantine.find(gradingDigest)) return [];
      return [{ kind: "quarantine" as const, task, gradingDigest, reason, timestamp: now().toISOString() }];
    }),
  );
  return entries.map(({ task }) => task);
}
