import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../domain/backup.ts";
import { configFile } from "../domain/config.ts";
import type { Entry } from "../domain/entry.ts";
import { KiraError } from "../domain/errors.ts";
import { settleCalls } from "../git/call.ts";
import { Git, withoutHooks } from "../git/git.ts";
import { type Move, Refs } from "../git/refs.ts";
import { findRepository } from "../git/repository.ts";
import { rememberConfig, restoring } from "../logbook.ts";
import { endOfBatches, toBatches } from "../store/batch.ts";
import { acquireLock } from "../store/lock.ts";
import { readBackup, readSegment, type Segments, segmentsOf } from "./record/backup-file.ts";
import { syncPath, writeDurably } from "./record/durable-file.ts";
import { operationLines } from "./record/operation.ts";
import { keptProduction, movesFor } from "./record/restored-refs.ts";

export interface Restored {
  readonly clone: string;
  readonly made: string;
  readonly refs: number;
  /** Refs that stand elsewhere here and stay. */
  readonly kept: readonly string[];
  /** The backup's production, and where it is kept if production here stands elsewhere. */
  readonly production: string;
  readonly productionKept: string | null;
  readonly approvals: readonly string[];
}

export interface RestoreRequest {
  readonly folder: string;
  readonly file: string;
  readonly now: Date;
  /** Whether the record tells that it was restored; a rehearsal leaves it as it is in the backup. */
  readonly told?: boolean;
}

const lockWaitMs = 3_000;
const mostBatchBytes = 4 * 1024 * 1024;

/**
 * Brings a backup's record into a repository that has none, or an older state of the same one. Production and
 * branches that are there stay where they are. Killed at any point it is run again; until then nothing else may be.
 */
export async function restore({ folder, file, now, told = true }: RestoreRequest): Promise<Restored> {
  const repository = findRepository(folder);
  const git = new Git(repository);
  const refs = new Refs(git);
  const manifest = await readBackup(git, file);
  const { clone, production, timestamp: made, approvals } = manifest;
  const home = join(repository.commonDir, "kira");
  mkdirSync(home, { recursive: true });
  const since = now.toISOString();
  using _writers = acquireLock(join(home, "writer.lock"), lockWaitMs, "restore", since);
  using _logs = acquireLock(join(home, "journal.lock"), lockWaitMs, "restore", since);
  (await settleCalls(repository.commonDir)).forget();
  const segments = await segmentsOf(git, manifest);
  const here = await expectOlder(git, home, manifest, segments);
  const { moves, kept } = await movesFor(refs, manifest, here.before);
  const birth = moves.find(({ ref }) => ref === production);
  if (moves.length > 0) await refs.expectMovable(moves);

  const mark = join(home, restoring);
  writeDurably(mark, Buffer.from(file));
  // First, because git may find files of the user's in the way; then it is all that was tried.
  if (birth) await bear(git, refs, birth).catch((error: unknown) => (rmSync(mark), Promise.reject(error)));
  const lines = told && !here.isTold ? restoreLines(now, made, moves) : "";
  const target = join(home, "journal", clone);
  mkdirSync(target, { recursive: true });
  const last = Math.max(...segments.keys());
  for (const segment of [...segments.keys()].filter((number) => !here.longer.has(number))) {
    const bytes = await readSegment(git, segments, segment);
    const whole = segment === last ? Buffer.concat([bytes, Buffer.from(lines)]) : bytes;
    writeDurably(join(target, `${String(segment).padStart(6, "0")}.jsonl`), whole);
  }
  const others = moves.filter((move) => move !== birth);
  if (others.length > 0) await refs.move(others);
  await rememberSettings(git, manifest, home);
  // Until this, the repository has no record of its own; from here on it is that clone.
  writeDurably(join(home, "clone-id"), Buffer.from(clone));
  rmSync(mark);
  syncPath(home);
  const productionKept = kept.includes(production) ? keptProduction(manifest) : null;
  return { clone, made, refs: moves.length, kept, production, productionKept, approvals };
}

