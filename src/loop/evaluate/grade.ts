import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../domain/errors.ts";
import type { Task } from "../../domain/task.ts";
import type { Grade } from "../../domain/trial.ts";
import type { Blobs } from "../../git/objects.ts";
import type { Slot } from "../../git/worktree.ts";
import type { Workspace } from "../../workspace.ts";
import { type AttemptSetting, searchPath } from "./attempt.ts";
import type { Judge, Spent } from "./judge-model.ts";

/** A grade, and what its judge cost if a model gave it. */
export type Graded = Grade & Readonly<Spent>;

export interface GradeSetting extends Omit<AttemptSetting, "config"> {
  readonly judge?: Judge | undefined;
}

/**
 * Grades what was left behind in a slot, with the grader's programs from the production commit, in a folder that the
 * agent could not reach.
 * @returns a score that is not a number if the grader could not work
 */
export async function gradeFolder(
  { objects, gradeAll }: Pick<Workspace, "gradeAll"> & { readonly objects: Blobs },
  { sandbox, environment, signal, judge }: GradeSetting,
  task: Task,
  { root, directory }: Pick<Slot, "root" | "directory">,
  answer: string,
): Promise<Graded> {
  const spent: Spent = { costUsd: 0, tokens: 0 };
  const programs = join(root, "grader");
  const named = (argument: string) => (argument in task.graders ? join(programs, argument) : argument);
  try {
    const grade = await gradeAll(task.criteria, {
      ...{ prompt: task.prompt, answer, directory, judge: judge?.(spent) },
      run: async (command, timeoutMs) => {
        await layOut(objects, task, programs);
        return sandbox.run({
          command: command.map(named),
          directory,
          environment: { PATH: searchPath(environment), LANG: "C.UTF-8", KIRA_WORKSPACE: directory },
          stdin: answer,
          timeoutMs,
          outputBytes: 64 * 1024,
          mounts: [programs],
          network: "none",
          ...(signal === undefined ? {} : { signal }),
        });
      },
    });
    return { ...grade, ...spent };
  } catch (error) {
    return { score: Number.NaN, reason: messageOf(error), ...spent };
  } finally {
    rmSync(programs, { recursive: true, force: true });
  }
}

async function layOut(objects: Blobs, { graders }: Task, programs: string): Promise<void> {
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs);
  for (const [path, oid] of Object.entries(graders)) {
    mkdirSync(dirname(join(programs, path)), { recursive: true });
    writeFileSync(join(programs, path), await objects.readBlob(oid));
  }
}
