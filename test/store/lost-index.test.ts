import { closeSync, existsSync, openSync, rmSync, truncateSync, writeSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../src/domain/random.ts";
import type { JournaledIndex } from "../../src/store/record.ts";
import { anOutcome, aProposal } from "./entries.ts";
import { aPlace, aProcess, type Place } from "./place.ts";

const losses: Readonly<Record<string, (file: string) => void>> = {
  "the database is deleted": (file) => rmSync(file),
  "everything is deleted": (file) => every(file, rmSync),
  "what SQLite keeps beside it is deleted": (file) => ["-wal", "-shm"].forEach((end) => rmSync(file + end)),
  "the write-ahead log is deleted": (file) => rmSync(`${file}-wal`),
  "the database is emptied": (file) => truncateSync(file),
};

describe.each(Object.entries(losses))("while two work on the record and %s", (_, lose) => {
  test("both go on, and so does whoever comes later", async () => {
    using place = aPlace();
    using twin = aPlace();
    {
      using one = place.open();
      using other = place.open();
      const told: string[] = [];
      one.whenRebuilt = other.whenRebuilt = () => void told.push("made again");
      work(one, 1);
      work(other, 2);
      lose(place.indexFile);
      work(one, 3);
      work(other, 4);
      const { stdout, stderr } = await aProcess("append", place.home, place.indexFile, "third", "1");
      expect(stderr, stdout).toBe("");
      work(one, 5);
      other.derive(({ proposals }) => proposals.setStatus(1, "testing"));
      one.catchUp();
      expect(answersOf(other)).toEqual(answersOf(one));
      expect(told).toEqual(["made again"]);
      expect(one.index.proposals.state(1).status).toBe("testing");
    }
    using again = twin.open();
    for (const n of [1, 2, 3, 4]) work(again, n);
    again.write((index) => [anOutcome({ id: index.outcomes.nextId(), task: "third 0" })]);
    work(again, 5);
    using later = place.open();
    expect(later.rebuilt).toBe(false);
    later.catchUp();
    expect(answersOf(later)).toEqual(answersOf(again));
    expect(healthOf(place)).toBe("ok");
  });
});

test("lost dozens of times at random moments, the index says in the end what one says that was left alone", () => {
  const random = randomNumbers("lost index");
  const below = (n: number) => Math.floor(random.next().value * n);
  using place = aPlace();
  using twin = aPlace();
  using alone = twin.open();
  const open: JournaledIndex[] = [];
  for (let n = 1; n <= 150; n++) {
    if (open.length < 3 && below(4) === 0) open.push(place.open());
    if (open.length === 0) open.push(place.open());
    const one = open[below(open.length)]!;
    work(one, n);
    work(alone, n);
    if (below(3) === 0) {
      const lose = Object.values(losses)[below(5)]!;
      if (["", "-wal", "-shm"].every((end) => existsSync(place.indexFile + end))) lose(place.indexFile);
    }
    if (below(6) === 0) open.splice(below(open.length), 1)[0]![Symbol.dispose]();
  }
  for (const record of open) {
    record.catchUp();
    expect(answersOf(record)).toEqual(answersOf(alone));
    record[Symbol.dispose]();
  }
  using later = place.open();
  later.catchUp();
  expect(answersOf(later)).toEqual(answersOf(alone));
  expect(healthOf(place)).toBe("ok");
});

test("an index that turns out to be damaged in the middle of a write is made again, and the write is in it once", () => {
  using place = aPlace();
  {
    using record = place.open();
    for (let n = 1; n <= 40; n++) work(record, n);
  }
  damageOutcomes(place.indexFile);
  using record = place.open();
  const told: string[] = [];
  record.whenRebuilt = () => void told.push("made again");
  work(record, 41);
  expect(told).toEqual(["made again"]);
  expect(record.index.outcomes.total().failure).toBe(41);
  expect(record.index.outcomes.find(41)?.task).toBe("task 41");
});

/** A proposal now and then among outcomes, under the numbers that are free. */
function work(record: JournaledIndex, n: number): void {
  record.write((index) => [
    anOutcome({ id: index.outcomes.nextId(), task: `task ${n}` }),
    ...(n % 3 === 1 ? [aProposal({ id: index.proposals.nextId(), uuid: `uuid ${n}` })] : []),
  ]);
}

function answersOf({ index }: JournaledIndex): object {
  const { outcomes, proposals } = index;
  const ids = Array.from({ length: outcomes.nextId() }, (_, i) => i);
  return {
    tasks: ids.map((id) => outcomes.find(id)),
    total: outcomes.total(),
    proposals: proposals.list(),
  };
}

function healthOf({ indexFile }: Place): unknown {
  const db = new Sqlite(indexFile, { readonly: true });
  try {
    return db.pragma("integrity_check", { simple: true });
  } finally {
    db.close();
  }
}

/** The page that all outcomes are found by. */
function damageOutcomes(file: string): void {
  const db = new Sqlite(file, { readonly: true });
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'tasks'").pluck();
  const page = root.get() as number;
  db.close();
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(4096, 0x5a), 0, 4096, 4096 * (page - 1));
  closeSync(handle);
}

function every(file: string, act: (path: string) => void): void {
  for (const end of ["", "-wal", "-shm"]) act(file + end);
}
