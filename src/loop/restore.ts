import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { backupRef, type Manifest, manifestFile, parseManifest } from "../domain/backup.ts";
import { configFile } from "../domain/config.ts";
import type { Entry } from "../domain/entry.ts";
import { KiraError } from "../domain/errors.ts";
import { settleCalls } from "../git/call.ts";
import { headsOf, unbundle } from "../git/bundle.ts";
import { Git, withoutHooks } from "../git/git.ts";
import { Objects } from "../git/objects.ts";
import { listParts, parseParts } from "../git/journal-parts.ts";
import { type Move, Refs } from "../git/refs.ts";
import { findRepository } from "../git/repository.ts";
import { rememberConfig } from "../logbook.ts";
import { endOfBatches } from "../store/batch.ts";
import { acquireLock } from "../store/lock.ts";
import { writeDurably } from "./durable-file.ts";
import { journalRef } from "./preserve.ts";

export interface Restored {
  readonly clone: string;
  readonly made: string;
  readonly refs: number;
  /** Refs that stand elsewhere here and stay. */
  readonly kept: readonly string[];
  readonly approvals: readonly string[];
}

const lockWaitMs = 3_000;

/**
 * Brings a backup's record into a repository that has none, or an older state of the same one. Production and
 * branches that are there stay where they are.
 */
export async function restore(folder: string, file: string, now: string): Promise<Restored> {
  expectFile(file);
  const repository = findRepository(folder);
  const git = new Git(repository);
  const objects = new Objects(repository.commonDir);
  const manifest = await readBackup(git, objects, file);
  const home = join(repository.commonDir, "kira");
  mkdirSync(home, { recursive: true });
  using _lock = acquireLock(join(home, "writer.lock"), lockWaitMs, "restore", now);
  (await settleCalls(repository.commonDir)).forget();
  const journal = await journalOf(git, objects, manifest);
  const before = expectOlder(home, manifest, journal);
  const refs = new Refs(git);
  const { moves, kept } = await movesFor(refs, manifest, before);
  const production = moves.find(({ ref }) => ref === manifest.production);
  const others = moves.filter((move) => move !== production);
  if (others.length > 0) await refs.move(others);
  // A branch that has no commit yet is brought to its first together with the files.
  if (production) await bear(git, refs, production);
  const target = join(home, "journal", manifest.clone);
  mkdirSync(target, { recursive: true });
  for (const [segment, bytes] of journal) writeDurably(join(target, `${segment}.jsonl`), bytes);
  const config = await objects.find(
    (await objects.readCommit(manifest.refs[manifest.production]!)).tree,
    configFile,
  );
  const remembered = join(home, "config.json");
  if (config && !existsSync(remembered))
    rememberConfig(home, (await objects.readBlob(config.oid)).toString("utf8"));
  // Until this, the repository has no record of its own; from here on it is that clone.
  writeDurably(join(home, "clone-id"), Buffer.from(manifest.clone));
  return {
    clone: manifest.clone,
    made: manifest.timestamp,
    refs: moves.length,
    kept,
    approvals: manifest.approvals,
  };
}

function expectFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new KiraError("not-found", `There is no file ${file}. Name the file of a backup.`);
  if (!found.isFile()) throw new KiraError("invalid", `${file} is no file. Name the file of a backup.`);
}

async function readBackup(git: Git, objects: Objects, file: string): Promise<Manifest> {
  const { [backupRef]: commit, ...heads } = Object.fromEntries(await headsOf(git, file));
  if (commit === undefined)
    throw new KiraError(
      "invalid",
      `${file} is a git bundle, but no backup: it lacks ${backupRef}. Name a file that kira-improve backup wrote.`,
    );
  await unbundle(git, file, [commit, ...Object.values(heads)]);
  const entry = await objects.find((await objects.readCommit(commit)).tree, manifestFile);
  const text = entry === undefined ? "" : (await objects.readBlob(entry.oid)).toString("utf8");
  const manifest = parseManifest(text, file);
  const { refs, production, clone } = manifest;
  const names = Object.keys(refs);
  const told =
    names.length === Object.keys(heads).length && names.every((name) => refs[name] === heads[name]);
  if (told && refs[production] !== undefined && refs[journalRef(clone)] !== undefined) return manifest;
  throw new KiraError("invalid", `${file} does not hold what it says it holds. Take another backup.`);
}

type Segments = ReadonlyMap<string, Buffer>;

