import { cheatsFor, hedge, hedging, type Leaving, type Planted } from "../../domain/cheats.ts";
import type { Config } from "../../domain/config.ts";
import { KiraError } from "../../domain/errors.ts";
import { type Attempt, type Finding, findingOf } from "../../domain/finding.ts";
import { answerFile, looksAtFiles, rubricOf, type Task } from "../../domain/task.ts";
import type { Grade } from "../../domain/trial.ts";
import type { Blobs } from "../../git/objects.ts";
import { openScratch, type Scratch } from "../../git/scratch.ts";
import { slotBase } from "../../git/slot-base.ts";
import { listTree } from "../../git/tree.ts";
import { type Manifest, readManifest } from "../../git/worktree.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import type { Workspace } from "../../workspace.ts";
import { gradeFolder } from "../evaluate/grade.ts";
import { openJudge } from "../evaluate/judge-model.ts";
import { hiddenPaths } from "../evaluate/visible.ts";

/** How often the same work is graded: a grader that then disagrees with itself measures nothing. */
const gradings = 3;

interface Setting {
  readonly sandbox: Sandbox;
  /** What the files of the bank hold. */
  readonly blobs: Blobs;
  readonly config: Config;
  readonly signal?: AbortSignal | undefined;
}

interface Work {
  readonly answer: string;
  readonly files: Manifest;
}

/** Grades, without any agent, what a right attempt and what cheats would leave at each task. */
export async function examine(
  workspace: Workspace,
  setting: Setting,
  tasks: readonly Task[],
): Promise<Finding[]> {
  const solutions = new Map<string, Work>();
  for (const task of tasks) {
    const work = task.impossible ? undefined : await solutionOf(setting.blobs, task);
    if (work) solutions.set(task.name, work);
  }
  const texts = new Map([...solutions].map(([name, work]) => [name, leavingOf(work)]));
  const known = [...new Map([...texts.values()].map((text) => [JSON.stringify(text), text])).values()];
  const base = tasks.some(looksAtFiles) ? await filesOfProduction(workspace, setting) : new Map();
  const found = new Map<Task, Finding[]>();
  // One iterator for all: each task is taken once.
  const waiting = tasks.values();
  const work = async () => {
    using bench = openBench(workspace, setting, base);
    for (const task of waiting)
      found.set(task, await examineTask(bench.grade, task, solutions.get(task.name), known));
  };
  const ended = await Promise.allSettled(Array.from({ length: setting.config.evaluate.concurrency }, work));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
  refuseStopped(setting);
  return tasks.flatMap((task) => found.get(task) ?? []);
}

/** A grading that was cut short looks like a grader that could not work. */
function refuseStopped({ signal }: Pick<Setting, "signal">): void {
  if (signal?.aborted)
    throw new KiraError(
      "interrupted",
      "The check was stopped. Run it again: it kept nothing of what it did.",
    );
}

type GradeWork = (task: Task, work: Work) => Promise<Grade>;

