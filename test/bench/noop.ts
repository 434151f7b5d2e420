import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import type { Evaluation } from "../../src/domain/evaluation.ts";
import { statedRate } from "../../src/domain/verdict/explain.ts";
import { root } from "./build.ts";
import { atMost, type Row } from "./measure.ts";
import { Place } from "./place.ts";

const batches = 10;
const changesPerBatch = 20;

/** A change of the example that changes nothing; no two of a batch are alike, and no two trees of all. */
type NoOp = (
  n: number,
  text: (file: string) => string,
) => { readonly file: string; readonly content: string };

const skill = "skills/triage/SKILL.md";

const noOps: readonly NoOp[] = [
  // Blank lines at the end of the instructions, which the agent does not parse.
  (n, text) => ({ file: "AGENTS.md", content: `${text("AGENTS.md").trimEnd()}${"\n".repeat(2 + n)}` }),
  (n, text) => ({ file: "AGENTS.md", content: `${text("AGENTS.md")}\n<!-- note ${n} -->\n` }),
  // White space and comments between the lines that it does.
  (n, text) => ({
    file: skill,
    content: text(skill).replace("## Urgency", `<!-- ${n} -->\n${"\n".repeat(n)}## Urgency`),
  }),
  (n, text) => ({ file: "settings.json", content: `${text("settings.json").trimEnd()}${" ".repeat(n)}\n` }),
  // The same desks, listed in another order: what each is told is the same.
  (n, text) => ({ file: skill, content: rotated(text(skill), n) }),
  (n, text) => ({
    file: "settings.json",
    content: `${JSON.stringify(rotatedKeys(JSON.parse(text("settings.json"))), null, 2 + n)}\n`,
  }),
];

/**
 * The error rate that the verdict states, seen from outside: changes that change nothing, each proposed and evaluated
 * through the command line with the example's noisy agent, in batches that each fill the ledger anew.
 */
export async function noop(): Promise<Row[]> {
  const verdicts: Evaluation["verdict"][] = [];
  const trials: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    for (const evaluation of judged(batch)) {
      verdicts.push(evaluation.verdict);
      trials.push(evaluation.trials);
    }
    process.stderr.write(
      `batch ${batch + 1} of ${batches}: ${count(verdicts, "improved")} of ${verdicts.length} called improved\n`,
    );
  }
  const total = verdicts.length;
  const improved = count(verdicts, "improved");
  const [low, high] = wilson(improved, total);
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  const mean = trials.reduce((sum, n) => sum + n, 0) / total;
  return [
    atMost({
      name: `of ${total} changes that change nothing, called improved`,
      value: improved,
      unit: "",
      target: mostOf(total, statedRate),
      beside: `${percent(improved / total)} (95 %: ${percent(low)} to ${percent(high)}), stated ${percent(statedRate)}; ${count(verdicts, "inconclusive")} inconclusive, ${count(verdicts, "regression")} called a regression; ${mean.toFixed(0)} trials each beside the ledger; the target is the 97.5 % point of the binomial`,
    }),
  ];
}

const count = (verdicts: readonly string[], kind: string) =>
  verdicts.filter((verdict) => verdict === kind).length;

function* judged(batch: number): Generator<Evaluation> {
  using place = new Place();
  place.answers = [0, 5, 6];
  cpSync(join(root, "data/example"), place.folder, {
    recursive: true,
    filter: (path) => !path.includes("traffic"),
  });
  cpSync(join(root, "data/tasks"), join(place.folder, "data/tasks"), { recursive: true });
  // Each batch is another agent to the record, so that its trials are drawn anew.
  writeFileSync(join(place.folder, "batch.txt"), `${batch}\n`);
  place.git("add", ".");
  place.git("commit", "--quiet", "--message=the example");
  const sandbox = spawnSync("bwrap", ["--version"]).status === 0 ? [] : ["--allow-unsandboxed"];
  for (let n = 0; n < changesPerBatch; n++) {
    const make = noOps[n % noOps.length]!;
    const { file, content } = make(1 + Math.floor(n / noOps.length), (path) =>
      readFileSync(join(place.folder, path), "utf8"),
    );
    place.git("switch", "--quiet", "--create", `no-op-${n}`);
    writeFileSync(join(place.folder, file), content);
    place.git("commit", "--quiet", "--all", "--message", `no-op ${n}`);
    place.git("switch", "--quiet", "main");
    const { proposal } = JSON.parse(place.kira("propose", "--from", `no-op-${n}`, "--json"));
    const args = ["evaluate", "--proposal-id", String(proposal.id), ...sandbox, "--json"];
    yield JSON.parse(place.kira(...args)).evaluation;
  }
}

/** The desks' lines of the skill, the first n of them moved to the end. */
function rotated(text: string, n: number): string {
  const lines = text.split("\n");
  const first = lines.indexOf("## Routing") + 2;
  const desks = lines.slice(first).findIndex((line) => !line.startsWith("- "));
  const block = lines.slice(first, first + desks);
  lines.splice(first, desks, ...block.slice(n), ...block.slice(0, n));
  return lines.join("\n");
}

const rotatedKeys = (settings: object) => {
  const [first, ...others] = Object.entries(settings);
  return Object.fromEntries([...others, first!]);
};

/** The most successes in n that a rate p exceeds with a probability of 2.5 % at most. */
function mostOf(n: number, p: number): number {
  let [chance, total] = [(1 - p) ** n, 0];
  for (let k = 0; ; k++) {
    total += chance;
    if (total >= 0.975) return k;
    chance *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
}

/** Wilson's 95 % interval of a share. */
function wilson(k: number, n: number): [number, number] {
  const [z, p] = [1.96, k / n];
  const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  return [centre - reach, centre + reach];
}
