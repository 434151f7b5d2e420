import { statSync } from "node:fs";
import { backupRef, type Manifest, manifestFile, parseManifest } from "../../domain/backup.ts";
import { KiraError } from "../../domain/errors.ts";
import { readBlobs } from "../../git/blobs.ts";
import { headsOf, unbundle } from "../../git/bundle.ts";
import type { Git } from "../../git/git.ts";
import { type JournalPart, listParts, parseParts } from "../../git/journal-parts.ts";
import { Refs } from "../../git/refs.ts";
import { isWhole, parseLine } from "../../store/batch.ts";
import { journalRef } from "./preserve.ts";

/** The parts of each segment, by the segment's number; together never in memory. */
export type Segments = ReadonlyMap<number, readonly JournalPart[]>;

const mostManifestBytes = 32 * 1024 * 1024;
/** Twice what we fill one with. */
const mostSegmentBytes = 8 * 1024 * 1024;

/** Takes a backup's objects in, no ref. @throws KiraError `invalid` for anything but a whole backup */
export async function readBackup(git: Git, file: string): Promise<Manifest> {
  expectFile(file);
  const { [backupRef]: commit, ...heads } = Object.fromEntries(await headsOf(git, file));
  if (commit === undefined)
    throw new KiraError(
      "invalid",
      `${file} is a git bundle, but no backup: it lacks ${backupRef}. Name a file that kira-improve backup wrote.`,
    );
  await unbundle(git, file, [commit, ...Object.values(heads)]);
  const manifest = parseManifest(await manifestText(git, `${commit}:${manifestFile}`), file);
  const { refs, production, clone } = manifest;
  const names = Object.keys(refs);
  const commits = new Refs(git);
  for (const name of [production, journalRef(clone)]) {
    const oid = refs[name];
    if (oid === undefined || (await commits.findCommit(oid)) !== oid) throw notAsTold(file);
  }
  if (names.length !== Object.keys(heads).length || names.some((name) => refs[name] !== heads[name]))
    throw notAsTold(file);
  return manifest;
}

const notAsTold = (file: string) =>
  new KiraError("invalid", `${file} does not hold what it says it holds. Take another backup.`);

function expectFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new KiraError("not-found", `There is no file ${file}. Name the file of a backup.`);
  if (!found.isFile()) throw new KiraError("invalid", `${file} is no file. Name the file of a backup.`);
}

/** By git, which does not read a whole pack for it. */
async function manifestText(git: Git, name: string): Promise<string> {
  const asked = await git.foreignAnswer(["cat-file", "-s", name], { answers: [128] });
  if (asked.status !== 0 || Number(asked.stdout) > mostManifestBytes) return "";
  return git.foreign(["cat-file", "blob", name]);
}

/** @throws KiraError `invalid` if a part of the journal is missing, or larger than we write any */
export async function segmentsOf(git: Git, { refs, clone }: Manifest): Promise<Segments> {
  const segments = new Map<number, JournalPart[]>();
  let end = 0;
  for (const part of parseParts(await git.foreign(listParts(refs[journalRef(clone)]!)))) {
    const { segment, offset } = part.at;
    const parts = segments.get(segment) ?? [];
    if (parts.length === 0) end = 0;
    if (offset !== end || segment !== segments.size + (parts.length === 0 ? 1 : 0))
      throw new KiraError(
        "invalid",
        `The journal in the backup lacks what comes before byte ${offset} of segment ${segment}. Take another.`,
      );
    end += part.size;
    if (end > mostSegmentBytes)
      throw new KiraError(
        "invalid",
        `Segment ${segment} of the journal in the backup is too large. Take another.`,
      );
    parts.push(part);
    segments.set(segment, parts);
  }
  if (segments.size > 0) return segments;
  throw new KiraError("invalid", "The journal in the backup lacks every line. Take another.");
}

/** One segment, looked through. @throws KiraError `invalid` if it is not what a journal consists of */
export async function readSegment(git: Git, segments: Segments, segment: number): Promise<Buffer> {
  const oids = (segments.get(segment) ?? []).map(({ oid }) => oid);
  const blobs = await readBlobs(git, oids);
  const bytes = Buffer.concat(oids.map((oid) => blobs.get(oid)!));
  if (bytes.length === 0) return bytes;
  try {
    const lines = bytes.toString("utf8").trimEnd().split("\n");
    const entries = lines.map((line) => parseLine(line, String(segment)) as unknown);
    if (
      isWhole(bytes) &&
      entries.every((entry) => typeof entry === "object" && entry !== null && "kind" in entry)
    )
      return bytes;
  } catch (error) {
    if (!(error instanceof KiraError)) throw error;
  }
  throw new KiraError(
    "invalid",
    `Segment ${segment} of the journal in the backup is damaged, and nothing was changed. Take another backup.`,
  );
}