async function examineTask(
  grade: GradeWork,
  task: Task,
  solution: Work | undefined,
  known: readonly Leaving[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const judge = async (attempt: Attempt, work: Work): Promise<Finding | undefined> => {
    const grades: Grade[] = [];
    // How far a model disagrees with itself is part of how far it disagrees with a person, which is measured.
    const times = rubricOf(task) ? 1 : gradings;
    for (let n = 0; n < times; n++) grades.push(await grade(task, work));
    return findingOf(task.name, attempt, grades);
  };
  const add = (finding: Finding | undefined) => finding && findings.push(finding);
  if (solution) add(await judge("oracle", solution));
  for (const cheat of cheatsFor(task.prompt, rubricOf(task)))
    add(await judge(cheat, workOf(cheat.answer, cheat.files)));

  const own = solution && leavingOf(solution);
  const hedged = async (others: readonly Leaving[]) => {
    const all = hedge(own, others);
    return all && judge(hedging, workOf(all.answer, plain(all)));
  };
  let finding = await hedged(known);
  if (finding?.kind === "cheat" && !task.impossible) {
    // What is right at another task may be right here, too: then it is no hedging to begin with it.
    const wrong: Leaving[] = [];
    for (const other of known)
      if ((await grade(task, workOf(other.answer, plain(other)))).score < 1) wrong.push(other);
    finding = await hedged(wrong);
  }
  add(finding);
  const decisive =
    findings.find(({ kind }) => kind === "flaky") ?? findings.find(({ kind }) => kind === "grader");
  return decisive ? [decisive] : findings;
}

/** What a right attempt leaves, if the task says it. */
async function solutionOf(blobs: Blobs, { solution, solutions }: Task): Promise<Work | undefined> {
  const entries = Object.entries(solutions);
  if (solution === undefined && entries.length === 0) return undefined;
  const answer = solutions[answerFile];
  const files = entries.filter(([path]) => path !== answerFile);
  return {
    answer: solution ?? (answer === undefined ? "" : (await blobs.readBlob(answer)).toString("utf8")),
    files: await plainFiles(blobs, files),
  };
}

function workOf(answer: string, files: readonly Planted[]): Work {
  const entry = ({ path, mode, content }: Planted) =>
    [path, { mode, oid: "", content: Buffer.from(content) }] as const;
  return { answer, files: new Map(files.map(entry)) };
}

function leavingOf({ answer, files }: Work): Leaving {
  const texts = [...files].map(([path, { content }]) => [path, content.toString("utf8")]);
  return { answer, files: Object.fromEntries(texts) };
}

const plain = ({ files }: Leaving): Planted[] =>
  Object.entries(files).map(([path, content]) => ({ path, mode: "100644", content }));

/** A place to grade in, laid out as a trial's folder; made when a task looks at files. */
function openBench(
  workspace: Workspace,
  { sandbox, blobs, config, signal }: Setting,
  base: Manifest,
): Disposable & { readonly grade: GradeWork } {
  const { gradeAll, environment, repository } = workspace;
  const judge = openJudge(workspace, { config, signal });
  let scratch: Scratch | undefined;
  let start: { readonly task: Task; readonly files: Manifest } | undefined;
  const nowhere = { root: "/dev/null", directory: "/dev/null" };
  return {
    async grade(task, { answer, files }) {
      refuseStopped({ signal });
      const setting = { sandbox, environment, signal, judge };
      if (!looksAtFiles(task))
        return gradeFolder({ gradeAll, objects: blobs }, setting, task, nowhere, answer);
      if (start?.task !== task) {
        const fixtures = await plainFiles(blobs, Object.entries(task.fixtures));
        start = { task, files: new Map([...base, ...fixtures]) };
      }
      scratch ??= openScratch(
        repository.commonDir,
        slotBase(bytesIn(start.files), config.evaluate.concurrency),
      );
      scratch.restore(laidOver(start.files, files));
      return gradeFolder({ gradeAll, objects: blobs }, setting, task, scratch, answer);
    },
    [Symbol.dispose]: () => scratch?.[Symbol.dispose](),
  };
}

/** All that an agent sees of production. */
async function filesOfProduction({ git, objects, live }: Workspace, { config }: Setting): Promise<Manifest> {
  if (live === undefined) return new Map();
  return readManifest(
    objects,
    await listTree(git, (await objects.readCommit(live)).tree),
    hiddenPaths(config),
  );
}

function plainFiles(blobs: Blobs, files: ReadonlyArray<readonly [string, string]>): Promise<Manifest> {
  const entries = new Map(files.map(([path, oid]) => [path, { mode: "100644", oid }]));
  return readManifest(blobs, entries, () => false);
}

const bytesIn = (files: Manifest) =>
  [...files.values()].reduce((sum, { content }) => sum + content.length, 0);

/** Files put over others. A folder gives way to no file, and a file to no folder. */
function laidOver(below: Manifest, above: Manifest): Manifest {
  if (above.size === 0) return below;
  const folders = new Set([...below.keys()].flatMap(foldersOf));
  const fits = (path: string) => !folders.has(path) && !foldersOf(path).some((folder) => below.has(folder));
  return new Map([...below, ...[...above].filter(([path]) => fits(path))]);
}

/** `a/b/c` lies in `a` and in `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
}
