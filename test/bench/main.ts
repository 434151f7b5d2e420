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
  scale: async () => (await import("./scale.ts")).scale,
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const asJson = args.includes("--json");
  const named = args.filter((arg) => arg !== "--json");
  const unknown = named.find((name) => !Object.hasOwn(suites, name));
  if (unknown !== undefined) {
    process.stderr.write(
      `There is no suite "${unknown}". Use some of: ${Object.keys(suites).join(", ")}; none means all.\n`,
    );
    return 2;
  }
  buildIfStale();
  let missed = false;
  for (const suite of named.length > 0 ? named : Object.keys(suites)) {
    const rows = await (await suites[suite]!())();
    missed ||= rows.some(({ met }) => !met);
    const plain = rows.map(({ name, value, unit, target, met }) => ({ name, value, unit, target, met }));
    process.stdout.write(asJson ? `${JSON.stringify({ suite, rows: plain })}\n` : renderRows(suite, rows));
  }
  return missed ? 1 : 0;
}
