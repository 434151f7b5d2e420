import { z } from "zod";
import { KiraError } from "./errors.ts";

/** Says what a backup holds; it comes along as a commit under this ref. */
export const backupRef = "refs/kira/backup";
export const manifestFile = "manifest.json";

const oid = z.string().regex(/^[0-9a-f]{40}$/);
// As git's own rule for names, and narrower: no dots beside each other, nothing that a shell or a path would mind.
const refName = z
  .string()
  .max(300)
  .regex(/^refs\/(heads|(kira|notes\/kira|tags\/kira)\/)[\w./-]+$/)
  .refine((name) => !/\.\.|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(name));

const manifest = z.strictObject({
  v: z.literal(1),
  clone: z.uuid(),
  timestamp: z.iso.datetime(),
  production: refName,
  refs: z.record(refName, oid),
  /** What was approved in that clone's own git configuration: told, never applied. */
  approvals: z.array(z.string()),
});

export type Manifest = z.infer<typeof manifest>;

/** @throws KiraError `invalid` */
export function parseManifest(text: string, file: string): Manifest {
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new KiraError(
      "invalid",
      `${file} is a bundle, but none that this version of kira-improve can restore. Name a file that kira-improve backup wrote.`,
      { cause },
    );
  }
}
