import type { Budget } from "../../domain/budget.ts";
import type { FileEntry } from "../../domain/paths.ts";
import { looksAtFiles, type Task } from "../../domain/task.ts";
import { type Grade, gradeKey, resultOf, type Trial, type TrialSpec } from "../../domain/trial.ts";
import type { Tape } from "../../gateway/contract.ts";
import { slotBase } from "../../git/slot-base.ts";
import { listTree } from "../../git/tree.ts";
import { openSlot, readManifest, type Slot } from "../../git/worktree.ts";
import type { Workspace } from "../../workspace.ts";
import { answerIn, keep, type Start } from "./artifact.ts";
import { type AttemptSetting, attemptTask } from "./attempt.ts";
import { type Graded, gradeFolder } from "./grade.ts";
import { openJudge, type Spent } from "./judge-model.ts";
import { Patience } from "./patience.ts";
import { Quota } from "./quota.ts";
import { hiddenPaths } from "./visible.ts";
import { openWayOut } from "./way-out.ts";

/** Makes attempts in pooled working trees; each starts from exactly the tree it names. */
export interface TrialRoom extends AsyncDisposable {
  attempt(spec: TrialSpec, slot: number): Promise<Trial>;
  /** The limit at which trials under way were cut off, if they were: their errors are nobody's. */
  cutOff(): Promise<string | undefined>;
  /** Judges by today's criteria what a stored trial left; the agent does not run. With what its judge cost. */
  regrade(trial: Trial, slot: number): Promise<Regraded>;
}

export interface Regraded extends Trial {
  readonly spent: Readonly<Spent>;
}

interface Setting extends Omit<AttemptSetting, "environment"> {
  readonly tasks: ReadonlyMap<string, Task>;
  /** Any commit; a slot needs one to stand on. */
  readonly commit: string;
  readonly budget: Budget;
  /** The command that goes on after a stop. */
  readonly resume: string;
  readonly tape?: Tape | undefined;
}

export function openTrialRoom(workspace: Workspace, given: Setting): TrialRoom {
  const { git, objects, now, environment } = workspace;
  const setting = { ...given, environment, now, judge: openJudge(workspace, given) };
  const agent = workspace.agent(setting.config.agent);
  const patience = new Patience(workspace);
  const quota = new Quota(workspace, setting);
  const starts = startsFrom(workspace, setting);
  const slots = new Map<number, Promise<Slot>>();
  const wayOut = openWayOut(workspace, given);

  // While git adds a working tree it fails on another one that is half added: one after the other.
  let opened: Promise<unknown> = Promise.resolve();
  const slotAt = (number: number, { manifest }: Pick<Start, "manifest">): Promise<Slot> => {
    const known = slots.get(number);
    if (known) return known;
    const bytes = [...manifest.values()].reduce((sum, { content }) => sum + content.length, 0);
    const base = slotBase(bytes, setting.config.evaluate.concurrency);
    const slot = opened.then(() => openSlot(git, setting.commit, base));
    slots.set(number, slot);
    opened = slot;
    return slot;
  };

  /** A grader that could not work may the next time; what it judges stays as it is. */
  const judge = async (task: Task, slot: Pick<Slot, "root" | "directory">, text: string): Promise<Graded> => {
    const spent = { costUsd: 0, tokens: 0 };
    for (let tries = 0; ; tries++) {
      const { costUsd, tokens, ...grade } = await gradeFolder(workspace, setting, task, slot, text);
      spent.costUsd += costUsd;
      spent.tokens += tokens;
      const isOver = !Number.isNaN(grade.score) || setting.signal?.aborted;
      if (isOver || !(await patience.another(tries, setting.signal))) return { ...grade, ...spent };
    }
  };

  return {
    async attempt(spec, number) {
      const task = setting.tasks.get(spec.task)!;
      const start = await starts(spec.source, task);
      const slot = await slotAt(number, start);
      const { key, arm, source: tree, stream, repeat } = spec;
      const spent = { costUsd: 0, tokens: 0 };
      for (let tries = 0; ; tries++) {
        await quota.open(setting.signal);
        slot.restore(start.manifest);
        const answer = await attemptTask(setting, agent, slot.directory, task, key, await wayOut.gateway());
        spent.costUsd += answer.costUsd;
        spent.tokens += answer.tokens;
        const { durationMs, model } = answer;
        const facts = {
          key,
          arm,
          tree,
          configuration: spec.tree,
          task: task.name,
          stream,
          repeat,
          durationMs,
          ...spent,
          model,
        };
        if (answer.ending === "error") {
          if (answer.retryAt !== null && !answer.hopeless) {
            await quota.usedUp(answer.reason, answer.retryAt, setting.signal);
            tries--; // no try was had
            continue;
          }
          if (!answer.hopeless && (await patience.another(tries, setting.signal))) continue;
          const failed = { gradeKey: "", result: "error", score: 0, reason: answer.reason } as const;
          return { ...facts, ...failed, timestamp: now().toISOString() };
        }
        patience.worked();
        quota.worked();
        const artifact = await keep(objects, task, start, slot.directory, answer);
        const grade = await gradeOf(artifact.gaveUp, () => judge(task, slot, answer.text));
        spent.costUsd += grade.costUsd;
        spent.tokens += grade.tokens;
        return {
          ...facts,
          ...spent,
          ...graded(task, artifact, grade),
          timestamp: now().toISOString(),
          artifact,
        };
      }
    },
    async regrade(trial, number) {
      const task = setting.tasks.get(trial.task)!;
      const artifact = trial.artifact!;
      const grade = await gradeOf(artifact.gaveUp, async () => {
        const text = await answerIn(objects, artifact);
        // No grader of answers looks into a folder.
        if (!looksAtFiles(task)) return judge(task, { root: "/dev/null", directory: "/dev/null" }, text);
        const manifest = await readManifest(objects, await listTree(git, artifact.files!), () => false);
        const slot = await slotAt(number, { manifest });
        slot.restore(manifest);
        return judge(task, slot, text);
      });
      const { costUsd, tokens } = grade;
      return { ...trial, ...graded(task, artifact, grade), spent: { costUsd, tokens } };
    },
    cutOff: wayOut.cutOff,
    async [Symbol.asyncDispose]() {
      await wayOut[Symbol.asyncDispose]();
      for (const slot of await Promise.allSettled(slots.values()))
        if (slot.status === "fulfilled") await slot.value[Symbol.asyncDispose]();
    },
  };
}

