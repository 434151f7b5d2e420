import { createHash } from "node:crypto";
import { chmodSync, existsSync, linkSync, realpathSync, renameSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { backupRef, type Manifest, manifestFile } from "../domain/backup.ts";
import { KiraError } from "../domain/errors.ts";
import { writeBundle } from "../git/bundle.ts";
import { openScratch } from "../git/scratch.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";
import { syncPath } from "./record/durable-file.ts";
import { preserve } from "./record/preserve.ts";
import { deriveStatuses } from "./refresh.ts";
import { restore } from "./restore.ts";

export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly refs: number;
}

/** Writes the whole record and production into one file, and says so only once a restore of it gave the same answers. */
export async function backup(workspace: Workspace, file: string, force: boolean): Promise<Backup> {
  using _lock = workspace.lock("backup");
  expectPlace(file, force);
  // Whoever restores it reads the configuration from the production branch.
  await workspace.rules();
  await preserve(workspace);
  await deriveStatuses(workspace);
  const manifest = await manifestOf(workspace);
  await keep(workspace, manifest);
  {
    // In a folder of its own beside it: what a killed process leaves there goes with the next command.
    using scratch = openScratch(workspace.git.commonDir, realpathSync(dirname(file)));
    const draft = join(scratch.root, basename(file));
    await writeBundle(workspace.git, draft, [...Object.keys(manifest.refs), backupRef]);
    chmodSync(draft, 0o600); // it holds what the agent was asked
    await rehearse(workspace, draft);
    syncPath(draft);
    if (force) renameSync(draft, file);
    else linkSync(draft, file); // fails if a file has come there meanwhile
  }
  syncPath(dirname(file));
  workspace.report({ kind: "step", step: "backup", what: file });
  return { file, bytes: statSync(file).size, refs: Object.keys(manifest.refs).length };
}

function expectPlace(file: string, force: boolean): void {
  if (!existsSync(dirname(file)))
    throw new KiraError("not-found", `There is no folder ${dirname(file)}. Make it, or name another file.`);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new KiraError("invalid", `${file} is a folder. Name a file.`);
  if (found && !force)
    throw new KiraError(
      "conflict",
      `${file} is there already. Name another file, or add --force to replace it.`,
    );
}

async function manifestOf({ git, refs, record, settings, now }: Workspace): Promise<Manifest> {
  const production = `refs/heads/${settings.production}`;
  const prefixes = ["refs/kira", "refs/notes/kira", "refs/tags/kira", "refs/heads/kira", production];
  const found = (await refs.list(...prefixes)).filter(({ name }) => name !== backupRef);
  const { stdout } = await git.userAnswer(["config", "--local", "-z", "--get-regexp", "^kira\\."], {
    answers: [1],
  });
  return {
    v: 1,
    clone: record.journal.cloneId,
    timestamp: now().toISOString(),
    production,
    refs: Object.fromEntries(found.map(({ name, oid }) => [name, oid])),
    approvals: stdout
      .split("\0")
      .filter((setting) => setting !== "" && !setting.startsWith("kira.cloneid\n"))
      .map((setting) => setting.replace("\n", " ")),
  };
}

/** What is not in git comes along as a commit. */
async function keep({ objects, refs, git, now }: Workspace, manifest: Manifest): Promise<void> {
  const oid = await objects.writeBlob(`${JSON.stringify(manifest, null, 2)}\n`);
  const tree = await objects.writeTree(undefined, new Map([[manifestFile, { mode: "100644", oid }]]));
  const person = await git.committer();
  const message = `backup of clone ${manifest.clone}\n`;
  const about = { parents: [], message, author: person, committer: person, at: now() };
  const to = await objects.writeCommit({ tree: tree!, ...about });
  const [before] = await refs.list(backupRef);
  await refs.move([{ ref: backupRef, from: before?.oid, to }]);
}

/** A restore into a repository that is thrown away. */
async function rehearse(workspace: Workspace, file: string): Promise<void> {
  const { git, environment, now } = workspace;
  using scratch = openScratch(git.commonDir, realpathSync(tmpdir()));
  const folder = scratch.directory;
  await git.foreign(["init", "--quiet", "--initial-branch=kira/rehearsal", folder]);
  await restore({ folder, file, now: now(), told: false });
  using there = await openWorkspace({ folder, environment, report: () => undefined });
  there.record.rebuild();
  await deriveStatuses(there);
  await there.git.foreign(["fsck", "--connectivity-only", "--no-dangling", "--no-progress"]);
  if (answersOf(there) === answersOf(workspace) && isBeginning(there, workspace)) return;
  throw new KiraError(
    "conflict",
    "A restore of the backup gives other answers than this repository, so it was thrown away. Run: kira-improve reindex, then back up again.",
  );
}

/** In the words of the record; outcomes may be logged meanwhile, and are compared with its lines. */
function answersOf({ record: { index } }: Workspace): string {
  const { proposals, evaluations, archive, analyses } = index;
  const digest = createHash("sha256");
  for (const list of [proposals.states(), evaluations.list(), archive.list(), analyses.list()])
    digest.update(JSON.stringify(list));
  return digest.digest("hex");
}

function isBeginning({ record: restored }: Workspace, { record }: Workspace): boolean {
  return restored.journal.segments().every((segment) => {
    const bytes = restored.journal.bytes({ segment, offset: 0 });
    return record.journal.bytes({ segment, offset: 0 }).subarray(0, bytes.length).equals(bytes);
  });
}
