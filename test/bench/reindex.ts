import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isUpToDate } from "../../src/loop/record/fingerprint.ts";
import { refresh } from "../../src/loop/refresh.ts";
import { openWorkspace } from "../../src/workspace.ts";
import { grow, type Life } from "./long-life.ts";
import { atMost, clock, compare, interleave, median, type Row } from "./measure.ts";
import { Place } from "./place.ts";

const life: Life = { outcomes: 1_000_000, proposals: 10_000, nodes: 2_000 };
const runs = 3;
const starts = 41;

/** A long life in one repository: how long it takes to read it all again, and to see that nothing is new. */
export async function reindex(): Promise<Row[]> {
  using place = new Place();
  grow(place, life);
  place.kira("reindex"); // the first one also commits the journal
  const journal = join(place.folder, ".git/kira/journal");
  const times = interleave(runs, {
    start: () => place.kira("--version"),
    read: () => place.node("-e", readAll(journal)),
    reindex: () => place.kira("reindex"),
  });
  return [
    atMost({
      name: "reindex, 1 M outcomes, 10,000 proposals judged, 2,000 nodes",
      value: compare(times.reindex, times.start).difference / 1000,
      unit: "s",
      target: 20,
      beside: `node reads and parses the journal in ${(median(times.read) / 1000).toFixed(1)} s; median of ${runs} runs`,
    }),
    atMost({
      name: "memory of reindex",
      value: place.peakOf("reindex"),
      unit: "MB",
      target: 500,
      beside: "peak of one run",
    }),
    await startCheck(place),
  ];
}

/** What every command does before its own work, when nothing has happened since the last one. */
async function startCheck(place: Place): Promise<Row> {
  using empty = new Place();
  place.git("pack-refs", "--all");
  for (const each of [place, empty]) each.kira("status");
  const packed = join(place.folder, ".git/packed-refs");
  const reading = Array.from({ length: starts }, () =>
    clock(() => void readFileSync(packed, "utf8").split("\n")),
  );
  const times = { large: [] as number[], empty: [] as number[] };
  for (let run = 0; run <= starts; run++) {
    const [large, none] = [await timeToStart(place), await timeToStart(empty)];
    if (run === 0) continue;
    times.large.push(large);
    times.empty.push(none);
  }
  const refs = place.git("for-each-ref").trim().split("\n").length;
  return atMost({
    name: `start with nothing new, ${refs.toLocaleString("en")} packed refs`,
    value: compare(times.large, times.empty).difference,
    unit: "ms above none",
    target: 25,
    beside: `${median(times.large).toFixed(1)} ms beside ${median(times.empty).toFixed(1)}; reading packed-refs takes ${median(reading).toFixed(1)}; median of ${starts} pairs`,
  });
}

async function timeToStart({ folder }: Place): Promise<number> {
  const began = performance.now();
  using workspace = await openWorkspace({ folder, environment: process.env, report: () => undefined });
  await refresh(workspace);
  const ms = performance.now() - began;
  if (!isUpToDate(workspace)) throw new Error("something is new each time");
  return ms;
}

const readAll = (folder: string) => `
  const fs = require("node:fs"), path = require("node:path");
  for (const name of fs.readdirSync(${JSON.stringify(folder)}, { recursive: true }))
    if (name.endsWith(".jsonl"))
      for (const line of fs.readFileSync(path.join(${JSON.stringify(folder)}, name), "utf8").trimEnd().split("\\n")) JSON.parse(line);`;
