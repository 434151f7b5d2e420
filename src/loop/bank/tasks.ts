import { basename, dirname } from "node:path";
import type { Config } from "../../domain/config.ts";
import { KiraError } from "../../domain/errors.ts";
import type { FileEntry } from "../../domain/paths.ts";
import { answerFile, parseTask, rubricOf, type Task, type TaskBank } from "../../domain/task.ts";
import { digest } from "../../domain/trial.ts";
import { refuseContradictions } from "../../domain/twins.ts";
import { listTree } from "../../git/tree.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { judgeDigest } from "../evaluate/deciding.ts";

/** Beside a `task.json`: a right answer, and the programs that judge. Neither is put before the agent. */
const notFixtures = /^(solution|grader)\//;

/**
 * The task bank as it stands on the production branch; what a candidate says about it does not count.
 * @throws KiraError `invalid` for a task that cannot be parsed, two of one name, two that contradict each other, or no
 *   task that is enabled
 * @param where the branch or commit, as messages name it
 */
export async function readBank(
  { git, objects }: Pick<Workspace, "git" | "objects">,
  { config, tree }: Pick<Rules, "config" | "tree">,
  where = config.production,
): Promise<TaskBank> {
  const files = await listTree(git, tree, config.tasks);
  const tasks = new Map<string, Task>();
  for (const [file, { oid }] of files) {
    if (!isTaskFile(file, config.tasks)) continue;
    const task = makeTask(file, (await objects.readBlob(oid)).toString("utf8"), files, config);
    const twin = tasks.get(task.name);
    if (twin)
      throw new KiraError(
        "invalid",
        `${twin.file} and ${file} both describe the task "${task.name}". Rename one of them.`,
      );
    tasks.set(task.name, task);
  }
  if (tasks.size === 0)
    throw new KiraError(
      "invalid",
      `There are no tasks in ${config.tasks} on ${where}. Write some, or start from a failure with: kira-improve tasks add --from-outcome <id>; then commit them.`,
    );
  if (![...tasks.values()].some(({ enabled }) => enabled))
    throw new KiraError(
      "invalid",
      `No task in ${config.tasks} on ${where} is enabled. Enable one with: kira-improve tasks enable <name>; then commit it.`,
    );
  refuseContradictions([...tasks.values()]);
  return bankOf([...tasks.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/** `<name>.json` in the bank's folder, or `task.json` in a folder of its own. */
export function isTaskFile(file: string, folder: string): boolean {
  const inside = file.slice(folder.length + 1);
  return inside.endsWith(".json") && (!inside.includes("/") || /^[^/]+\/task\.json$/.test(inside));
}

export function bankOf(tasks: readonly Task[]): TaskBank {
  const enabled = tasks.filter((task) => task.enabled);
  return {
    tasks,
    digest: digest(
      ...enabled.flatMap(({ name, attemptDigest, gradingDigest, impossible }) => [
        ...[name, attemptDigest, gradingDigest],
        ...(impossible ? ["impossible"] : []),
      ]),
    ),
    attempts: digest(...enabled.flatMap(({ name, attemptDigest }) => [name, attemptDigest])),
  };
}

/** A task with what lies beside it. */
export function makeTask(
  file: string,
  text: string,
  files: ReadonlyMap<string, FileEntry>,
  config: Pick<Config, "evaluate">,
): Task {
  const task = parseTask(text, file);
  const stem = basename(file) === "task.json" ? basename(dirname(file)) : basename(file, ".json");
  if (task.name !== stem)
    throw new KiraError(
      "invalid",
      `The task in ${file} calls itself "${task.name}". Its name has to be "${stem}", like the file's.`,
      { file },
    );
  const folder = basename(file) === "task.json" ? `${dirname(file)}/` : undefined;
  const beside = [...files].flatMap(([path, { oid }]) =>
    folder !== undefined && path.startsWith(folder) && path !== file
      ? [[path.slice(folder.length), oid] as const]
      : [],
  );
  const fixtures = Object.fromEntries(beside.filter(([path]) => !notFixtures.test(path)));
  const graders = Object.fromEntries(beside.filter(([path]) => path.startsWith("grader/")));
  const solutions = Object.fromEntries(
    beside.flatMap(([path, oid]) =>
      path.startsWith("solution/") ? [[path.slice("solution/".length), oid]] : [],
    ),
  );
  if (task.solution !== undefined && answerFile in solutions)
    throw new KiraError(
      "invalid",
      `The task ${file} has two right answers, "solution" and solution/${answerFile}. Keep one of them.`,
      { file },
    );
  return {
    ...task,
    file,
    fixtures,
    graders,
    solutions,
    attemptDigest: digest(task.prompt, JSON.stringify(fixtures), task.timeoutSeconds ?? null),
    gradingDigest: digest(
      JSON.stringify(task.criteria),
      JSON.stringify(graders),
      ...(rubricOf(task) ? [judgeDigest(config)] : []),
    ),
  };
}
