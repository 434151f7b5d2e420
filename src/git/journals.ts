import type { SpawnSyncOptions } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { KiraError } from "../domain/errors.ts";
import type { Elsewhere, Part } from "../store/elsewhere.ts";
import type { Position } from "../store/journal.ts";
import { isBefore, type JournalPart, listParts, parseParts } from "./journal-parts.ts";
import { packedRefs } from "./packed-refs.ts";
import { foreignEnvironment, foreignSettings, withoutGit } from "./profile.ts";

export const journalPrefix = "refs/kira/journal/";
export const cloneName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** No part that we write is larger than a segment. */
const mostPartBytes = 8 * 1024 * 1024;
/** So much is read from git at a time. */
const batchBytes = 32 * 1024 * 1024;

/**
 * The journals that git holds below `refs/kira/journal/`. Read while nobody else may write to the index, and also by
 * `log` where that is lost, so nothing here waits for anything but git itself.
 */
export class Journals implements Elsewhere {
  readonly #commonDir: string;

  constructor(commonDir: string) {
    this.#commonDir = commonDir;
  }

  /**
   * Read from the files, as `log` would wait for git: as git's settings have it, and else the name of the only journal
   * that was not fetched. A copy of the whole folder says the same; `sync` notices once both have written.
   */
  ownName(): string | undefined {
    const named = nameInSettings(this.#commonDir);
    if (named !== undefined) return named;
    const fetched = this.#fetched();
    const [own, ...others] = [...this.tips().keys()].filter((name) => !fetched.has(name));
    return others.length === 0 ? own : undefined;
  }

  tips(): Map<string, string> {
    const tips = new Map<string, string>();
    for (const { name, oid } of packedRefs(this.#commonDir, journalPrefix))
      tips.set(name.slice(journalPrefix.length), oid);
    const folder = join(this.#commonDir, journalPrefix);
    for (const name of namesIn(folder)) {
      const oid = readIfThere(join(folder, name)).trim();
      if (/^[0-9a-f]{40}$/.test(oid)) tips.set(name, oid);
    }
    for (const name of tips.keys()) if (!cloneName.test(name)) tips.delete(name);
    return tips;
  }

  *read(tip: string, from: Position): Generator<Part> {
    let some: JournalPart[] = [];
    let bytes = 0;
    for (const blob of this.#chain(tip)) {
      if (isBefore(blob.at, from)) continue;
      some.push(blob);
      bytes += blob.size;
      if (bytes < batchBytes) continue;
      yield* this.#contents(some);
      [some, bytes] = [[], 0];
    }
    yield* this.#contents(some);
  }

  held(clone: string): Position {
    const tip = this.tips().get(clone);
    return endOf(tip === undefined ? undefined : this.#chain(tip).at(-1));
  }

  shared(clone: string): Position {
    const tips = this.#git([
      "for-each-ref",
      "--format=%(objectname)",
      `refs/kira/remotes/**/journal/${clone}`,
    ])
      .toString("utf8")
      .split("\n")
      .filter(Boolean);
    const ends = tips.map((tip) => endOf(this.#chain(tip).at(-1)));
    return ends.reduce((last, end) => (isBefore(last, end) ? end : last), endOf(undefined));
  }

  /** The clones whose journals some remote was seen to have. */
  #fetched(): Set<string> {
    const names = [...packedRefs(this.#commonDir, "refs/kira/remotes/")].flatMap(
      ({ name }) => /\/journal\/([^/]+)$/.exec(name)?.[1] ?? [],
    );
    const remotes = join(this.#commonDir, "refs/kira/remotes");
    if (statSync(remotes, { throwIfNoEntry: false }))
      for (const path of readdirSync(remotes, { recursive: true, encoding: "utf8" }))
        if (/\/journal\/[^/]+$/.test(path)) names.push(basename(path));
    return new Set(names);
  }

  /** The parts of a journal as far as each begins where the one before it ends. */
  #chain(tip: string): JournalPart[] {
    const blobs = parseParts(this.#git(listParts(tip)).toString("utf8"));
    const broken = blobs.findIndex(
      ({ at, size }, i) => size > mostPartBytes || size === 0 || !follows(endOf(blobs[i - 1]), at),
    );
    return broken < 0 ? blobs : blobs.slice(0, broken);
  }

  *#contents(blobs: readonly JournalPart[]): Generator<Part> {
    if (blobs.length === 0) return;
    const all = this.#git(["cat-file", "--batch"], blobs.map(({ oid }) => `${oid}\n`).join(""));
    let at = 0;
    for (const blob of blobs) {
      const begin = all.indexOf("\n", at) + 1;
      at = begin + blob.size + 1;
      const bytes = all.subarray(begin, begin + blob.size);
      yield { bytes, end: endOf(blob) };
    }
  }

  #git(args: readonly string[], input?: string): Buffer {
    // Loaded when it is needed: `log` has no time for it.
    const { spawnSync } = process.getBuiltinModule("node:child_process");
    const options: SpawnSyncOptions = {
      env: { ...withoutGit(process.env), LC_ALL: "C", ...foreignEnvironment },
      maxBuffer: 1024 ** 3,
      ...(input === undefined ? {} : { input }),
    };
    const { status, stdout, stderr } = spawnSync(
      "git",
      [...foreignSettings, `--git-dir=${this.#commonDir}`, ...args],
      options,
    );
    if (status === 0) return stdout as Buffer;
    throw new KiraError(
      "unavailable",
      `The journals of other clones cannot be read: git ${args[0]} says ${String(stderr).trim() || "nothing"}. Look with: git fsck.`,
    );
  }
}

/** What `kira.cloneId` says in git's settings of this clone. */
export function nameInSettings(commonDir: string): string | undefined {
  const settings = readIfThere(join(commonDir, "config"));
  const named = /^\[kira\][^[]*?^\s*cloneid\s*=\s*"?([0-9a-f-]{36})"?\s*$/im.exec(settings)?.[1];
  return named !== undefined && cloneName.test(named) ? named : undefined;
}

function endOf(blob: JournalPart | undefined): Position {
  if (!blob) return { segment: 1, offset: 0 };
  const { at, size } = blob;
  return { segment: at.segment, offset: at.offset + size };
}

const follows = (end: Position, at: Position) =>
  at.segment === end.segment ? at.offset === end.offset : at.segment === end.segment + 1 && at.offset === 0;

function namesIn(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
}

function readIfThere(file: string): string {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, "latin1") : "";
}
