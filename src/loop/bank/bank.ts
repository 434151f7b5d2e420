import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { KiraError } from "../../domain/errors.ts";
import type { FileEntry } from "../../domain/paths.ts";
import { slugOf } from "../../domain/proposal.ts";
import type { Task } from "../../domain/task.ts";
import type { Blobs } from "../../git/objects.ts";
import { replaceFile } from "../../git/replace.ts";
import type { Workspace } from "../../workspace.ts";
import { isTaskFile, makeTask } from "./tasks.ts";

export interface TaskProblem {
  readonly file: string;
  readonly message: string;
}

export type Bank = Pick<Workspace, "repository" | "settings" | "home">;

/** The bank in the working tree: what the user is looking at, not what decides. */
export interface BankFiles {
  readonly tasks: readonly Task[];
  readonly problems: readonly TaskProblem[];
  /** Of its files, none of which needs to be in git. */
  readonly blobs: Blobs;
}

export function readFiles({ repository, settings }: Bank): BankFiles {
  const folder = join(repository.worktree, settings.tasks);
  const paths = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          relative(repository.worktree, join(entry.parentPath, entry.name)).split(sep).join("/"),
        )
        .sort()
    : [];
  const entries = new Map<string, FileEntry>(
    paths.map((path) => [path, { mode: "100644", oid: blobId(join(repository.worktree, path)) }]),
  );
  const byOid = new Map([...entries].map(([path, { oid }]) => [oid, join(repository.worktree, path)]));
  const tasks = new Map<string, Task>();
  const problems: TaskProblem[] = [];
  for (const file of paths.filter((path) => isTaskFile(path, settings.tasks))) {
    try {
      const task = makeTask(file, readFileSync(join(repository.worktree, file), "utf8"), entries, settings);
      const twin = tasks.get(task.name);
      if (twin)
        throw new KiraError(
          "invalid",
          `${twin.file} and ${file} both describe the task "${task.name}". Rename one of them.`,
        );
      tasks.set(task.name, task);
    } catch (error) {
      if (!(error instanceof KiraError)) throw error;
      problems.push({ file, message: error.message });
    }
  }
  const blobs = { readBlob: (oid: string) => readFile(byOid.get(oid)!) };
  return { tasks: [...tasks.values()], problems, blobs };
}

function blobId(file: string): string {
  const bytes = readFileSync(file);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** @throws KiraError `invalid` if a file cannot be used */
export function listTasks(bank: Bank): Task[] {
  const { tasks, problems } = readFiles(bank);
  const [problem] = problems;
  if (problem) throw new KiraError("invalid", problem.message, { file: problem.file });
  return [...tasks];
}

/** @throws KiraError `not-found` */
export function showTask(bank: Bank, name: string): Task {
  const task = listTasks(bank).find((candidate) => candidate.name === name);
  if (task) return task;
  throw new KiraError("not-found", `There is no task "${name}". See them with: kira-improve tasks list.`);
}

/** Changes one word of a task's file and nothing else of it. */
export function setEnabled(bank: Bank, name: string, enabled: boolean): string {
  const { file } = showTask(bank, name);
  const path = join(bank.repository.worktree, file);
  const text = readFileSync(path, "utf8");
  const stated = /("enabled"\s*:\s*)(true|false)/;
  const changed = stated.test(text)
    ? text.replace(stated, `$1${enabled}`)
    : text.replace(/\{/, `{\n  "enabled": ${enabled},`);
  replaceFile(bank.home, path, changed);
  return file;
}

/** A task file made from a logged outcome, disabled until a person has completed it. */
export function addTask(
  { record, repository, settings, home }: Bank & Pick<Workspace, "record">,
  outcomeId: number,
): { file: string } {
  const outcome = record.index.outcomes.find(outcomeId);
  if (!outcome)
    throw new KiraError(
      "not-found",
      `There is no outcome ${outcomeId}. Outcomes are numbered as kira-improve log prints them.`,
    );
  const name = slugOf(outcome.task);
  const file = `${settings.tasks}/${name}.json`;
  const path = join(repository.worktree, file);
  if (existsSync(path))
    throw new KiraError("conflict", `${file} is there already. Edit it, or rename it and run this again.`);
  const task = {
    name,
    description: outcome.notes ?? `From outcome ${outcomeId}`,
    category: outcome.category,
    prompt: outcome.task,
    criteria: [{ type: "text", contains: "what a right answer says" }],
    difficulty: "medium",
    enabled: false,
    split: "seen",
    family: outcome.category,
  };
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(home, path, `${JSON.stringify(task, null, 2)}\n`);
  return { file };
}
