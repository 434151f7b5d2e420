import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { KiraError } from "./domain/errors.ts";
import { excludeFromGit } from "./git/exclude.ts";
import { Journals } from "./git/journals.ts";
import { replaceFile } from "./git/replace.ts";
import { findRepository, readBranch, type Repository } from "./git/repository.ts";
import { hasIndex } from "./store/database.ts";
import { JournaledIndex } from "./store/record.ts";

// Not from domain/config.ts, which brings the schema library.
const configFile = ".kira-improve.json";
const lastConfig = "config.json";
/** Below `home`, while a restore has begun and is not complete: the file that is restored. */
export const restoring = "restoring";

/**
 * All that recording an outcome needs, opened without a schema library and without starting git: `log` is called
 * from scripts and has to be fast.
 */
export interface Logbook extends Disposable {
  readonly repository: Repository;
  /** The folder `kira` in the common git directory: journal, locks, run logs. */
  readonly home: string;
  readonly indexFile: string;
  readonly production: string;
  /** The production commit that is live now; undefined if the branch has none. */
  readonly live: string | undefined;
  readonly record: JournaledIndex;
  readonly now: () => Date;
}

/**
 * @param folder where the user stands
 * @throws KiraError `invalid` outside a repository or before `init`
 */
export function openLogbook(folder: string, environment: NodeJS.ProcessEnv): Logbook {
  const repository = findRepository(folder);
  const home = homeOf(repository);
  expectNoRestore(home);
  const { production, index } = essentials(repository, home);
  const now = clockOf(environment);
  const indexFile = join(repository.mainWorktree, index);
  if (!hasIndex(indexFile)) excludeFromGit(repository, index);
  const record = new JournaledIndex(home, indexFile, now, new Journals(repository.commonDir));
  return {
    repository,
    home,
    indexFile,
    production,
    get live() {
      return readBranch(repository, production);
    },
    record,
    now,
    [Symbol.dispose]: () => record[Symbol.dispose](),
  };
}

/** Half a record must not be written to: it would not be the backup's any more. */
function expectNoRestore(home: string): void {
  const file = readIfThere(join(home, restoring));
  if (file === undefined) return;
  throw new KiraError(
    "conflict",
    `A restore of ${file} is not complete: it was interrupted, or is still at work. Run it again: kira-improve restore ${JSON.stringify(file)}; if that file is gone, remove ${join(home, restoring)} first.`,
  );
}

const homeOf = ({ commonDir }: Repository) => join(commonDir, "kira");

/** Undefined where `init` has not been. See {@link localConfigText}. */
export const configText = (repository: Repository): string | undefined =>
  localConfigText(repository, homeOf(repository));

/** Where the index lies. @throws KiraError `invalid` for a configuration that cannot be read */
export function indexFileOf(repository: Repository): string {
  return join(repository.mainWorktree, essentials(repository, homeOf(repository)).index);
}

/** The text of the configuration in the working tree, or of the one last used there: a branch may lack the file. */
export function localConfigText({ worktree, mainWorktree }: Repository, home: string): string | undefined {
  return [join(worktree, configFile), join(mainWorktree, configFile), join(home, lastConfig)]
    .map(readIfThere)
    .find((text) => text !== undefined);
}

/** Keeps a configuration that could be used, for branches that lack it. */
export function rememberConfig(home: string, text: string): void {
  const file = join(home, lastConfig);
  if (readIfThere(file) !== text) replaceFile(home, file, text);
}

function essentials(repository: Repository, home: string): { production: string; index: string } {
  const text = localConfigText(repository, home);
  if (text === undefined)
    throw new KiraError(
      "invalid",
      `${repository.worktree} has no .kira-improve.json yet. Set it up with: kira-improve init.`,
    );
  let config: { production?: unknown; index?: unknown };
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new KiraError(
      "invalid",
      `.kira-improve.json is not valid JSON: ${(cause as Error).message}. Correct it and run the command again.`,
      { cause },
    );
  }
  const { production = "main", index = "data/self-improve.db" } = config ?? {};
  const inside =
    typeof index === "string" &&
    /\.(db|sqlite3?)$/.test(index) &&
    !index.startsWith("/") &&
    !index.split(/[\\/]/).includes("..");
  if (typeof production !== "string" || !inside)
    throw new KiraError(
      "invalid",
      ".kira-improve.json: production has to be a branch's name and index a path in the repository that ends in .db. Correct it and run the command again.",
    );
  return { production, index };
}

/** The clock, or the moment that `KIRA_NOW` names, so that a run can be repeated exactly. */
export function clockOf({ KIRA_NOW: fixed }: NodeJS.ProcessEnv): () => Date {
  if (!fixed) return () => new Date();
  const moment = Date.parse(fixed);
  if (Number.isNaN(moment))
    throw new KiraError(
      "invalid",
      `KIRA_NOW is "${fixed}", which is no time. Write it like 2026-01-31T09:30:00Z.`,
    );
  return () => new Date(moment);
}

function readIfThere(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, "utf8") : undefined;
}
