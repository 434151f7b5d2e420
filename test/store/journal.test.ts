import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/domain/entry.ts";
import { Journal, type Position, start } from "../../src/store/journal.ts";
import { aLife, anOutcome } from "./entries.ts";
import { aPlace, aProcess } from "./place.ts";

describe("the journal", () => {
  test("gives back what was appended, whole or from a place on", () => {
    using place = aPlace();
    const journal = new Journal(place.home);
    const middle = journal.append(aLife);
    const later = [anOutcome({ id: 9, task: "Grüße\n\u2028 🎉", notes: "\ud83d" })];
    expect(journal.append(later)).toEqual(journal.end());
    expect(entriesOf(journal)).toEqual([...aLife, ...later]);
    expect(entriesOf(new Journal(place.home), middle)).toEqual(later);
    expect(entriesOf(journal, journal.end())).toEqual([]);
  });

  test("is JSON lines that any tool reads", () => {
    using place = aPlace();
    new Journal(place.home).append(aLife);
    const lines = readFileSync(fileOf(place.home, 1), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as Entry).kind)).toEqual(aLife.map(({ kind }) => kind));
  });

  test("names its clone once and for all", () => {
    using place = aPlace();
    expect(new Journal(place.home).cloneId).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Journal(place.home).cloneId).toBe(new Journal(place.home).cloneId);
  });

  test("goes on in a new segment after 4 MiB, and nobody notices", () => {
    using place = aPlace();
    const journal = new Journal(place.home);
    const many = Array.from({ length: 400 }, (_, i) => anOutcome({ id: i + 1, notes: "x".repeat(30_000) }));
    journal.append(many.slice(0, 250));
    const middle = journal.append(many.slice(250, 270));
    journal.append(many.slice(270));
    expect(journal.segments()).toEqual([1, 2, 3]);
    for (const segment of journal.segments())
      expect(statSync(fileOf(place.home, segment)).size).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(entriesOf(journal)).toEqual(many);
    expect(entriesOf(journal, middle)).toEqual(many.slice(270));
  });
});

describe("nothing acknowledged is lost and nothing else is recorded", () => {
  test("when a process was killed in the middle of a line: the half line is set aside, the next goes behind the last whole one", () => {
    using place = aPlace();
    const whole = new Journal(place.home).append([anOutcome({ id: 1 })]);
    const torn = `{"v":1,"kind":"outcome","id":2,"task":"Grü`;
    appendFileSync(fileOf(place.home, 1), torn);
    const journal = new Journal(place.home);
    expect(entriesOf(journal)).toEqual([anOutcome({ id: 1 })]);
    journal.append([anOutcome({ id: 3 })]);
    expect(entriesOf(journal)).toEqual([anOutcome({ id: 1 }), anOutcome({ id: 3 })]);
    expect(entriesOf(journal, whole)).toEqual([anOutcome({ id: 3 })]);
    const aside = readdirSync(folderOf(place.home)).filter((name) => name.includes("torn"));
    expect(aside.map((name) => readFileSync(join(folderOf(place.home), name), "utf8"))).toEqual([torn]);
  });

  test("when a process was killed between two lines that belong together: neither is there", () => {
    using place = aPlace();
    const journal = new Journal(place.home);
    const whole = journal.append([anOutcome({ id: 1 }), anOutcome({ id: 2 })]);
    journal.append([anOutcome({ id: 3 }), anOutcome({ id: 4 }), anOutcome({ id: 5 })]);
    const lines = readFileSync(fileOf(place.home, 1), "utf8").split("\n");
    for (const left of [3, 4]) {
      writeFileSync(fileOf(place.home, 1), `${lines.slice(0, left).join("\n")}\n`);
      expect(entriesOf(journal)).toEqual([anOutcome({ id: 1 }), anOutcome({ id: 2 })]);
      expect(entriesOf(journal, whole)).toEqual([]);
      expect(journal.bytes(whole).length).toBe(0);
    }
    journal.append([anOutcome({ id: 6 })]);
    expect(entriesOf(new Journal(place.home), whole)).toEqual([anOutcome({ id: 6 })]);
  });

  test("when one entry of several is longer than 64 KiB: all are refused", () => {
    using place = aPlace();
    const journal = new Journal(place.home);
    const before = journal.append([anOutcome()]);
    for (const notes of ["x".repeat(66_000), "ü".repeat(33_000), "\u0001".repeat(11_000)])
      expect(() => journal.append([anOutcome({ id: 2 }), anOutcome({ id: 3, notes })])).toThrow(
        /^One outcome of \d+ bytes is more than a journal line holds \(65536\)\. Shorten its text\.$/,
      );
    expect(journal.end()).toEqual(before);
  });

  test("when the disk is full, though a part of a long batch had found room", async () => {
    using place = aPlace();
    const before = new Journal(place.home).append([anOutcome()]);
    // A limit on the size of a file takes the full disk's place; the unit is 512 bytes.
    const fill = async (kib: number) => {
      const program = join(import.meta.dirname, "children", "fill.ts");
      const limited = `ulimit -f ${2 * kib} && exec "$0" "$@"`;
      return (await execa("sh", ["-c", limited, process.execPath, program, place.home])).stdout;
    };
    const journal = new Journal(place.home);
    expect(await fill(4 * 1024 - 20)).toMatch(
      /^The journal cannot be written: EFBIG.* Nothing was recorded; free some/,
    );
    expect(journal.end()).toEqual(before);
    expect(entriesOf(journal)).toEqual([anOutcome()]);
    expect(await fill(4 * 1024)).toBe("recorded");
    expect(journal.segments()).toEqual([1, 2]);
  });

  test("when several processes append at once", async () => {
    using place = aPlace();
    const names = ["a", "b", "c"];
    const processes = names.map((name) => aProcess("append", place.home, place.indexFile, name, "25"));
    for (const { exitCode, stderr } of await Promise.all(processes)) expect(exitCode, String(stderr)).toBe(0);
    const entries = entriesOf(new Journal(place.home)) as ReturnType<typeof anOutcome>[];
    const expected = names.flatMap((name) => Array.from({ length: 25 }, (_, i) => `${name} ${i}`));
    expect(entries.map(({ task }) => task).sort()).toEqual(expected.sort());
    expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: 75 }, (_, i) => i + 1));
    using record = place.open();
    expect(record.index.outcomes.total().failure).toBe(75);
  });
});

test("a damaged line is named by segment and line, and what to do is said", () => {
  using place = aPlace();
  const journal = new Journal(place.home);
  journal.append([anOutcome({ id: 1 }), anOutcome({ id: 2 }), anOutcome({ id: 3 })]);
  const lines = readFileSync(fileOf(place.home, 1), "utf8").split("\n");
  writeFileSync(fileOf(place.home, 1), lines.with(1, lines[1]!.replace("{", "\0")).join("\n"));
  expect(() => entriesOf(journal)).toThrow(
    /^The journal is damaged in segment 1, line 2 .*\. Restore that file/,
  );
});

function entriesOf(journal: Journal, from: Position = start): object[] {
  return [...journal.read(from)].flatMap(({ entries }) =>
    entries.map((entry) => {
      const { v, more: _, ...rest } = entry as Entry & { v?: number; more?: true };
      expect(v).toBe(1);
      return rest;
    }),
  );
}

function folderOf(home: string): string {
  return join(home, "journal", readdirSync(join(home, "journal"))[0]!);
}

function fileOf(home: string, segment: number): string {
  return join(folderOf(home), `00000${segment}.jsonl`);
}
