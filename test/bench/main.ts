import { buildIfStale } from "./build.ts";
import { renderRows, type Suite } from "./measure.ts";

/** The promises about speed and memory; each suite is loaded when it is asked for. */
const suites: Record<string, () => Promise<Suite>> = {
  start: async () => (await import("./start.ts")).start,
  hook: async () => (await import("./hook.ts")).hook,
  log: async () => (await import("./log.ts")).log,
  trials: async () => (await import("./trials.ts")).trials,
  noop: async () => (await import("./noop.ts")).noop,
  gateway: async () => (await import("./gateway.ts")).gateway,
  prompt: async () => (await import("./prompt.ts")).prompt,
  scale: async () => (await import("./scale.ts")).scale,
  sync: async () => (await import("./sync.ts")).sync,
  reindex: async () => (await import("./reindex.ts")).reindex,
  growth: async () => (await import("./growth.ts")).growth,
};

/** The promises about verdicts, simulated: seconds to minutes each, no bundle needed. */
const simulations: Record<string, () => Promise<Suite>> = {
  gate: async () => (await import("./verdict/gate.ts")).gate,
  fix: async () => (await import("./verdict/fix.ts")).fix,
  guard: async () => (await import("./verdict/guard.ts")).guard,
  stream: async () => (await import("./verdict/stream.ts")).stream,
  plan: async () => (await import("./verdict/plan.ts")).plan,
};
const all = { ...suites, ...simulations };

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const asJson = args.includes("--json");
  const named = args.filter((arg) => arg !== "--json");
  const unknown = named.find((name) => !Object.hasOwn(all, name));
  if (unknown !== undefined) {
    process.stderr.write(
      `There is no suite "${unknown}". Use some of: ${Object.keys(all).join(", ")}; none means all.\n`,
    );
    return 2;
  }
  const asked = named.length > 0 ? named : Object.keys(all);
  if (asked.some((name) => Object.hasOwn(suites, name))) buildIfStale();
  const print = (table: string) => void (asJson ? process.stderr : process.stdout).write(table);
  let missed = false;
  for (const suite of asked) {
    const rows = await (await all[suite]!())(print);
    missed ||= rows.some(({ met }) => !met);
    const plain = rows.map(({ name, value, unit, target, met }) => ({ name, value, unit, target, met }));
    process.stdout.write(asJson ? `${JSON.stringify({ suite, rows: plain })}\n` : renderRows(suite, rows));
  }
  return missed ? 1 : 0;
}
