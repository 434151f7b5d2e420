import { KiraError } from "../domain/errors.ts";
import type { Git } from "./git.ts";

/**
 * Contents by object id. To read many in process takes far longer: each is found and inflated in JavaScript.
 * @throws KiraError `unavailable` for one that is not there
 */
export async function readBlobs(git: Git, oids: readonly string[]): Promise<Map<string, Buffer>> {
  if (oids.length === 0) return new Map();
  const text = await git.foreign(["cat-file", "--batch"], {
    stdin: `${oids.join("\n")}\n`,
    encoding: "latin1",
  });
  const bytes = Buffer.from(text, "latin1");
  const blobs = new Map<string, Buffer>();
  let at = 0;
  for (const oid of oids) {
    const end = bytes.indexOf("\n", at);
    const [, , size] = bytes.toString("latin1", at, end < 0 ? bytes.length : end).split(" ");
    if (size === undefined)
      throw new KiraError("unavailable", `The object ${oid} is missing. Look what else is with: git fsck.`);
    at = end + 1;
    blobs.set(oid, bytes.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}
