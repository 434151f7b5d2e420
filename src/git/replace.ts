import { chmodSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const drafts = /\.(\d+)\.draft$/;

/**
 * Writes a file whole or not at all: a killed process must not leave the user half of one. What a link leads to is
 * replaced, not the link.
 * @param home the folder `kira` in the common git directory, where a draft disturbs nobody
 * @param mode as it was by default
 */
export function replaceFile(home: string, path: string, content: string, mode?: number): void {
  const present = statSync(path, { throwIfNoEntry: false });
  const file = present ? realpathSync(path) : path;
  removeAbandoned(home);
  // A file can only be moved within one file system.
  const isNear = statSync(home).dev === statSync(dirname(file)).dev;
  const draft = join(isNear ? home : dirname(file), `.${basename(file)}.${process.pid}.draft`);
  const wanted = mode ?? present?.mode;
  writeFileSync(draft, content, { flush: true });
  if (wanted !== undefined) chmodSync(draft, wanted);
  renameSync(draft, file);
}

function removeAbandoned(home: string): void {
  for (const name of readdirSync(home)) {
    const pid = drafts.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(home, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
