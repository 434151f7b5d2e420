import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Where a PATH leads to programs of this name, first found first. Relative entries are skipped: they mean another folder each time. */
export function programsOn(searchPath: string, name: string): string[] {
  const folders = searchPath.split(delimiter).filter(isAbsolute);
  return [...new Set(folders.map((folder) => join(folder, name)))].filter(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether a path, links followed, is a folder or lies in it. What does not exist lies nowhere. */
export function liesIn(path: string, folder: string): boolean {
  try {
    const [real, root] = [realpathSync(path), realpathSync(folder)];
    return real === root || real.startsWith(root === "/" ? root : `${root}/`);
  } catch {
    return false;
  }
}