/** The journal's segments as the backup has them. @throws KiraError `invalid` if a part is missing */
async function journalOf(git: Git, objects: Objects, { refs, clone }: Manifest): Promise<Segments> {
  const segments = new Map<string, Buffer[]>();
  let length = 0;
  for (const { at, oid } of parseParts(await git.foreign(listParts(refs[journalRef(clone)]!)))) {
    const segment = String(at.segment).padStart(6, "0");
    const parts = segments.get(segment) ?? [];
    if (parts.length === 0) length = 0;
    if (at.offset !== length)
      throw new KiraError(
        "invalid",
        `The journal in the backup lacks what comes before byte ${at.offset} of segment ${at.segment}. Take another.`,
      );
    const bytes = await objects.readBlob(oid);
    parts.push(bytes);
    segments.set(segment, parts);
    length += bytes.length;
  }
  return new Map([...segments].map(([segment, parts]) => [segment, Buffer.concat(parts)]));
}

/**
 * @returns the id of the clone that this was until now, if it has recorded nothing but where it began
 * @throws KiraError `conflict` if there is a record here that the backup does not continue
 */
function expectOlder(home: string, { clone }: Manifest, journal: Segments): string | undefined {
  const idFile = join(home, "clone-id");
  const own = existsSync(idFile) ? readFileSync(idFile, "utf8").trim() : clone;
  const folder = join(home, "journal", own);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{6}\.jsonl$/.test(name)) : [];
  for (const name of names) {
    const here = readFileSync(join(folder, name));
    const whole = here.subarray(0, endOfBatches(here)).toString("utf8"); // a torn end says nothing either
    if (whole.split("\n").filter(Boolean).every(saysNothing)) continue;
    if (own === clone) {
      const there = journal.get(name.slice(0, 6)) ?? Buffer.alloc(0);
      if (there.subarray(0, here.length).equals(here)) continue;
      throw new KiraError(
        "conflict",
        `The record here is ${here.subarray(0, there.length).equals(there) ? "newer than" : "not the one of"} the backup, and nothing was changed. Restore into a fresh clone.`,
      );
    }
    throw new KiraError(
      "conflict",
      `This repository has a record of its own, of clone ${own}; the backup is of clone ${clone}. Restore into a fresh clone.`,
    );
  }
  return own === clone ? undefined : own;
}

/** What `init` and a first look write, also after a restore that was killed: a restored record says as much itself. */
function saysNothing(line: string): boolean {
  const entry = JSON.parse(line) as Entry;
  if (entry.kind === "node") return entry.parentId === null && entry.proposalId === null;
  return entry.kind === "seen" || (entry.kind === "operation" && ["init", "recover"].includes(entry.command));
}

/** What is missing here is made, what stands elsewhere stays. @throws KiraError `conflict` where both cannot be */
async function movesFor(
  refs: Refs,
  manifest: Manifest,
  before: string | undefined,
): Promise<{ moves: Move[]; kept: string[] }> {
  const present = new Map((await refs.list("refs")).map((ref) => [ref.name, ref]));
  const moves: Move[] = [];
  const kept: string[] = [];
  const old = before === undefined ? undefined : present.get(journalRef(before));
  if (old) moves.push({ ref: old.name, from: old.oid, to: undefined });
  for (const [ref, to] of Object.entries(manifest.refs)) {
    const here = present.get(ref);
    if (here?.oid === to) continue;
    const ours = ref === journalRef(manifest.clone) || ref.startsWith("refs/kira/artifacts/");
    if (here === undefined || ours) moves.push({ ref, from: here?.oid, to });
    else if (/^refs\/kira\/(ids|rejected|exchanges)\//.test(ref))
      throw new KiraError(
        "conflict",
        `${ref} names something else here than in the backup, and nothing was changed. Restore into a fresh clone.`,
      );
    else if (ref.startsWith("refs/tags/") && here.target === (await refs.findCommit(to))) continue;
    else if (await refs.isAncestor(here.target, to)) {
      if (ref.startsWith("refs/heads/")) kept.push(ref);
      else moves.push({ ref, from: here.oid, to });
    } else kept.push(ref);
  }
  const production = manifest.refs[manifest.production]!;
  if (kept.includes(manifest.production)) {
    const ref = `refs/kira/restored/${production.slice(0, 10)}`;
    if (!present.has(ref)) moves.push({ ref, from: undefined, to: production });
  }
  return { moves, kept };
}

async function bear(git: Git, refs: Refs, move: Move): Promise<void> {
  if ((await refs.head()) !== move.ref) return refs.move([move]);
  await git.user([...withoutHooks, "merge", "--ff-only", "--quiet", move.to!], { whole: true });
}
