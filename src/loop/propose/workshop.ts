import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promptFile, resultFile } from "../../agents/contract.ts";
import { parseResult, type Result } from "../../agents/result.ts";
import { KiraError } from "../../domain/errors.ts";
import type { FileEntry } from "../../domain/paths.ts";
import type { Gateway, Usage } from "../../gateway/contract.ts";
import { makeWritable, removeAll } from "../../git/remove.ts";
import { openScratch } from "../../git/scratch.ts";
import { slotBase } from "../../git/slot-base.ts";
import { listTree } from "../../git/tree.ts";
import type { Manifest } from "../../git/worktree.ts";
import { readLeft } from "../../graders/artifact.ts";
import type { Errand, Returned, Situation } from "../../proposers/contract.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { searchPath } from "../evaluate/attempt.ts";
import { bringBack, type Brought } from "./bring-back.ts";
import { approve } from "../evaluate/comparison.ts";
import { kiraFolder } from "../evaluate/visible.ts";

const outputBytes = 1024 * 1024;

/**
 * Where a proposer's program works: a folder outside the repository that holds the files it may change and nothing
 * else, no bank, no grader, no `.git`; contained as trials are, gone when it has ended.
 * @param tree the tree that the files come from
 */
export function workshop(
  workspace: Workspace,
  { config }: Pick<Rules, "config">,
  tree: string,
  files: ReadonlyMap<string, string>,
  { budget, signal }: Pick<Situation, "budget"> & { readonly signal: AbortSignal | undefined },
): (errand: Errand) => Promise<Returned> {
  const { git, environment } = workspace;
  return async (errand) => {
    await approve(workspace, config);
    const sandbox = await sandboxFor(workspace, errand);
    const entries = await listTree(git, tree);
    const manifest = layout(files, entries);
    const bytes = [...manifest.values()].reduce((sum, { content }) => sum + content.length, 0);
    using scratch = openScratch(git.commonDir, slotBase(bytes, 1));
    const { directory } = scratch;
    scratch.restore(manifest);
    mkdirSync(join(directory, dirname(promptFile), "home"), { recursive: true });
    writeFileSync(join(directory, promptFile), errand.prompt);
    const passed = errand.env.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const { network } = config.evaluate;
    // A program that nothing contains has its own way to its model, and its own login there.
    const isLedThrough = network === "llm" && sandbox.contained;
    await using gateway = isLedThrough
      ? await workspace.gateway(config.propose, { costUsd: budget.costLeft() }, undefined)
      : undefined;
    await using pass = await gateway?.open({ key: randomUUID(), directory });
    const finished = await sandbox.run({
      command: errand.command,
      directory,
      environment: {
        ...Object.fromEntries(passed),
        PATH: searchPath(environment),
        LANG: "C.UTF-8",
        HOME: sandbox.contained ? "/home/agent" : (environment["HOME"] ?? directory),
        KIRA_TASK_FILE: join(directory, promptFile),
        KIRA_WORKSPACE: directory,
        KIRA_RESULT_FILE: join(directory, resultFile),
        ...pass?.environment,
      },
      stdin: errand.prompt,
      timeoutMs: errand.timeoutMs,
      outputBytes,
      mounts: config.agent.mounts,
      network,
      ...(pass === undefined ? {} : { gateway: pass }),
      ...(signal === undefined ? {} : { signal }),
    });
    await pass?.close();
    makeWritable(directory);
    const { result } = parseResult((await readLeft(directory, resultFile)).text);
    removeAll(join(directory, kiraFolder));
    const { exitCode, endedBy, timedOut, exceeded, stdout, stderr, durationMs } = finished;
    return {
      ...{ exitCode, endedBy, timedOut, stderr, exceeded: exceeded !== null, contained: sandbox.contained },
      text: result.text ?? stdout,
      ok: result.ok ?? true,
      ...billOf(result, pass?.usage, gateway?.unpriced.size),
      durationMs: Math.round(durationMs),
      cutOff: gateway?.stopped === undefined ? undefined : whyCutOff(gateway, gateway.stopped),
      trouble: pass?.excuse(exitCode !== 0)?.reason,
      ...withHidden(bringBack(directory, entries, new Set(manifest.keys()), config), files, manifest),
      endedAt: workspace.now().toISOString(),
    };
  };
}

type Bill = Pick<Returned, "costUsd" | "inputTokens" | "outputTokens" | "model">;

/** What the program says of itself beside what was seen from outside: the larger bill holds, and the model that served. */
function billOf(claim: Result, usage: Usage | undefined, unpriced = 0): Bill {
  const { costUsd = 0, inputTokens = 0, outputTokens = 0, model = null } = usage ?? {};
  const claimed = Math.max(0, (claim.tokens ?? 0) - outputTokens);
  return {
    costUsd: unpriced > 0 && claim.costUsd === undefined ? null : Math.max(claim.costUsd ?? 0, costUsd),
    inputTokens: Math.max(inputTokens, claimed),
    outputTokens,
    model: model ?? claim.model ?? null,
  };
}

const whyCutOff = ({ unpriced }: Gateway, why: string) => ({ why, unpriced: unpriced.size > 0 });

/** Logins lie in the user's home: a program that needs one runs without a sandbox, if they said so in this clone. */
async function sandboxFor(workspace: Workspace, { name }: Errand): Promise<Sandbox> {
  const approved = (await workspace.approvals("allowUncontainedProposer")).includes(name);
  const sandbox = workspace.sandbox(approved ? "none" : "bubblewrap");
  await sandbox.check().catch((error: unknown) => {
    if (!(error instanceof KiraError)) throw error;
    const without = `git config --add kira.allowUncontainedProposer ${name}`;
    throw new KiraError("unavailable", `${error.message} Or let this proposer run without: ${without}.`, {
      cause: error,
    });
  });
  return sandbox;
}

/** Our own folder is left out: it is taken away before anything is read. */
function layout(files: ReadonlyMap<string, string>, entries: ReadonlyMap<string, FileEntry>): Manifest {
  return new Map(
    [...files]
      .filter(([path]) => !path.toLowerCase().startsWith(`${kiraFolder}/`))
      .map(([path, text]) => [path, { ...entries.get(path)!, content: Buffer.from(text) }]),
  );
}

/** What was not laid out is as it was. */
function withHidden(brought: Brought, files: ReadonlyMap<string, string>, manifest: Manifest): Brought {
  const hidden = [...files].filter(([path]) => !manifest.has(path));
  return { ...brought, files: new Map([...hidden, ...brought.files]) };
}
