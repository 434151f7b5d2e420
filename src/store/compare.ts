import type { Database } from "./database.ts";

/** What follows from git, or says how far the journals were read. */
const elsewhere = new Set(["migrations", "progress", "facts", "task_bank"]);
const derived: Readonly<Record<string, readonly string[]>> = { proposals: ["status"] };

/** The tables in which two indexes do not say the same, with the number of rows that only one of them has. */
export function differingTables(db: Database, otherFile: string): ReadonlyMap<string, number> {
  db.prepare("ATTACH ? AS other").run(otherFile);
  try {
    const tables = db
      .prepare<[], string>(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'",
      )
      .pluck()
      .all();
    const differing = tables
      .filter((table) => !elsewhere.has(table))
      .map((table) => [table, lonelyRows(db, table)] as const)
      .filter(([, count]) => count > 0);
    return new Map(differing);
  } finally {
    db.exec("DETACH other");
  }
}

function lonelyRows(db: Database, table: string): number {
  const columns = db
    .prepare<[string], string>("SELECT name FROM pragma_table_info(?)")
    .pluck()
    .all(table)
    .filter((column) => !derived[table]?.includes(column))
    .join(", ");
  const only = (one: string, other: string) =>
    `SELECT count(*) AS n FROM (SELECT ${columns} FROM ${one}.${table} EXCEPT SELECT ${columns} FROM ${other}.${table})`;
  return db
    .prepare<[], number>(`SELECT sum(n) FROM (${only("main", "other")} UNION ALL ${only("other", "main")})`)
    .pluck()
    .get()!;
}
