import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import picomatch from "picomatch";
import { type Agent, type Answer, promptFile, resultFile } from "../agents/contract.ts";
import { type Config, configFile } from "../domain/config.ts";
import { messageOf } from "../domain/errors.ts";
import type { Task } from "../domain/task.ts";
import { digest, type Grade, gradeKey, type Trial, type TrialSpec } from "../domain/trial.ts";
import { listTree } from "../git/tree.ts";
import { makeWritable, type Manifest, openSlot, readManifest, type Slot } from "../git/worktree.ts";
import { readLeft } from "../graders/artifact.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import type { Workspace } from "../workspace.ts";

/** Makes attempts in pooled working trees; each starts from exactly the tree it names. */
export interface TrialRoom extends AsyncDisposable {
  attempt(spec: TrialSpec, slot: number): Promise<Trial>;
}

interface Setting {
  readonly config: Config;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly sandbox: Sandbox;
  /** Any commit; a slot needs one to stand on. */
  readonly commit: string;
  readonly signal?: AbortSignal | undefined;
}

const outputBytes = 1024 * 1024;
const kiraFolder = dirname(promptFile);
const retryDelaysMs = [500, 2_000];

export function openTrialRoom(workspace: Workspace, setting: Setting): TrialRoom {
  const { git, objects, now } = workspace;
  const agent = workspace.agent(setting.config.agent);
  const slots = new Map<number, Promise<Slot>>();
  const manifests = new Map<string, Promise<Manifest>>();
  const hidden = hiddenPaths(setting.config);

  // While git adds a working tree it fails on another one that is half added: one after the other.
  let opened: Promise<unknown> = Promise.resolve();
  const slotAt = (number: number): Promise<Slot> => {
    const known = slots.get(number);
    if (known) return known;
    const slot = opened.then(() => openSlot(git, setting.commit));
    slots.set(number, slot);
    opened = slot;
    return slot;
  };
  const manifestOf = (tree: string): Promise<Manifest> => {
    const manifest =
      manifests.get(tree) ?? listTree(git, tree).then((entries) => readManifest(objects, entries, hidden));
    manifests.set(tree, manifest);
    return manifest;
  };

  const once = async (spec: TrialSpec, number: number): Promise<Trial> => {
    const task = setting.tasks.get(spec.task)!;
    const slot = await slotAt(number);
    const fixtures = await readManifest(objects, entriesOf(task.fixtures), () => false);
    await slot.restore(new Map([...(await manifestOf(spec.tree)), ...fixtures]));
    const seconds = task.timeoutSeconds ?? setting.config.agent.timeoutSeconds;
    const started = performance.now();
    const answer = await attemptTask(workspace, setting, agent, slot.directory, task, spec, seconds * 1000);
    const durationMs = Math.round(performance.now() - started);
    const graded =
      answer.ending === "error"
        ? { score: 0, reason: answer.reason }
        : await grade(workspace, setting, task, slot.directory, answer);
    const { costUsd, tokens, model } = answer;
    const { key, arm, tree, stream, repeat } = spec;
    return {
      key,
      gradeKey: gradeKey(digest(answer.text, answer.ending), task.gradingDigest),
      arm,
      tree,
      task: task.name,
      stream,
      repeat,
      result: resultOf(answer, graded),
      score: graded.score,
      reason: graded.reason.slice(0, 500),
      durationMs,
      costUsd,
      tokens,
      model,
      timestamp: now().toISOString(),
    };
  };

  return {
    async attempt(spec, number) {
      for (const delay of retryDelaysMs) {
        const trial = await once(spec, number);
        if (trial.result !== "error" || setting.signal?.aborted) return trial;
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
      return once(spec, number);
    },
    async [Symbol.asyncDispose]() {
      for (const slot of await Promise.allSettled(slots.values()))
        if (slot.status === "fulfilled") await slot.value[Symbol.asyncDispose]();
    },
  };
}

/** The bank and our own configuration lie in the tree that an agent gets: they are left out of its folder. */
function hiddenPaths({ tasks, index }: Config): (path: string) => boolean {
  return picomatch([tasks, `${tasks}/**`, configFile, index, `${kiraFolder}/**`], {
    dot: true,
    nocase: true,
  });
}

const entriesOf = (blobs: Readonly<Record<string, string>>) =>
  new Map(Object.entries(blobs).map(([path, oid]) => [path, { mode: "100644", oid }]));

async function attemptTask(
  { environment }: Workspace,
  { config, sandbox, signal }: Setting,
  agent: Agent,
  directory: string,
  task: Task,
  { key }: TrialSpec,
  timeoutMs: number,
): Promise<Answer> {
  const home = join(directory, kiraFolder, "home");
  await mkdir(home, { recursive: true });
  await writeFile(join(directory, promptFile), task.prompt);
  const invocation = agent.invoke({ directory, prompt: task.prompt, timeoutMs, seed: key });
  const finished = await sandbox.run({
    command: invocation.command,
    directory,
    environment: {
      PATH: searchPath(environment),
      LANG: "C.UTF-8",
      // A sandbox has an empty one; without it the user's own would be read, with its agent files.
      HOME: sandbox.contained ? "/home/agent" : home,
      ...invocation.environment,
    },
    stdin: invocation.stdin,
    timeoutMs,
    outputBytes,
    mounts: config.agent.mounts,
    network: config.evaluate.network,
    ...(signal === undefined ? {} : { signal }),
  });
  await makeWritable(directory);
  const { text } = await readLeft(directory, resultFile);
  await rm(join(directory, kiraFolder), { recursive: true, force: true });
  return agent.read({ ...finished, resultFile: text });
}

/** Grades what was left behind, with the grader's programs from the production commit, in a folder of their own. */
async function grade(
  { objects, gradeAll, environment }: Workspace,
  { sandbox, signal }: Setting,
  task: Task,
  directory: string,
  answer: Answer,
): Promise<Grade> {
  if (answer.failed) return { score: 0, reason: answer.reason };
  const programs = await mkdtemp(join(tmpdir(), "kira-grader-"));
  try {
    for (const [path, oid] of Object.entries(task.graders)) {
      await mkdir(dirname(join(programs, path)), { recursive: true });
      await writeFile(join(programs, path), await objects.readBlob(oid));
    }
    const named = (argument: string) => (argument in task.graders ? join(programs, argument) : argument);
    return await gradeAll(task.criteria, {
      answer: answer.text,
      directory,
      run: (command, timeoutMs) =>
        sandbox.run({
          command: command.map(named),
          directory,
          environment: { PATH: searchPath(environment), LANG: "C.UTF-8" },
          stdin: answer.text,
          timeoutMs,
          outputBytes: 64 * 1024,
          mounts: [programs],
          network: "none",
          ...(signal === undefined ? {} : { signal }),
        }),
    });
  } catch (error) {
    return { score: Number.NaN, reason: messageOf(error) };
  } finally {
    await rm(programs, { recursive: true, force: true });
  }
}

function resultOf({ ending }: Answer, { score }: Grade): Trial["result"] {
  if (ending === "error" || Number.isNaN(score)) return "error";
  if (ending === "timeout") return "timeout";
  return score === 1 ? "passed" : "failed";
}

/** Where programs are found in a trial: beside the runtime we run on, then where the system keeps them. */
function searchPath({ PATH = "" }: NodeJS.ProcessEnv): string {
  const system = ["/usr/local/bin", "/usr/bin", "/bin"];
  return [
    dirname(process.execPath),
    ...system,
    ...PATH.split(":").filter((path) => path.startsWith("/") && !system.includes(path)),
  ].join(":");
}
