import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { JournaledIndex } from "../../src/store/record.ts";

export const now = () => new Date("2026-01-31T09:30:00Z");

export interface Place extends Disposable {
  readonly folder: string;
  /** Where the journal and the locks lie. */
  readonly home: string;
  readonly indexFile: string;
  open(): JournaledIndex;
}

/** A folder for a record, gone at the end of the test. */
export function aPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "kira store "));
  const home = join(folder, "kira");
  const indexFile = join(folder, "data", "index.db");
  return {
    folder,
    home,
    indexFile,
    open: () => new JournaledIndex(home, indexFile, now),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A real process that runs one of the programs in `children/`. */
export function aProcess(program: string, ...args: readonly string[]) {
  return execa(process.execPath, [join(import.meta.dirname, "children", `${program}.ts`), ...args], {
    reject: false,
  });
}
