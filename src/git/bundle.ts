import { KiraError } from "../domain/errors.ts";
import type { Git } from "./git.ts";

/** Puts refs and all they need into one file. */
export async function writeBundle(git: Git, file: string, refs: readonly string[]): Promise<void> {
  await git.user(["bundle", "create", "--quiet", file, "--stdin"], { stdin: `${refs.join("\n")}\n` });
}

/** @throws KiraError `invalid` if the file is no bundle */
export async function headsOf(git: Git, file: string): Promise<Map<string, string>> {
  const { status, stdout } = await git.foreignAnswer(["bundle", "list-heads", file], { answers: [1, 128] });
  if (status !== 0)
    throw new KiraError(
      "invalid",
      `${file} is not a git bundle. Name a file that kira-improve backup wrote.`,
    );
  return new Map(stdout.split("\n").map((line) => [line.slice(41), line.slice(0, 40)]));
}

/** Takes a bundle's objects in, no ref. @throws KiraError `invalid` if it is damaged; then nothing was taken in */
export async function unbundle(git: Git, file: string, oids: readonly string[]): Promise<void> {
  const taken = await git.foreignAnswer(["bundle", "unbundle", file], { answers: [1, 128] });
  const whole =
    taken.status === 0 &&
    (await git.foreignAnswer(["rev-list", "--quiet", "--objects", "--stdin"], {
      stdin: `${oids.join("\n")}\n`,
      answers: [1, 128],
    }));
  if (whole && whole.status === 0) return;
  throw new KiraError(
    "invalid",
    `${file} is damaged or incomplete, and nothing was changed. Take another backup.`,
  );
}
