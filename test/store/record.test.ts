import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { applyEntry, type Index, openIndex } from "../../src/store/index.ts";
import { openDatabase } from "../../src/store/database.ts";
import type { JournaledIndex } from "../../src/store/record.ts";
import { aLife, anOutcome } from "./entries.ts";
import { aPlace, aProcess, type Place } from "./place.ts";

describe("an index gives the same answers again after it was", () => {
  test.each<[string, (file: string) => void]>([
    ["deleted", (file) => rmSync(file)],
    ["emptied, which SQLite takes for a healthy database", (file) => truncateSync(file)],
    ["replaced by a text", (file) => writeFileSync(file, "dear diary")],
    ["damaged in its header", (file) => overwrite(file, 16, 84)],
    ["damaged in its first page", (file) => overwrite(file, 100, 3996)],
    ["cut short", (file) => truncateSync(file, 5000)],
    ["replaced by another program's database", (file) => replaceByStranger(file)],
  ])("%s", (_, damage) => {
    using place = aPlace();
    const before = answersOf(place);
    damage(place.indexFile);
    using again = place.open();
    expect(again.rebuilt).toBe(true);
    expect(answersOf(place, again)).toEqual(before);
    using third = place.open();
    expect(third.rebuilt).toBe(false);
  });

  test("damaged further in, once it is built anew", () => {
    using place = aPlace();
    const before = answersOf(place);
    overwrite(place.indexFile, 4096 * (pageOf(place.indexFile, "tasks") - 1), 4096);
    using again = place.open();
    expect(() => again.index.outcomes.find(1)).toThrow("malformed");
    again.rebuild();
    expect(answersOf(place, again)).toEqual(before);
    expect(readdirSync(dirname(place.indexFile)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  test("lost while two processes looked for it at once", async () => {
    using place = aPlace();
    answersOf(place);
    writeFileSync(place.indexFile, "dear diary");
    const processes = ["a", "b", "c"].map(() => aProcess("open", place.home, place.indexFile));
    for (const { stdout, stderr } of await Promise.all(processes))
      expect(stdout, String(stderr)).toBe(JSON.stringify({ success: 1, failure: 2, partial: 0 }));
    expect(keptBeside(place)).toEqual(["dear diary"]);
  });
});

describe("what stood in the index's place is never thrown away", () => {
  test("if it is somebody's file, also before anything was recorded", () => {
    using place = aPlace();
    mkdirSync(dirname(place.indexFile));
    writeFileSync(place.indexFile, "dear diary");
    using record = place.open();
    expect(record.rebuilt).toBe(true);
    record.write(() => [anOutcome()]);
    expect(keptBeside(place)).toEqual(["dear diary"]);
  });

  test("if it is another program's database", () => {
    using place = aPlace();
    mkdirSync(dirname(place.indexFile));
    replaceByStranger(place.indexFile);
    place.open()[Symbol.dispose]();
    const [kept = ""] = readdirSync(dirname(place.indexFile)).filter((name) => name.includes("damaged"));
    using db = closing(new Sqlite(join(dirname(place.indexFile), kept)));
    expect(db.it.prepare("SELECT text FROM diary").pluck().all()).toEqual(["dear diary"]);
  });
});

test("a new record starts empty and says so, and an empty write records nothing", () => {
  using place = aPlace();
  using record = place.open();
  expect(record.rebuilt).toBe(false);
  expect(record.write(() => [])).toEqual([]);
  expect(record.journal.end()).toEqual({ segment: 1, offset: 0 });
});

test("the index that grew entry by entry equals the one made at once", () => {
  using place = aPlace();
  using record = place.open();
  for (const entry of aLife) record.write(() => [entry]);
  const grown = everyRow(place.indexFile);
  record.rebuild();
  expect(everyRow(place.indexFile)).toEqual(grown);
  expect(Object.keys(grown)).toEqual(
    expect.arrayContaining(["tasks", "daily", "proposals", "evaluations", "archive"]),
  );
});

test("two that write in turn see what the other has appended, and the numbers they take are free", () => {
  using place = aPlace();
  using one = place.open();
  using other = place.open();
  const add = (record: JournaledIndex, task: string) =>
    record.write((index) => [anOutcome({ id: index.outcomes.nextId(), task })]);
  add(one, "a");
  add(other, "b");
  add(one, "c");
  other.catchUp();
  expect([1, 2, 3].map((id) => other.index.outcomes.find(id)?.task)).toEqual(["a", "b", "c"]);
});

test("what was appended before a process died is in the index afterwards, though the process had not got that far", () => {
  using place = aPlace();
  using record = place.open();
  record.write(() => [anOutcome()]);
  record.journal.append([anOutcome({ id: 2, task: "Cancel" })]);
  using again = place.open();
  again.catchUp();
  expect(again.index.outcomes.find(2)?.task).toBe("Cancel");
  again.catchUp();
  expect(again.index.outcomes.total().failure).toBe(2);
  again.journal.append([anOutcome({ id: 3, task: "Move" })]);
  record.write((index) => [anOutcome({ id: index.outcomes.nextId(), task: "Pay" })]);
  expect([3, 4].map((id) => again.index.outcomes.find(id)?.task)).toEqual(["Move", "Pay"]);
});

test("an entry too long for the journal leaves journal and index as they were", () => {
  using place = aPlace();
  using record = place.open();
  record.write(() => [anOutcome()]);
  const end = record.journal.end();
  expect(() =>
    record.write(() => [anOutcome({ id: 2 }), anOutcome({ id: 3, notes: "x".repeat(70_000) })]),
  ).toThrow("Shorten its text.");
  expect(record.journal.end()).toEqual(end);
  expect(record.index.outcomes.nextId()).toBe(2);
});

test("an index of an earlier version is brought up to date, with the answers of a new one", () => {
  using place = aPlace();
  using record = place.open();
  record.write(() => aLife);
  const durations = (index: Index) => [
    ...index.outcomes.durations("2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"),
  ];
  const expected = durations(record.index);
  expect(expected).not.toEqual([]);
  const file = join(place.folder, "old.db");
  using old = closing(openDatabase(file));
  for (const entry of aLife) applyEntry(openIndex(old.it, "here"), entry);
  const later = [
    "durations",
    "grades",
    "quarantine",
    "settlements",
    "expiries",
    "audits",
    "qualifications",
    "looks",
    "operations",
  ];
  const shared = ["decisions", "trials_elsewhere", "settlements_elsewhere"];
  old.it.exec(`${[...later, ...shared].map((table) => `DROP TABLE ${table};`).join(" ")}
    DROP INDEX trials_configuration; ALTER TABLE trials DROP COLUMN configuration;
    DROP INDEX trials_position; ALTER TABLE trials DROP COLUMN position;
    ALTER TABLE evaluations DROP COLUMN digest; ALTER TABLE archive DROP COLUMN digest;
    ALTER TABLE progress DROP COLUMN tip; ALTER TABLE evaluations DROP COLUMN clone; ALTER TABLE archive DROP COLUMN clone;
    DELETE FROM migrations WHERE name <> '001-index'`);
  using upgraded = closing(openDatabase(file));
  expect(durations(openIndex(upgraded.it, "here"))).toEqual(expected);
});

/** What a record answers to every kind of question; without one, of a new record that has lived a short life. */
function answersOf(place: Place, record?: JournaledIndex): object {
  using opened = record === undefined ? place.open() : undefined;
  opened?.write(() => aLife);
  const { index } = record ?? opened!;
  const { outcomes, analyses, proposals, evaluations, trials, archive, intents, facts, quarantine } = index;
  return {
    outcomes: [1, 2, 3, 4, 5].map((id) => outcomes.find(id)),
    total: outcomes.total(),
    days: outcomes.byDay("2026-01-01"),
    analyses: analyses.list(),
    proposals: proposals.states(),
    ideas: [...proposals.ideas()],
    evaluations: evaluations.of(1),
    trial: trials.find("key-1"),
    archive: archive.list(),
    intents: intents.open().map(({ uuid }) => uuid),
    seen: facts.find("seen"),
    quarantine: quarantine.list(),
    ofConfiguration: trials.of("configuration-1"),
    settlement: index.settlements.find("compared-1"),
    expired: index.settlements.expiredUntil("configuration-1"),
    audits: index.audits.list(),
  };
}

function everyRow(file: string): Record<string, unknown[]> {
  using db = closing(new Sqlite(file, { readonly: true }));
  const tables = db.it
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  return Object.fromEntries(tables.map((table) => [table, db.it.prepare(`SELECT * FROM ${table}`).all()]));
}

function overwrite(file: string, from: number, bytes: number): void {
  writeSync(openSync(file, "r+"), Buffer.alloc(bytes, 0x5a), 0, bytes, from);
}

function pageOf(file: string, table: string): number {
  using db = closing(new Sqlite(file, { readonly: true }));
  const page = db.it.prepare<[string], number>("SELECT rootpage FROM sqlite_schema WHERE name = ?").pluck();
  return page.get(table)!;
}

function replaceByStranger(file: string): void {
  for (const suffix of ["", "-wal", "-shm"]) if (existsSync(file + suffix)) rmSync(file + suffix);
  using db = closing(new Sqlite(file));
  db.it.exec("CREATE TABLE diary (text TEXT); INSERT INTO diary VALUES ('dear diary')");
}

function keptBeside({ indexFile }: Place): string[] {
  const folder = dirname(indexFile);
  const names = readdirSync(folder).filter((name) => name.includes("damaged"));
  return names.map((name) => readFileSync(join(folder, name), "utf8"));
}

function closing(it: Sqlite.Database): Disposable & { it: Sqlite.Database } {
  return { it, [Symbol.dispose]: () => it.close() };
}
