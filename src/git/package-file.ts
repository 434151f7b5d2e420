import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file that is shipped with us, found from the sources as well as from the bundle. */
export function findPackageFile(path: string): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    if (existsSync(join(at, "package.json")) && existsSync(join(at, path))) return join(at, path);
    if (at === dirname(at)) throw new Error(`${path} is missing from this installation of kira-improve.`);
  }
}