/** What the record says of the restore itself, as lines behind those of the backup. */
function restoreLines(now: Date, made: string, moves: readonly Move[]): string {
  const told = moves.filter(({ ref }) => !/^refs\/kira\/(journal|artifacts|remotes)\//.test(ref));
  const about = { command: "restore", what: `the backup of ${made}`, moves: told };
  return toBatches(operationLines({ now: () => now }, about), mostBatchBytes).join("");
}

/** What stands here of the record that is to come. */
interface Here {
  /** The id of the clone that this was until now, if it has recorded nothing but where it began. */
  readonly before: string | undefined;
  /** Segments that hold all of the backup's and what says nothing, as after an earlier restore. */
  readonly longer: ReadonlySet<number>;
  /** Whether such a restore is on record. */
  readonly isTold: boolean;
}

/** @throws KiraError `conflict` if there is a record here that the backup does not continue */
async function expectOlder(git: Git, home: string, { clone }: Manifest, segments: Segments): Promise<Here> {
  const idFile = join(home, "clone-id");
  const own = existsSync(idFile) ? readFileSync(idFile, "utf8").trim() : clone;
  const [longer, more] = [new Set<number>(), new Array<string>()];
  const known = new Set(segmentsIn(join(home, "journal", own)));
  for (const segment of known) {
    const found = readFileSync(join(home, "journal", own, `${String(segment).padStart(6, "0")}.jsonl`));
    const here = found.subarray(0, endOfBatches(found)); // a torn end says nothing
    const there = own === clone ? await readSegment(git, segments, segment) : Buffer.alloc(0);
    if (there.length > here.length && there.subarray(0, here.length).equals(here)) continue;
    const isContinued = here.subarray(0, there.length).equals(there);
    const further = linesOf(here.subarray(there.length));
    const isLast = !segments.has(segment + 1) || own !== clone;
    if (isContinued && further.length === 0) continue;
    if (isContinued && isLast && further.every(saysNothing)) {
      longer.add(segment);
      more.push(...further);
      continue;
    }
    if (linesOf(here).every(saysNothing)) continue;
    throw new KiraError(
      "conflict",
      own !== clone
        ? `This repository has a record of its own, of clone ${own}; the backup is of clone ${clone}. Restore into a fresh clone.`
        : `The record here is ${isContinued ? "newer than" : "not the one of"} the backup, and nothing was changed. Restore into a fresh clone.`,
    );
  }
  // All of it is looked through before anything is changed.
  for (const segment of segments.keys())
    if (own !== clone || !known.has(segment)) await readSegment(git, segments, segment);
  if (own !== clone) return { before: own, longer: new Set(), isTold: false };
  return { before: undefined, longer, isTold: more.some(isRestore) };
}

function segmentsIn(folder: string): number[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => /^\d{6}\.jsonl$/.test(name)).map((name) => Number(name.slice(0, 6)));
}

const linesOf = (bytes: Buffer) => bytes.toString("utf8").split("\n").filter(Boolean);
const entryOf = (line: string) => JSON.parse(line) as Entry;

function isRestore(line: string): boolean {
  const entry = entryOf(line);
  return entry.kind === "operation" && entry.command === "restore";
}

/** What `init`, a first look and a restore write: a restored record says as much itself. */
function saysNothing(line: string): boolean {
  const entry = entryOf(line);
  if (entry.kind === "node") return entry.parentId === null && entry.proposalId === null;
  if (entry.kind === "operation") return ["init", "recover", "restore"].includes(entry.command);
  return entry.kind === "seen";
}

/** For branches that lack the configuration. */
async function rememberSettings(git: Git, { refs, production }: Manifest, home: string): Promise<void> {
  const name = `${refs[production]}:${configFile}`;
  const found = await git.foreignAnswer(["cat-file", "blob", name], { answers: [128] });
  if (found.status === 0 && !existsSync(join(home, "config.json"))) rememberConfig(home, found.stdout);
}

/** A branch that has no commit yet is brought to its first together with the files. */
async function bear(git: Git, refs: Refs, move: Move): Promise<void> {
  if ((await refs.head()) !== move.ref) return refs.move([move]);
  const args = ["merge", "--ff-only", "--quiet", move.to!];
  const { status, stderr } = await git.userAnswer([...withoutHooks, ...args], {
    answers: [1, 128],
    whole: true,
  });
  if (status === 0) return;
  const said = stderr
    .split("\n")[0]!
    .replace(/^(error|fatal): /, "")
    .replace(/\.$/, "");
  throw new KiraError(
    "conflict",
    `The files of production cannot be laid out here, and nothing was changed: ${said}. Move what is in the way, then run it again.`,
  );
}