async function gradeOf(gaveUp: string | null, judge: () => Promise<Graded>): Promise<Graded> {
  return gaveUp === null ? judge() : { score: 0, reason: gaveUp, costUsd: 0, tokens: 0 };
}

function graded(
  { gradingDigest }: Task,
  artifact: NonNullable<Trial["artifact"]>,
  grade: Grade,
): Pick<Trial, "gradeKey" | "result" | "score" | "reason"> {
  return {
    gradeKey: gradeKey(artifact.digest, gradingDigest),
    result: resultOf(artifact.ending, grade),
    score: Number.isNaN(grade.score) ? 0 : grade.score,
    reason: grade.reason.slice(0, 500),
  };
}

/** What trials start from, read once for each tree and for each task with files of its own. */
function startsFrom(
  { git, objects }: Workspace,
  { config }: Pick<Setting, "config">,
): (tree: string, task: Task) => Promise<Start> {
  const hidden = hiddenPaths(config);
  const once = <Value>(make: (key: string) => Promise<Value>) => {
    const known = new Map<string, Promise<Value>>();
    return (key: string) => known.get(key) ?? known.set(key, make(key)).get(key)!;
  };
  const treeAt = once(async (tree) => {
    const entries = await listTree(git, tree);
    return { entries, manifest: await readManifest(objects, entries, hidden) };
  });
  const starts = new Map<string, Promise<Start>>();
  const start = async (tree: string, fixtures: ReadonlyMap<string, FileEntry>): Promise<Start> => {
    const { entries, manifest: own } = await treeAt(tree);
    const manifest =
      fixtures.size === 0 ? own : new Map([...own, ...(await readManifest(objects, fixtures, () => false))]);
    const left = [...entries.keys()].filter((path) => !manifest.has(path));
    const written = once(() =>
      objects.writeTree(tree, new Map([...left.map((path) => [path, undefined] as const), ...fixtures])),
    );
    return { manifest, tree: () => written("") };
  };
  return (tree, { name, fixtures }) => {
    const files = Object.entries(fixtures).map(([path, oid]) => [path, { mode: "100644", oid }] as const);
    const key = files.length === 0 ? tree : `${tree} ${name}`;
    const known = starts.get(key) ?? start(tree, new Map(files));
    starts.set(key, known);
    return known;
  };
}
