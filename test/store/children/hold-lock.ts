import { once } from "node:events";
import { acquireLock } from "../../../src/store/lock.ts";

// Takes a lock, says so, and holds it until its standard input ends.
const [file = ""] = process.argv.slice(2);
using _lock = acquireLock(file, 1000, "evaluate", "2026-01-31T09:30:00.000Z");
process.stdout.write("held\n");
process.stdin.resume();
await once(process.stdin, "end");
