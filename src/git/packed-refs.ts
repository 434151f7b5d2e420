import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * What `packed-refs` says of the refs whose name begins so. Searched as bytes and never split into lines: there may be
 * tens of thousands, and every command asks.
 */
export function* packedRefs(commonDir: string, prefix: string): Generator<{ name: string; oid: string }> {
  const packed = readIfThere(join(commonDir, "packed-refs"));
  const sought = Buffer.from(` ${prefix}`);
  for (let at = packed.indexOf(sought); at >= 0; at = packed.indexOf(sought, at + sought.length)) {
    const newline = packed.indexOf("\n", at);
    const name = packed.toString("utf8", at + 1, newline < 0 ? packed.length : newline);
    const oid = packed.toString("latin1", Math.max(at - 40, 0), at);
    if (/^[0-9a-f]{40}$/.test(oid)) yield { name, oid };
  }
}

function readIfThere(file: string): Buffer {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : Buffer.alloc(0);
}
