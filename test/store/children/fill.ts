import { Journal } from "../../../src/store/journal.ts";
import { anOutcome } from "../entries.ts";

// Enough for two segments of 4 MiB: the first ends some 50 KiB short, for the long line does not fit into it; the
// second would be filled to the brim. Says how it ended.
const [home = ""] = process.argv.slice(2);
const kib = (bytes: number) => {
  const bare = Buffer.byteLength(`${JSON.stringify({ v: 1, ...anOutcome({ notes: "" }) })}\n`);
  return anOutcome({ notes: "x".repeat(bytes * 1024 - bare) });
};
const short = (count: number) => Array.from({ length: count }, () => kib(1));
try {
  new Journal(home).append([...short(3996), kib(60), ...short(3985)]);
  process.stdout.write("recorded");
} catch (error) {
  process.stdout.write((error as Error).message);
}
