import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { type ArchiveNode, tagOf } from "../../src/domain/node.ts";
import { JournaledIndex } from "../../src/store/record.ts";
import { atMost, clock, compare, interleave, median, type Row } from "./measure.ts";
import { outcomeLines } from "./outcomes.ts";
import { Place } from "./place.ts";

const million = 1_000_000;
const runs = 7;

/** Whether a large record, a large repository and a large archive are still quick to work with. */
export async function scale(): Promise<Row[]> {
  return [...largeRecord(), ...largeRepository(), ...largeArchive()];
}

/** A million outcomes, spread over fourteen days: half of them are in the usual period, all in one of fifteen days. */
function largeRecord(): Row[] {
  using place = new Place();
  place.kiraFrom(outcomeLines({ count: million, days: 14, now: new Date(), seed: 2 }), "log", "--stdin");
  place.kira("status");
  // Whoever writes first after a bulk log also commits the whole journal to its ref.
  const first = clock(() => place.kira("analyze", "--days", "15"));
  const times = interleave(runs, {
    start: () => place.kira("--version"),
    read: () => readFailures(join(place.folder, "data/self-improve.db")),
    week: () => place.kira("analyze"),
    all: () => place.kira("analyze", "--days", "15"),
    status: () => place.kira("status"),
  });
  const beside = `SQLite reads the failures in ${ms(times.read)}; median of ${runs} runs`;
  const analyze = (name: string, all: readonly number[], how: string) =>
    atMost({ name, value: median(all) / 1000, unit: "s", target: 3, beside: how });
  const memory = (name: string, ...args: string[]) =>
    atMost({ name, value: place.peakOf(...args), unit: "MB", target: 500, beside: "peak of one run" });
  return [
    analyze("analyze, 0.5 of 1 M outcomes in the period", times.week, beside),
    analyze("analyze, all of 1 M outcomes", times.all, `${beside}; first of all ${ms([first])}`),
    memory("memory of analyze, 0.5 of 1 M outcomes", "analyze"),
    memory("memory of analyze, all of 1 M outcomes", "analyze", "--days", "15"),
    atMost({
      name: "status above start-up, 1 M outcomes",
      value: compare(times.status, times.start).difference / 1000,
      unit: "s",
      target: 0.3,
      beside: `start-up ${ms(times.start)}; median of ${runs} pairs`,
    }),
  ];
}

/** The least an analysis of all failures has to do. */
function readFailures(index: string): void {
  const db = new Sqlite(index, { readonly: true });
  db.prepare("SELECT id, category, task, notes FROM tasks WHERE outcome = 'failure'").all();
  db.close();
}

/** Fifty thousand files, and branches that change one and add one. */
function largeRepository(): Row[] {
  using place = new Place();
  const file = (path: string, text: string) => `M 100644 inline ${path}\n${block(text)}`;
  const files = Array.from({ length: 50_000 }, (_, i) =>
    file(
      `docs/${i % 50}/${i % 500}/page-${i}.md`,
      `Page ${i}\n\n${"Something is said here. ".repeat(i % 20)}\n`,
    ),
  );
  const ideas = Array.from({ length: runs + 1 }, (_, run) => [
    commit(`idea-${run}`, `idea ${run}`, "refs/heads/main"),
    file("AGENTS.md", `Be kind.\nTry ${run} times.\n`),
    file(`skills/idea-${run}.md`, "Look twice.\n"),
  ]);
  const stream = [commit("main", "many files", "refs/heads/main^0"), ...files, ...ideas.flat()];
  place.gitFrom(stream.join(""), "fast-import", "--quiet");
  place.git("reset", "--quiet", "--hard");
  const times = interleave(runs, {
    start: () => place.kira("--version"),
    list: () => place.git("ls-tree", "-r", "main"),
    propose: (run) => place.kira("propose", "--from", `idea-${run}`),
  });
  return [
    atMost({
      name: "propose --from above start-up, 50,000 files",
      value: compare(times.propose, times.start).difference,
      unit: "ms",
      target: 300,
      beside: `start-up ${ms(times.start)}, git ls-tree -r ${ms(times.list)}; median of ${runs} pairs`,
    }),
  ];
}

/** Ten thousand nodes, and production one commit past the last. */
function largeArchive(): Row[] {
  using place = new Place();
  const count = 10_000;
  const nodes = Array.from({ length: count - 1 }, (_, i) => [
    commit("main", `node ${i + 1}`, i === 0 ? "refs/heads/main^0" : undefined),
    `M 100644 inline AGENTS.md\n${block(`Be kind ${i + 1} times.\n`)}`,
    `tag ${tagOf(i + 1)}\nfrom refs/heads/main\ntagger ${somebody}\n${block(`node ${i + 1}\n`)}`,
  ]);
  const after = [commit("main", "work"), `M 100644 inline notes.md\n${block("Later.\n")}`];
  place.gitFrom([...nodes.flat(), ...after].join(""), "fast-import", "--quiet");
  place.git("reset", "--quiet", "--hard");
  const refs = place.git("for-each-ref", "--format=%(*objectname) %(*tree)", "refs/tags/kira/archive");
  const home = join(place.folder, ".git/kira");
  using record = new JournaledIndex(home, join(place.folder, "data/self-improve.db"), () => new Date());
  const made = refs.trim().split("\n").slice(1);
  record.write(() => made.map((ref, i) => ({ kind: "node" as const, ...aNode(i + 1, ref.split(" ")) })));
  const times = interleave(runs, {
    start: () => place.kira("--version"),
    refs: () => place.git("for-each-ref", "refs/tags/kira/archive"),
    list: () => place.kira("archive", "--list"),
  });
  return [
    atMost({
      name: "archive --list, 10,000 nodes",
      value: median(times.list) / 1000,
      unit: "s",
      target: 0.5,
      beside: `start-up ${ms(times.start)}, git for-each-ref ${ms(times.refs)}; median of ${runs} runs`,
    }),
  ];
}

/** A node as a merge makes it, with twenty managed files. */
function aNode(id: number, [commit, tree]: readonly string[]): ArchiveNode {
  const managed = Array.from({ length: 20 }, (_, i) => [`skills/skill-${i}/SKILL.md`, tree!] as const);
  return {
    id,
    timestamp: new Date(1_700_000_000_000 + id * 60_000).toISOString(),
    tag: tagOf(id),
    commit: commit!,
    tree: tree!,
    // Every seventh grew from an older one, so that the drawing has branches.
    parentId: id % 7 === 0 ? id - 5 : id - 1,
    proposalId: null,
    restores: null,
    configHash: tree!,
    snapshot: Object.fromEntries(managed),
    score: 0.5,
    delta: 0.01,
    interval: [0, 0.02],
    evaluationId: null,
    description: `idea ${id}: say what to do first, and what to leave to others`,
  };
}

const somebody = "Bench <bench@localhost> 1700000000 +0000";
const block = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
const commit = (branch: string, message: string, from?: string) =>
  `commit refs/heads/${branch}\ncommitter ${somebody}\n${block(message)}${from ? `from ${from}\n` : ""}`;

const ms = (times: readonly number[]) => `${Math.round(median(times))} ms`;
