import { devNull } from "node:os";
import { KiraError } from "../domain/errors.ts";
import type { Report } from "../domain/event.ts";
import { Git } from "../git/git.ts";
import { findRepository, type Repository } from "../git/repository.ts";
import { configText, indexFileOf } from "../logbook.ts";
import { bubblewrap } from "../sandbox/bubblewrap.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";
import { checkAgent, checkModel } from "./doctor/agent.ts";
import { checkBank } from "./doctor/bank.ts";
import { type Check, failure, told, warning } from "./doctor/check.ts";
import { checkConfig, unreadable } from "./doctor/config.ts";
import { type EscapeMatrix, escapeMatrix } from "./doctor/escape-matrix.ts";
import { checkHook } from "./doctor/hook.ts";
import { checkIndexFile } from "./doctor/index-file.ts";
import { checkLeftovers } from "./doctor/leftovers.ts";
import { checkGit, checkNode, checkSandbox } from "./doctor/machine.ts";
import { checkParents } from "./doctor/parents.ts";
import { checkRecord } from "./doctor/record.ts";
import { checkRemotes } from "./doctor/remotes.ts";

export interface Diagnosis {
  /** No check failed; there may be warnings. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
  /** What was mended, as it was found before. */
  readonly mended: readonly string[];
  /** Only if it was asked for, and the sandbox works. */
  readonly matrix?: EscapeMatrix;
}

export interface DoctorRequest {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  /** Tries every escape from the sandbox. */
  readonly sandbox?: boolean;
  /** Reads everything that is kept, not only what tells quickly. */
  readonly full?: boolean;
  /** Applies the fixes by which nobody can lose anything. */
  readonly fix?: boolean;
  readonly signal?: AbortSignal;
}

/** Looks whether this machine and this repository have what the loop needs; works outside a repository, too. */
export async function doctor(request: DoctorRequest): Promise<Diagnosis> {
  const { environment, folder, signal } = request;
  const searchPath = environment["PATH"] ?? "";
  const sandbox = bubblewrap({ searchPath, repository: repositoryAt(folder)?.mainWorktree ?? devNull });
  const first = await look(request, sandbox, searchPath);
  const mended = request.fix ? first.filter(({ mend }) => mend !== undefined) : [];
  const checks = mended.length === 0 ? first : await look({ ...request, fix: false }, sandbox, searchPath);
  const healthy = checks.every(({ level }) => level !== "failure");
  const diagnosis = { healthy, checks, mended: mended.map(({ found }) => found) };
  const works = checks.some(({ what, level }) => what === "sandbox" && level === "ok");
  if (!request.sandbox || !works) return diagnosis;
  const matrix = await escapeMatrix(sandbox, signal);
  const holds = matrix.probes.every(({ held }) => held !== "escaped" && held !== "untried");
  return { ...diagnosis, healthy: healthy && holds, matrix };
}

function repositoryAt(folder: string): Repository | undefined {
  try {
    return findRepository(folder);
  } catch {
    return undefined; // told by the check of the repository
  }
}

async function look(request: DoctorRequest, sandbox: Sandbox, searchPath: string): Promise<Check[]> {
  const { folder } = request;
  const here = { worktree: folder, mainWorktree: folder, gitDir: folder, commonDir: folder };
  const git = await checkGit(new Git(repositoryAt(folder) ?? here), searchPath);
  const machine = [...git, checkNode(), await checkSandbox(sandbox, searchPath), checkParents()];
  if (git.some(({ level }) => level === "failure")) return machine;
  try {
    return [...machine, ...(await checkRepository(request, sandbox))];
  } catch (error) {
    if (!(error instanceof KiraError)) throw error;
    const why = "What the agent's configuration is, and what became of it, is read from there.";
    const isOutside = repositoryAt(folder) === undefined;
    return [...machine, (isOutside ? warning : failure)("repository", { ...told(error), why })];
  }
}

async function checkRepository(request: DoctorRequest, sandbox: Sandbox): Promise<Check[]> {
  const repository = findRepository(request.folder);
  if (configText(repository) === undefined)
    return [
      warning("repository", {
        found: `${repository.worktree} has not been set up.`,
        why: "Nothing is recorded here yet.",
        fix: "kira-improve init",
      }),
    ];
  const trouble = await unreadable(new Git(repository), repository);
  if (trouble) return [trouble];
  const index = checkIndexFile(indexFileOf(repository), request.full ?? false);
  // Opening it for work mends it: only if that was asked for.
  if (index.level !== "ok" && !request.fix) return [index];
  const opening = index.level === "ok" ? index : { ...index, mend: () => Promise.resolve() };
  using workspace = await openWorkspace(request);
  workspace.record.catchUp();
  const checks = [opening, ...(await checkWorkspace(workspace, request, sandbox))];
  if (request.fix) for (const { mend } of checks) await mend?.();
  return checks;
}

async function checkWorkspace(
  workspace: Workspace,
  { full, signal }: DoctorRequest,
  sandbox: Sandbox,
): Promise<Check[]> {
  const { check, rules } = await checkConfig(workspace);
  const own = [
    check,
    await checkHook(workspace),
    await checkRemotes(workspace),
    ...(await checkLeftovers(workspace)),
    ...(full ? await checkRecord(workspace) : []),
  ];
  if (rules === undefined) return own;
  return [
    ...own,
    await checkBank(workspace, rules),
    await checkAgent(workspace, rules, sandbox, signal),
    await checkModel(workspace, rules, signal),
  ];
}
