import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configFile, configJsonSchema, parseConfig } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import { detectPreset, type PresetName, presets } from "../domain/presets.ts";
import type { ArchiveNode } from "../domain/node.ts";
import { findRepository, readBranch, type Repository } from "../git/repository.ts";
import { Git } from "../git/git.ts";
import { replaceFile } from "../git/replace.ts";
import { plainRefspecs, remoteNames } from "../git/remote.ts";
import { listTree } from "../git/tree.ts";
import type { Workspace } from "../workspace.ts";
import { plantRoot } from "./archive.ts";
import { everyTip } from "./log/history.ts";
import { type HookState, installHook } from "./log/hook.ts";

export interface InitRequest {
  readonly folder: string;
  readonly preset?: PresetName | undefined;
}

export interface Initialised {
  readonly preset: string | null;
  readonly configWritten: boolean;
  /** Whether the configuration stands on the production branch, from where it is read. */
  readonly configCommitted: boolean;
  readonly production: string;
  /** The first node; null in a clone whose nodes come with `sync`. */
  readonly node: ArchiveNode | null;
  readonly hook: HookState;
  readonly index: string;
}

/**
 * What has to be there before a workspace can be opened: the configuration.
 * @throws KiraError `invalid`, before anything is written, without a production branch that has a commit
 */
export async function prepareRepository({
  folder,
  preset,
}: InitRequest): Promise<{ written: boolean; preset: string | null }> {
  const repository = findRepository(folder);
  const git = new Git(repository);
  await git.checkVersion();
  const places = [repository.worktree, repository.mainWorktree].map((folder) => join(folder, configFile));
  const file = places.find((place) => existsSync(place)) ?? places[0]!;
  const home = join(repository.commonDir, "kira");
  let chosen: string | null = null;
  const written = !existsSync(file);
  if (written) {
    const production = await currentBranch(git, repository);
    const paths = [...(await listTree(git, "HEAD")).keys()];
    const name = preset ?? detectPreset(paths);
    chosen = name;
    mkdirSync(home, { recursive: true });
    replaceFile(home, file, renderConfig(production, name));
  }
  const config = parseConfig(readFileSync(file, "utf8"), configFile);
  if (readBranch(repository, config.production) === undefined)
    throw new KiraError(
      "invalid",
      `The production branch ${config.production} does not exist or has no commit. Commit to it, or name another branch as "production" in ${configFile}.`,
    );
  mkdirSync(home, { recursive: true });
  replaceFile(home, join(home, "config.schema.json"), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return { written, preset: chosen ?? config.preset ?? null };
}

/** Sets up a repository; safe to run again. Nothing of the user's is changed but for the files named here. */
export async function init(
  workspace: Workspace,
  prepared: { written: boolean; preset: string | null },
): Promise<Initialised> {
  using _lock = workspace.lock("init");
  const { objects, repository, settings, git, record, indexFile, report } = workspace;
  const production = workspace.live!; // as prepareRepository has made sure
  const { tree } = await objects.readCommit(production);
  const node = await plantRoot(workspace, { config: settings, production, tree });
  const hook = await installHook(workspace);
  // `git log --decorate` would otherwise show every number we ever reserved.
  const excluded = await git.userAnswer(["config", "--local", "--get-all", "log.excludeDecoration"], {
    answers: [1],
  });
  if (!excluded.stdout.split("\n").includes("refs/kira/*"))
    await git.user(["config", "--local", "--add", "log.excludeDecoration", "refs/kira/*"]);
  await fetchTheRecord(git);
  const tips = await everyTip(workspace);
  if (record.index.facts.find("seen") === undefined)
    record.write(() => [{ kind: "seen", timestamp: workspace.now().toISOString(), tips }]);
  const configCommitted = (await objects.find(tree, configFile)) !== undefined;
  report({
    kind: "step",
    step: "init",
    what: `${repository.worktree} is set up`,
    why: node ? `${node.tag} is production as it was found` : "its nodes come with sync",
  });
  return {
    ...prepared,
    configWritten: prepared.written,
    configCommitted,
    production: settings.production,
    node: node ?? null,
    hook,
    index: indexFile,
  };
}

/** A plain clone fetches neither notes nor the refs of the record: what a remote has of them is kept apart. */
export async function fetchTheRecord(git: Git): Promise<void> {
  for (const remote of await remoteNames(git)) {
    const key = `remote.${remote}.fetch`;
    const { stdout } = await git.userAnswer(["config", "--local", "--get-all", key], { answers: [1] });
    for (const refspec of plainRefspecs(remote).filter((wanted) => !stdout.split("\n").includes(wanted)))
      await git.user(["config", "--local", "--add", key, refspec]);
  }
}

async function currentBranch(git: Git, repository: Repository): Promise<string> {
  const { status, stdout } = await git.foreignAnswer(["symbolic-ref", "--quiet", "--short", "HEAD"], {
    answers: [1],
  });
  if (status !== 0)
    throw new KiraError(
      "invalid",
      "HEAD is detached, so there is no branch to take for production. Check a branch out first: git switch <branch>.",
    );
  const branch = stdout.trim();
  if (readBranch(repository, branch) === undefined)
    throw new KiraError(
      "invalid",
      `The branch ${branch} has no commit yet. Commit the agent's configuration first: git add … && git commit.`,
    );
  return branch;
}

function renderConfig(production: string, name: PresetName): string {
  const { allow, protect } = presets[name];
  const config = {
    $schema: "./.git/kira/config.schema.json",
    preset: name,
    production,
    allow,
    protect,
    tasks: "data/tasks",
    index: "data/self-improve.db",
    agent: { use: "command", timeoutSeconds: 60 },
    propose: { model: "offline" },
    evaluate: { threshold: 0.1, concurrency: 2, network: "none" },
    analyze: { days: 7, minFailures: 3 },
    hook: { plainCommits: "agents" },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
