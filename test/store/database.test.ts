import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasIndex, openDatabase } from "../../src/store/database.ts";
import { aPlace, aProcess } from "./place.ts";

/** The tables of the specification, which people query. */
const specified = {
  tasks: "id timestamp task outcome category duration_seconds notes improvement_id session_key",
  analyses: "id timestamp period_days total_tasks failure_count patterns focus_areas",
  proposals:
    "id timestamp analysis_id description target_files changes expected_improvement risk status rejection_reason parent_config_hash",
  evaluations: "id timestamp proposal_id baseline_score modified_score improvement_pct passed runs details",
  archive: "id timestamp parent_id proposal_id config_hash config_snapshot performance_delta description",
  task_bank: "id name description category test_prompt success_criteria difficulty enabled",
};

describe("the index", () => {
  test.each(Object.entries(specified))(
    "has the table %s with the columns of the specification",
    (table, columns) => {
      using place = aPlace();
      const db = openDatabase(place.indexFile);
      const found = db.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck().all(table);
      db.close();
      expect(found).toEqual(expect.arrayContaining(columns.split(" ")));
    },
  );

  test("is strict in every table, leaves references to the journals, and survives a power cut", () => {
    using place = aPlace();
    const db = openDatabase(place.indexFile);
    const loose = db
      .prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
      )
      .all();
    const settings = ["journal_mode", "synchronous", "foreign_keys"].map((name) =>
      db.pragma(name, { simple: true }),
    );
    db.close();
    expect(loose).toEqual([]);
    expect(settings).toEqual(["wal", 2, 0]);
  });

  test("is made once, however often it is opened", () => {
    using place = aPlace();
    const first = openDatabase(place.indexFile);
    first.exec("INSERT INTO facts VALUES ('bank', 'b')");
    first.close();
    const second = openDatabase(place.indexFile);
    expect(second.prepare("SELECT value FROM facts").pluck().all()).toEqual(["b"]);
    const names = second.prepare<[], string>("SELECT name FROM migrations ORDER BY name").pluck().all();
    second.close();
    expect(names[0]).toBe("001-index");
    expect(names).toEqual([...new Set(names)]);
  });

  test("is made once by several processes that find none", async () => {
    using place = aPlace();
    const processes = ["a", "b", "c", "d"].map(() => aProcess("open", place.home, place.indexFile));
    for (const { exitCode, stderr } of await Promise.all(processes)) expect(exitCode, String(stderr)).toBe(0);
  });

  test("that is no database is refused with what to do", () => {
    using place = aPlace();
    const file = join(place.folder, "index.db");
    writeFileSync(file, "dear diary");
    expect(() => openDatabase(file)).toThrow(
      /^The index .*index\.db cannot be read: .*\. Run: kira-improve reindex\.$/,
    );
  });

  test("is there only if it holds something: SQLite takes an empty file for a healthy database", () => {
    using place = aPlace();
    const file = join(place.folder, "index.db");
    expect(hasIndex(file)).toBe(false);
    writeFileSync(file, "");
    expect(hasIndex(file)).toBe(false);
    writeFileSync(file, "x");
    expect(hasIndex(file)).toBe(true);
  });
});
