import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openModel } from "../../src/models/index.ts";
import { atMost, compare, interleave, median, type Row } from "./measure.ts";
import { outcomeLines } from "./outcomes.ts";
import { Place } from "./place.ts";

const outcomes = 100_000;
const files = 5_000;
const runs = 15;

/** What it takes to ask a model: to say what is to be read, and to hear a long answer. */
export async function prompt(): Promise<Row[]> {
  return [assembly(), await listening()];
}

/** A prompt from a large record and a large configuration, as `--show-prompt` prints it. */
function assembly(): Row {
  using place = new Place();
  const config = { allow: ["AGENTS.md", "skills/**"], propose: { model: "ollama:none" } };
  writeFileSync(join(place.folder, ".kira-improve.json"), JSON.stringify(config));
  place.git("commit", "--quiet", "--all", "--message=configure");
  const text = (i: number) =>
    `# Skill ${i}\n\n${`How to do what number ${i % 97} asks for, step by step.\n`.repeat(1 + (i % 60))}`;
  const block = (content: string) => `data ${Buffer.byteLength(content)}\n${content}\n`;
  const stream = [
    `commit refs/heads/main\ncommitter Bench <bench@localhost> 1767225600 +0000\n${block("skills")}`,
    "from refs/heads/main^0\n",
    ...Array.from(
      { length: files },
      (_, i) => `M 100644 inline skills/${i % 50}/skill-${i}.md\n${block(text(i))}`,
    ),
  ];
  place.gitFrom(stream.join(""), "fast-import", "--quiet");
  place.git("reset", "--quiet", "--hard");
  place.kiraFrom(outcomeLines({ count: outcomes, days: 7, now: new Date(), seed: 3 }), "log", "--stdin");
  place.kira("analyze");
  const times = interleave(runs, {
    // Opens the same repository, and has nothing to list.
    open: () => place.kira("proposals"),
    list: () => place.git("ls-tree", "-r", "main"),
    prompt: () => place.kira("propose", "--show-prompt"),
  });
  const { difference } = compare(times.prompt, times.open);
  const ms = (all: readonly number[]) => `${median(all).toFixed(0)} ms`;
  return atMost({
    name: `a prompt from ${outcomes.toLocaleString("en")} outcomes and ${files.toLocaleString("en")} files, above opening the workspace`,
    value: difference,
    unit: "ms",
    target: 200,
    beside: `proposals ${ms(times.open)}, git ls-tree -r ${ms(times.list)}; median of ${runs} pairs`,
  });
}

/** What lives in memory while a model answers for long, looked at each time that so much more has come. */
async function listening(): Promise<Row> {
  const everyCharacters = 100_000;
  const collect = collector();
  const peer = fork(new URL("stream-peer.ts", import.meta.url));
  try {
    const [{ port, megabytes }] = (await once(peer, "message")) as [{ port: number; megabytes: number }];
    const environment = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` };
    const model = openModel("openai:long", { baseUrls: {}, prices: {}, environment });
    const listen = async () => {
      let [seen, next, most] = [0, everyCharacters, 0];
      const onText = (text: string) => {
        if ((seen += text.length) < next) return;
        next += everyCharacters;
        most = Math.max(most, collect());
      };
      const turns = [{ role: "user" as const, content: "Speak." }];
      await model.complete({ system: "", turns, maxTokens: 1e6, timeoutMs: 300_000, onText });
      return { most, seen };
    };
    await listen(); // what is loaded and compiled the first time stays
    const before = collect();
    const { most, seen } = await listen();
    return atMost({
      name: `memory while a model streams ${megabytes.toFixed(0)} MB`,
      value: (most - before) / 1e6,
      unit: "MB more",
      target: 16,
      beside: `living heap, ${(before / 1e6).toFixed(0)} MB before; the answer itself is ${(seen / 1e6).toFixed(1)} MB`,
    });
  } finally {
    peer.kill();
  }
}

/** Bytes of the heap that are still reachable. */
function collector(): () => number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}
