import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { join } from "node:path";

const limitBytes = 1024 * 1024;

/** A file as an agent left it: its text, or why there is none. */
export type Left =
  { readonly text: string } | { readonly text: undefined; readonly absent: boolean; readonly why: string };

/**
 * Reads a file that an agent left behind. The agent chose what stands there: no link is followed on the way, so that
 * it cannot pass off a file of the host as its work, and only a regular file of at most 1 MiB is read.
 */
export async function readLeft(directory: string, path: string): Promise<Left> {
  const shown = JSON.stringify(path);
  const refused = (why: string): Left => ({ text: undefined, absent: false, why: `${shown} ${why}` });
  let at = directory;
  for (const part of path.split("/").filter((name) => name !== "" && name !== ".")) {
    at = join(at, part);
    const found = await lstat(at).catch(() => undefined);
    if (!found) return { text: undefined, absent: true, why: `${shown} does not exist` };
    if (found.isSymbolicLink()) return refused("is reached through a symbolic link");
  }
  // Opening a pipe would wait for a writer, were it not for O_NONBLOCK.
  const file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!file) return refused("cannot be read");
  try {
    const { size, isFile } = await file
      .stat()
      .then((stats) => ({ size: stats.size, isFile: stats.isFile() }));
    if (!isFile) return refused("is not a regular file");
    if (size > limitBytes) return refused("is larger than 1 MiB");
    return { text: await file.readFile("utf8") };
  } finally {
    await file.close();
  }
}
