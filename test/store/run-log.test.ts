import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunLog } from "../../src/store/run-log.ts";
import { aPlace, now } from "./place.ts";

interface Line {
  readonly at: string;
  readonly process: number;
  readonly what: string;
}

test("every step is a line of JSON that says when, by whom, what and why", () => {
  using place = aPlace();
  const log = new RunLog(place.home);
  log.append({ kind: "step", step: "merge", what: "one\ntwo", why: "because" }, now());
  new RunLog(place.home).append({ kind: "notice", what: "again" }, now());
  const common = { at: "2026-01-31T09:30:00.000Z", process: process.pid };
  expect(linesOf(place.home, "steps.jsonl")).toEqual([
    { ...common, kind: "step", step: "merge", what: "one\ntwo", why: "because" },
    { ...common, kind: "notice", what: "again" },
  ]);
});

test("the log is rotated: the newest megabytes stay, without a gap, and the oldest go", () => {
  using place = aPlace();
  const log = new RunLog(place.home);
  const count = 80; // of 100 KiB each
  for (let i = 0; i < count; i++)
    log.append({ kind: "notice", what: `${i} ${"x".repeat(100 * 1024)}` }, now());
  const files = [
    "steps.5.jsonl",
    "steps.4.jsonl",
    "steps.3.jsonl",
    "steps.2.jsonl",
    "steps.1.jsonl",
    "steps.jsonl",
  ];
  expect(readdirSync(join(place.home, "runs")).sort()).toEqual(files.toSorted());
  const kept = files.flatMap((file) =>
    linesOf(place.home, file).map(({ what }) => Number(what.split(" ")[0])),
  );
  expect(kept.at(-1)).toBe(count - 1);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => count - kept.length + i));
  expect(kept.length).toBeGreaterThan(50);
  expect(kept.length).toBeLessThan(count);
});

function linesOf(home: string, file: string): Line[] {
  const text = readFileSync(join(home, "runs", file), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}
