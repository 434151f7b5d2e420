import { dirname } from "node:path";
import picomatch from "picomatch";
import { promptFile } from "../../agents/contract.ts";
import { type Config, configFile } from "../../domain/config.ts";
import type { FileEntry } from "../../domain/paths.ts";
import { digest } from "../../domain/trial.ts";

/** Our own folder in a trial's: the prompt, the result, a home. Gone before anything is judged. */
export const kiraFolder = dirname(promptFile);

/** The bank and our own configuration lie in the tree that an agent gets: they are left out of its folder. */
export function hiddenPaths({ tasks, index }: Config): (path: string) => boolean {
  return picomatch([tasks, `${tasks}/**`, configFile, index, `${kiraFolder}/**`], {
    dot: true,
    nocase: true,
  });
}

/** Names all that an agent sees of a tree: trees that differ in the bank alone are the same to it. */
export function visibleDigest(entries: ReadonlyMap<string, FileEntry>, config: Config): string {
  const hidden = hiddenPaths(config);
  return digest(...[...entries].flatMap(([path, { mode, oid }]) => (hidden(path) ? [] : [path, mode, oid])));
}
