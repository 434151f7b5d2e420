import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import type { Entry } from "../../src/domain/entry.ts";
import { endOfBatches } from "../../src/store/batch.ts";
import { journalOf } from "../loop/support.ts";
import { kira } from "../support/kira.ts";
import { hub } from "./shared-templates.ts";
import { clock } from "./tool.ts";

/** What a clone has seen of a remote: another sync brings it up to date. */
const isSeen = (ref: string) => /^refs\/(kira\/)?remotes\//.test(ref);

/** What a repository says, in the same words whichever run made it: commits by their tree, no random name, no time taken. */
export interface Facts {
  readonly refs: readonly string[];
  readonly notes: readonly string[];
  readonly record: readonly string[];
  readonly answers: string;
  readonly files: string;
  /** Where its remote has refs, if it has one. */
  readonly remote: readonly string[];
}

type Place = { readonly folder: string };
type Line = Entry & { readonly more?: true };

const gitIn =
  ({ folder }: Place) =>
  async (...args: string[]) =>
    (await execa("git", args, { cwd: folder })).stdout;
const linesOf = (text: string) => text.split("\n").filter(Boolean);

export async function factsOf(place: Place): Promise<Facts> {
  const git = gitIn(place);
  const remote = gitIn({ folder: join(place.folder, hub) });
  const isShared = existsSync(join(place.folder, hub));
  const all = ["log", "--all", "--format=%H %T"];
  const commits = [await git(...all), isShared ? await remote(...all) : ""].flatMap(linesOf);
  const trees = new Map(commits.map((line) => line.split(" ") as [string, string]));
  const plain = (text: string) =>
    text
      .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "(id)")
      .replace(/\b[0-9a-f]{40}\b/g, (hash) => trees.get(hash) ?? hash)
      .replace(/"durationMs":[\d.]+/g, '"durationMs":0')
      .replace(/"uuid":"[0-9a-f]{32}"/g, '"uuid":"(id)"')
      .replace(/(refs\/kira\/undo\/)\S+/, "$1(time)");
  const format = "--format=%(refname) %(objecttype) %(tree)%(*tree)";
  const refs = linesOf(await git("for-each-ref", format)).filter((ref) => !isSeen(ref));
  // Notes and journal have contents that are compared as such; a tip may be kept twice, when a step was taken back.
  const named = (lines: readonly string[]) => [
    ...new Set(
      lines
        .map((ref) => plain(ref).replace(/^(refs\/(\S+\/)?(notes|journal|sync)\/\S+ commit) .*/, "$1"))
        .sort(),
    ),
  ];
  return {
    refs: named(refs),
    remote: isShared ? named(linesOf(await remote("for-each-ref", format))) : [],
    notes: (await notesOf(place, refs)).map(plain).sort(),
    record: factsIn(await recordOf(place))
      .map(plain)
      .sort(),
    answers: plain(await answersOf(place)),
    files: plain(await filesOf(place)),
  };
}

/** Where HEAD stands, and every file that is not as it was committed, with its content. */
async function filesOf(place: Place): Promise<string> {
  const git = gitIn(place);
  const status = await git("status", "--porcelain=v2", "--branch", "--untracked-files=all");
  const paths = linesOf(await git("ls-files", "--modified", "--others", "--exclude-standard"));
  const texts = await Promise.all(
    paths.map((path) => readFile(join(place.folder, path), "utf8").catch(() => "(none)")),
  );
  return [status, ...texts].join("\n");
}

async function notesOf(place: Place, refs: readonly string[]): Promise<string[]> {
  const git = gitIn(place);
  const notes: string[] = [];
  for (const ref of refs.map((line) => line.split(" ")[0]!).filter((name) => name.startsWith("refs/notes/")))
    for (const line of linesOf(await git("notes", `--ref=${ref}`, "list"))) {
      const [blob = "", commit = ""] = line.split(" ");
      notes.push(`${ref} ${commit} ${await git("cat-file", "blob", blob)}`);
    }
  return notes;
}

/**
 * What the journal holds, but for steps that were taken back, how far the history was searched, and which command moved
 * a ref: where one had to be put in place, that is another.
 */
function factsIn(lines: readonly Line[]): string[] {
  const takenBack = new Set(
    lines.flatMap((line) => (line.kind === "completion" && line.result === "conflict" ? line.uuid : [])),
  );
  const isFact = (line: Line) =>
    line.kind !== "seen" &&
    line.kind !== "operation" &&
    !((line.kind === "intent" || line.kind === "completion") && takenBack.has(line.uuid));
  return lines.filter(isFact).map(({ more: _, ...line }) => JSON.stringify(line));
}

/** What it answers to every question, for a program. */
export async function answersOf({ folder }: Place): Promise<string> {
  const answers: string[] = [];
  for (const args of [["status"], ["proposals"], ["archive", "--list"]]) {
    const { status, stdout, stderr } = await kira({ folder, env: clock }, ...args, "--json");
    expect(status, stderr).toBe(0);
    answers.push(stdout);
  }
  return answers.join("");
}

/** The journal without what was torn at its end: nobody was promised that. */
async function journalIn(place: Place): Promise<string> {
  const bytes = Buffer.from(await journalOf(place));
  return bytes.subarray(0, endOfBatches(bytes)).toString();
}

/** Every entry of the record. */
export async function recordOf(place: Place): Promise<Entry[]> {
  return linesOf(await journalIn(place)).map((line) => JSON.parse(line) as Entry);
}

/** Steps that were begun and have no end. */
export async function openSteps(place: Place): Promise<number> {
  const lines = await recordOf(place);
  const count = (wanted: string) => lines.filter(({ kind }) => kind === wanted).length;
  return count("intent") - count("completion");
}

/** Nothing is broken, nothing lies about, and the index holds nothing alone. */
export async function expectWhole(place: Place, moment: string): Promise<void> {
  const git = gitIn(place);
  const home = join(place.folder, ".git/kira");
  expect(await git("fsck", "--strict", "--no-dangling"), moment).toBe("");
  const stray = readdirSync(join(place.folder, ".git"), { recursive: true, encoding: "utf8" }).filter(
    (path) => /(\.(lock|new|draft)|kira-trial-[^/]+)$/.test(path) && !/^kira\/[^/]+\.lock$/.test(path),
  );
  expect(stray, moment).toEqual([]);
  for (const folder of ["slots", "calls"].map((name) => join(home, name)))
    expect(existsSync(folder) ? readdirSync(folder) : [], moment).toEqual([]);
  expect(linesOf(await git("worktree", "list")), moment).toHaveLength(1);
  const before = await answersOf(place);
  const { status, stderr } = await kira({ folder: place.folder, env: clock }, "reindex");
  expect(status, `${moment}: ${stderr}`).toBe(0);
  expect(await answersOf(place), moment).toBe(before);
  await expectPreserved(place, moment);
}

/** What is committed of the journal is the journal. */
async function expectPreserved(place: Place, moment: string): Promise<void> {
  const git = gitIn(place);
  const clone = (await readFile(join(place.folder, ".git/kira/clone-id"), "utf8")).trim();
  const ref = `refs/kira/journal/${clone}`;
  const parts = linesOf(await git("ls-tree", "-r", "--name-only", ref)).sort();
  const texts = await Promise.all(parts.map((part) => git("cat-file", "blob", `${ref}:${part}`)));
  const all = texts.map((text) => `${text}\n`).join("");
  // What \`log\` appended is committed with the next step.
  expect((await journalIn(place)).startsWith(all), moment).toBe(true);
}
