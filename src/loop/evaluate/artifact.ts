import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "../../agents/contract.ts";
import { disguiseOf, type FileEntry } from "../../domain/paths.ts";
import { looksAtFiles, type Task } from "../../domain/task.ts";
import { type Artifact, digest, type Trial } from "../../domain/trial.ts";
import type { Objects } from "../../git/objects.ts";
import { equals, link, type Manifest } from "../../git/restore.ts";
import { leavesTree } from "../../git/worktree.ts";
import type { Workspace } from "../../workspace.ts";

/** An answer up to here stands in the journal's own line, as JSON. */
const inlineBytes = 16 * 1024;
const mostBytes = 4 * 1024 * 1024;
const mostChanges = 2000;
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** What a trial started from: the files, and a tree of them to write changes on. */
export interface Start {
  readonly manifest: Manifest;
  readonly tree: () => Promise<string | undefined>;
}

/** Keeps what an attempt left, so that it can be judged again: the answer, and the files if the task asks for any. */
export async function keep(
  objects: Objects,
  task: Task,
  start: Start,
  directory: string,
  answer: Answer,
): Promise<Artifact> {
  const ending = answer.ending === "timeout" ? "timeout" : "finished";
  const gaveUp = answer.failed ? answer.reason : null;
  const files = looksAtFiles(task) && gaveUp === null ? await keepFiles(objects, start, directory) : null;
  const text = answer.text;
  const inline = Buffer.byteLength(JSON.stringify(text)) <= inlineBytes;
  return {
    digest: digest(ending, gaveUp, text, files),
    ending,
    gaveUp,
    answer: inline ? { text } : { blob: await objects.writeBlob(text) },
    files,
  };
}

export async function answerIn(objects: Objects, { answer }: Artifact): Promise<string> {
  return "text" in answer ? answer.text : (await objects.readBlob(answer.blob)).toString("utf8");
}

/** The same, if it is still there. */
export async function answerIfKept(
  objects: Objects,
  artifact: Artifact | undefined,
): Promise<string | undefined> {
  if (!artifact) return undefined;
  const gone = "blob" in artifact.answer && !(await objects.has(artifact.answer.blob));
  return gone ? undefined : answerIn(objects, artifact);
}

/** Whether all that a task's criteria look at was kept and is still there. */
export async function isKept(objects: Objects, task: Task, artifact: Artifact | undefined): Promise<boolean> {
  if (!artifact) return false;
  if (artifact.gaveUp !== null) return true;
  if ("blob" in artifact.answer && !(await objects.has(artifact.answer.blob))) return false;
  if (!looksAtFiles(task)) return true;
  return artifact.files !== null && (artifact.files === emptyTree || objects.has(artifact.files));
}

/** @returns null if a tree cannot say what is there: an empty folder, a pipe, a name that git refuses, too much */
async function keepFiles(objects: Objects, start: Start, directory: string): Promise<string | null> {
  const { manifest } = start;
  const changes = new Map<string, FileEntry | undefined>();
  const seen = new Set<string>();
  let bytes = 0;
  const walk = async (inside: string): Promise<boolean> => {
    const entries = readdirSync(join(directory, inside), { withFileTypes: true });
    if (entries.length === 0 && inside !== "") return false;
    for (const entry of entries) {
      const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
      const file = join(directory, path);
      if (entry.isDirectory()) {
        if (!(await walk(path))) return false;
        continue;
      }
      seen.add(path);
      const before = manifest.get(path);
      if (before && equals(file, before)) continue;
      if (disguiseOf(path) !== undefined || path.includes("\ufffd")) return false;
      const content = contentOf(file, path);
      if (!content) return false;
      bytes += content.bytes.length;
      if (bytes > mostBytes || changes.size >= mostChanges) return false;
      changes.set(path, { mode: content.mode, oid: await objects.writeBlob(content.bytes) });
    }
    return true;
  };
  try {
    if (!(await walk(""))) return null;
  } catch {
    return null; // deeper than a path may be long, or not readable
  }
  for (const path of manifest.keys()) if (!seen.has(path)) changes.set(path, undefined);
  return (await objects.writeTree(await start.tree(), changes)) ?? emptyTree;
}

function contentOf(file: string, path: string): { mode: string; bytes: Buffer } | undefined {
  const { mode, size, isLink, isFile } = kindOf(file);
  if (isLink) {
    const target = readlinkSync(file);
    return leavesTree(path, target) ? undefined : { mode: link, bytes: Buffer.from(target) };
  }
  if (!isFile || size > mostBytes) return undefined;
  return { mode: (mode & 0o100) === 0 ? "100644" : "100755", bytes: readFileSync(file) };
}

function kindOf(file: string) {
  const found = lstatSync(file);
  return { mode: found.mode, size: found.size, isLink: found.isSymbolicLink(), isFile: found.isFile() };
}

/** Objects of artifacts, by their place in the tree that keeps git from collecting them. */
export function objectsOf({ key, artifact }: Trial): [path: string, entry: FileEntry][] {
  if (!artifact) return [];
  const found: [string, FileEntry][] = [];
  if ("blob" in artifact.answer) found.push([`${key}/answer`, { mode: "100644", oid: artifact.answer.blob }]);
  if (artifact.files !== null && artifact.files !== emptyTree)
    found.push([`${key}/files`, { mode: "040000", oid: artifact.files }]);
  return found;
}

/** Names the objects of a stream's artifacts by `refs/kira/artifacts/<stream>`, so that git keeps them. */
export async function hold(
  { objects, refs, git, now }: Pick<Workspace, "objects" | "refs" | "git" | "now">,
  stream: string,
  entries: ReadonlyMap<string, FileEntry>,
): Promise<void> {
  if (entries.size === 0) return;
  const ref = `refs/kira/artifacts/${stream.replace(":", "/")}`;
  const tip = await refs.findCommit(ref);
  const before = tip === undefined ? undefined : (await objects.readCommit(tip)).tree;
  const tree = (await objects.writeTree(before, entries))!;
  if (tree === before) return;
  const person = await git.committer();
  const message = `artifacts of ${stream}\n`;
  const commit = await objects.writeCommit({
    ...{ tree, parents: [], message, author: person, committer: person, at: now() },
  });
  await refs.move([{ ref, from: tip, to: commit }]);
}
