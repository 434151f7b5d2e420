import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { messageOf } from "../../domain/errors.ts";
import { hasIndex } from "../../store/database.ts";
import { type Check, ok, warning } from "./check.ts";

const why = "Nothing is lost, but every question waits until it is made again from the journal.";

/**
 * Looks at the index without opening it for work, which would mend it.
 * @param thorough whether every page is read
 */
export function checkIndexFile(file: string, thorough: boolean): Check {
  const broken = (found: string) => warning("index", { found, why, fix: "kira-improve reindex" });
  if (!hasIndex(file)) return broken(`${file} is ${existsSync(file) ? "empty" : "missing"}.`);
  let db: Sqlite.Database | undefined;
  try {
    db = new Sqlite(file, { readonly: true });
    db.prepare("SELECT count(*) FROM progress").get();
    const said = thorough ? String(db.pragma("integrity_check(1)", { simple: true })) : "ok";
    return said === "ok" ? ok("index", file) : broken(`${file} is damaged: ${said}.`);
  } catch (error) {
    return broken(`${file} cannot be read: ${messageOf(error)}.`);
  } finally {
    db?.close();
  }
}
